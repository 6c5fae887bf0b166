//! What a comparison found, in words and digits.

use crate::kpi::Unit;
use crate::lab::{Comparison, Difference, HEADLINES, Rank, Verdict};
use crate::report::text::figures::{
    self, UNDEFINED, count, decimals, exact_percent, half_width, hours, money, number, percent,
    seconds,
};
use crate::report::text::layout::{Cell, NBSP};
use crate::scenario::{format_points, grouped};
use crate::stats::Estimate;

/// A variant and the letter that stands for it.
#[derive(Debug, Clone, Copy)]
pub struct Lettered<'a> {
    pub letter: char,
    pub label: &'a str,
}

/// Variants have letters; those beyond Z share a sign.
fn letter_of(index: usize) -> char {
    u8::try_from(index)
        .ok()
        .filter(|i| *i < 26)
        .map_or('#', |i| (b'A' + i) as char)
}

/// Every variant with its letter.
pub fn letters(comparison: &Comparison) -> impl Iterator<Item = Lettered<'_>> {
    let sides = comparison.sides.iter().enumerate();
    sides.map(|(i, side)| Lettered {
        letter: letter_of(i),
        label: &side.label,
    })
}

/// The letter of a label.
pub fn letter(comparison: &Comparison, label: &str) -> char {
    letters(comparison)
        .find(|side| side.label == label)
        .map_or('#', |side| side.letter)
}

/// The differences of each variant from the first.
pub fn by_side(comparison: &Comparison) -> Vec<(Lettered<'_>, Vec<&Difference>)> {
    let others = letters(comparison).skip(1);
    others
        .map(|side| {
            let its = comparison.pairs.iter().filter(|d| d.b == side.label);
            (side, its.collect())
        })
        .collect()
}

/// The differences of each part, those that are not defined left out; headlines in their own order.
pub fn by_place<'a>(differences: &[&'a Difference]) -> Vec<(&'a str, Vec<&'a Difference>)> {
    let mut places: Vec<(&str, Vec<&Difference>)> = Vec::new();
    for difference in differences.iter().filter(|d| d.difference.mean.is_some()) {
        match places.last_mut() {
            Some((place, its)) if *place == difference.place => its.push(difference),
            _ => places.push((&difference.place, vec![difference])),
        }
    }
    let order = |d: &&Difference| HEADLINES.iter().position(|kpi| *kpi == d.kpi);
    for (_, its) in &mut places {
        its.sort_by_key(|d| order(d).unwrap_or(HEADLINES.len()));
    }
    places
}

/// What a headline is called.
pub fn name_of_headline(kpi: &str) -> String {
    match kpi {
        "service_level" => "service level",
        "abandonment_rate" => "abandonment",
        "blocking_rate" => "blocking",
        "asa_s" => "ASA",
        other => other,
    }
    .to_owned()
}

/// A figure by its unit.
pub fn figure(unit: Unit, mean: Option<f64>) -> String {
    let estimate = Estimate {
        mean,
        ..Estimate::default()
    };
    match unit {
        Unit::Fraction if mean == Some(0.0) => "none".to_owned(),
        Unit::Fraction => percent(estimate),
        Unit::Seconds => seconds(estimate),
        Unit::Hours => hours(estimate),
        Unit::Money => money(estimate),
        Unit::Count => count(estimate),
        Unit::Number => number(estimate),
    }
}

/// A number of a unit as it is said of differences: the factor, and what stands behind it.
pub fn spoken(unit: Unit) -> (f64, &'static str) {
    match unit {
        Unit::Fraction => (100.0, "\u{a0}pp"),
        Unit::Seconds => (1.0, "\u{a0}s"),
        Unit::Hours => (1.0, "\u{a0}h"),
        Unit::Count | Unit::Number | Unit::Money => (1.0, ""),
    }
}

