//! What is said of a difference by its confidence interval.

use crate::kpi::Better;
use serde::Serialize;

/// A judgement on a difference b − a.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The second is surely better.
    Better,
    /// The second is surely worse.
    Worse,
    /// The second is surely higher, of a figure without a good direction.
    Higher,
    /// The second is surely lower, of a figure without a good direction.
    Lower,
    /// The difference is surely no more than the margin.
    Equivalent,
    /// Too close to call.
    Unknown,
}

impl Verdict {
    /// All of them, the most telling first.
    pub const ALL: [Verdict; 6] = [
        Verdict::Better,
        Verdict::Worse,
        Verdict::Higher,
        Verdict::Lower,
        Verdict::Equivalent,
        Verdict::Unknown,
    ];

    /// As in the document.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Better => "better",
            Verdict::Worse => "worse",
            Verdict::Higher => "higher",
            Verdict::Lower => "lower",
            Verdict::Equivalent => "equivalent",
            Verdict::Unknown => "unknown",
        }
    }

    /// Judges by the interval: wholly within ± `margin` it is equivalent; else, wholly on one side of 0, better or worse by the
    /// good direction.
    pub fn of(interval: Option<(f64, f64)>, margin: f64, better: Better) -> Self {
        match interval {
            Some((low, high)) if -margin <= low && high <= margin => Verdict::Equivalent,
            Some((low, _)) if low > 0.0 => match better {
                Better::High => Verdict::Better,
                Better::Low => Verdict::Worse,
                Better::Neither => Verdict::Higher,
            },
            Some((_, high)) if high < 0.0 => match better {
                Better::High => Verdict::Worse,
                Better::Low => Verdict::Better,
                Better::Neither => Verdict::Lower,
            },
            _ => Verdict::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_decides() {
        use Verdict::{Better as Good, Equivalent, Higher, Lower, Unknown, Worse};
        for (interval, better, expected) in [
            (Some((-0.5, 0.5)), Better::High, Equivalent),
            (Some((0.1, 0.5)), Better::High, Equivalent),
            (Some((0.1, 0.6)), Better::High, Good),
            (Some((0.1, 0.6)), Better::Low, Worse),
            (Some((0.1, 0.6)), Better::Neither, Higher),
            (Some((-0.6, -0.1)), Better::High, Worse),
            (Some((-0.6, -0.1)), Better::Low, Good),
            (Some((-0.6, -0.1)), Better::Neither, Lower),
            (Some((-0.6, 0.1)), Better::High, Unknown),
            (Some((0.0, 0.6)), Better::High, Unknown),
            (None, Better::High, Unknown),
        ] {
            let found = Verdict::of(interval, 0.5, better);
            assert_eq!(found, expected, "{interval:?} {better:?}");
        }
        assert_eq!(Verdict::of(Some((0.0, 0.0)), 0.0, Better::Low), Equivalent);
    }
}