/// A difference with its half-width: `+2.8 ± 0.3 pp`.
pub fn difference(difference: &Difference) -> Cell {
    let (factor, unit) = spoken(difference.unit);
    let estimate = difference.difference;
    let Some(mean) = estimate.mean.map(|mean| factor * mean) else {
        return UNDEFINED.into();
    };
    let half = estimate.half_width().map(|half| factor * half);
    // A difference that is the same every day has the digits that show it.
    let usual = (0..3)
        .find(|&d| mean.abs() >= 9.95 * 0.1f64.powi(d) || mean == 0.0)
        .unwrap_or(3);
    let digits = decimals(half, usual as usize, 4);
    let text = grouped(mean.abs(), digits);
    let shows = text.contains(|c: char| ('1'..='9').contains(&c));
    let sign = match (shows, mean) {
        (true, mean) if mean > 0.0 => "+",
        (true, mean) if mean < 0.0 => "−",
        _ => "",
    };
    let error = match half {
        Some(half) if half > 0.0 => format!(" ± {}", half_width(half, digits)),
        _ => String::new(),
    };
    Cell::seamed(format!("{sign}{text}"), format!("{error}{unit}"))
}

/// How many differences are of which verdict.
pub fn counts(joint: &[&Difference]) -> String {
    let defined = joint.iter().filter(|d| d.difference.mean.is_some());
    let of = |verdict: Verdict| defined.clone().filter(|d| d.verdict == verdict).count();
    let counts: Vec<String> = Verdict::ALL
        .into_iter()
        .filter(|&verdict| of(verdict) > 0 || matches!(verdict, Verdict::Better | Verdict::Worse))
        .map(|verdict| format!("{} {}", of(verdict), verdict.name()))
        .collect();
    format!(
        "{} of {} headline differences.",
        counts.join(", "),
        defined.count()
    )
}

/// What pairing gains, by the service level of everything.
pub fn pairing(joint: &[&Difference]) -> Option<String> {
    let total = joint
        .iter()
        .find(|d| d.place == "total" && d.kpi == "service_level")?;
    let ratio = total.variance_ratio.filter(|ratio| ratio.is_finite())?;
    let times = match ratio {
        r if r >= 9.95 => grouped(r, 0),
        r => format!("{r:.1}"),
    };
    Some(format!(
        "The same callers in both: unpaired, the service level would take {times} times as many days."
    ))
}

/// Level of an interval that is not joint.
pub fn level(comparison: &Comparison) -> String {
    let run = &comparison.run;
    match run.looks {
        1 => exact_percent(run.confidence),
        looks => format!("{} over {looks} looks", exact_percent(run.confidence)),
    }
}

/// How many days of each.
pub fn days(comparison: &Comparison) -> String {
    match (comparison.run.batches, comparison.run.replications) {
        (Some(batches), _) => format!("one run of each in {batches} batches"),
        (None, 1) => "1 day of each".to_owned(),
        (None, n) => format!("{} days of each", grouped(n as f64, 0)),
    }
}

/// How it was simulated.
pub fn how(comparison: &Comparison) -> String {
    let run = &comparison.run;
    let looks = match run.looks {
        1 => String::new(),
        looks => format!(" and {looks} looks"),
    };
    let parts = [
        format!("{}, with the same callers", days(comparison)),
        format!("seed {}", run.seed),
        format!(
            "± at {}, jointly over {} differences{looks}",
            exact_percent(run.confidence),
            run.joint_intervals
        ),
    ];
    parts.map(|part| part.replace(' ', "\u{a0}")).join(" · ")
}

/// The margins in force.
pub fn margins(comparison: &Comparison) -> String {
    let margin = &comparison.margin;
    let mut parts = Vec::new();
    parts.extend(margin.rates.map(format_points));
    parts.extend(
        margin
            .times_s
            .map(|s| figures::exact_seconds(s).replace(NBSP, "")),
    );
    parts.extend(
        margin
            .others
            .map(|part| exact_percent(part).replace(NBSP, "")),
    );
    let named = margin.of.keys().map(|kpi| format!("{kpi} by its own"));
    parts.extend(named);
    parts.join(", ")
}

/// What only one of two variants has, a sentence for each two.
pub fn only(comparison: &Comparison) -> Vec<String> {
    let mut sentences: Vec<((&str, &str), Vec<String>)> = Vec::new();
    for only in &comparison.only {
        let what = match &only.kpi {
            Some(kpi) => format!("{} {kpi}", only.place),
            None => only.place.clone(),
        };
        let key = (only.side.as_str(), only.not_in.as_str());
        match sentences.iter_mut().find(|(known, _)| *known == key) {
            Some((_, list)) => list.push(what),
            None => sentences.push((key, vec![what])),
        }
    }
    sentences
        .into_iter()
        .map(|((side, other), what)| {
            let (side, other) = (letter(comparison, side), letter(comparison, other));
            format!(
                "Only in {side}, so not compared with {other}: {}.",
                what.join(", ")
            )
        })
        .collect()
}

/// `1` or `2–3`.
pub fn rank(rank: &Rank) -> String {
    match rank.rank {
        (best, worst) if best == worst => best.to_string(),
        (best, worst) => format!("{best}–{worst}"),
    }
}

/// How long an interval is beside others of its kind: rates, times, and all else relative to the first's value.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scale {
    rates: f64,
    times: f64,
    others: f64,
}

impl Scale {
    /// Takes in the intervals, and the margins as far as they are not much larger.
    pub fn new(differences: &[&Difference]) -> Self {
        let mut scale = Self::default();
        for difference in differences {
            let (low, high) = difference.difference.ci.unwrap_or_default();
            let far = low.abs().max(high.abs());
            let far = scale.relative(difference, far);
            let place = scale.place(difference.unit);
            *place = place.max(if far.is_finite() { far } else { 0.0 });
        }
        // A margin that is farther out than any interval is at the edge.
        for difference in differences {
            let margin = scale.relative(difference, difference.margin.unwrap_or(0.0));
            let place = scale.place(difference.unit);
            *place = place.max(if margin.is_finite() {
                1.25 * margin
            } else {
                0.0
            });
        }
        scale
    }

    fn place(&mut self, unit: Unit) -> &mut f64 {
        match unit {
            Unit::Fraction => &mut self.rates,
            Unit::Seconds => &mut self.times,
            _ => &mut self.others,
        }
    }

    fn relative(&self, difference: &Difference, x: f64) -> f64 {
        match (difference.unit, difference.value_a) {
            (Unit::Fraction | Unit::Seconds, _) => x,
            (_, Some(a)) if a != 0.0 => x / a.abs(),
            _ => f64::INFINITY.copysign(x) * f64::from(x != 0.0),
        }
    }

    /// A difference as a part of the longest.
    pub fn part(&self, difference: &Difference, x: f64) -> f64 {
        let longest = match difference.unit {
            Unit::Fraction => self.rates,
            Unit::Seconds => self.times,
            _ => self.others,
        };
        let relative = self.relative(difference, x);
        match longest > 0.0 && !relative.is_nan() {
            true => relative / longest,
            false => 0.0,
        }
    }
}

/// The comparison in one line.
pub fn summary(comparison: &Comparison) -> String {
    let pairs = by_side(comparison).into_iter().map(|(side, differences)| {
        let joint: Vec<&Difference> = differences.into_iter().filter(|d| d.joint).collect();
        let of = |verdict: Verdict| {
            let defined = joint.iter().filter(|d| d.difference.mean.is_some());
            defined.filter(|d| d.verdict == verdict).count()
        };
        let counts: Vec<String> = Verdict::ALL
            .into_iter()
            .filter(|&verdict| of(verdict) > 0)
            .map(|verdict| format!("{} {}", of(verdict), verdict.name()))
            .collect();
        let total = by_place(&joint)
            .into_iter()
            .find(|(place, _)| *place == "total");
        let total = total.map_or(Vec::new(), |(_, its)| its);
        let total: Vec<String> = total
            .into_iter()
            .map(|d| {
                let text = difference(d);
                format!("{} {text} {}", name_of_headline(d.kpi), d.verdict.name())
            })
            .collect();
        let total = match total.is_empty() {
            true => String::new(),
            false => format!(" ({})", total.join(", ")),
        };
        let counts = match counts.is_empty() {
            true => "nothing can be compared".to_owned(),
            false => counts.join(", "),
        };
        let (label, first) = (&side.label, &comparison.sides[0].label);
        format!("{label} against {first}: {counts}{total}")
    });
    let pairs: Vec<String> = pairs.collect();
    let stopped = if comparison.run.partial {
        ", stopped early"
    } else {
        ""
    };
    format!("{}; {}{stopped}\n", pairs.join("; "), days(comparison)).replace(NBSP, " ")
}
