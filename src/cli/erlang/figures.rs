//! The figures of answers: how each is called in documents, beside its value, and over a column of a table.

use crate::scenario;
use serde_json::{Value, json};

/// How a figure is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unit {
    Percent,
    Seconds,
    Number,
    /// Agents, lines, sources: whole where it can be.
    Count,
}

/// A kind of figure.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// In JSON and CSV; `service_levels.x` is x within an object.
    pub name: &'static str,
    /// Beside its value, where it is the answer; empty where it is not shown.
    pub label: &'static str,
    /// Head of its column in a table of a range; empty where it has none.
    pub head: &'static str,
    pub unit: Unit,
}

/// One figure of an answer.
#[derive(Debug, Clone)]
pub struct Figure {
    pub name: &'static str,
    pub label: String,
    pub head: &'static str,
    pub value: Option<f64>,
    pub unit: Unit,
}

const fn kind(name: &'static str, label: &'static str, head: &'static str, unit: Unit) -> Kind {
    Kind {
        name,
        label,
        head,
        unit,
    }
}

// What is given, or solved for.
pub const ERLANGS: Kind = kind("erlangs", "erlangs", "erlangs", Unit::Number);
pub const CALLS: Kind = kind("calls_per_h", "calls per hour", "calls/h", Unit::Number);
pub const AHT: Kind = kind("aht_s", "AHT", "AHT", Unit::Seconds);
pub const AGENTS: Kind = kind("agents", "agents", "agents", Unit::Count);
pub const LINES: Kind = kind("lines", "lines", "lines", Unit::Count);
pub const SOURCES: Kind = kind("sources", "sources", "sources", Unit::Count);
pub const PER_IDLE_SOURCE: Kind = kind(
    "erlangs_per_idle_source",
    "erlangs per idle source",
    "per idle source",
    Unit::Number,
);

// What comes of it.
pub const DELAYED: Kind = kind("delayed", "delayed", "", Unit::Percent);
pub const ABANDONED: Kind = kind("abandonment_rate", "abandoned", "abandoned", Unit::Percent);
pub const BLOCKED: Kind = kind("blocking_rate", "blocked", "blocked", Unit::Percent);
pub const TIME_CONGESTION: Kind = kind(
    "time_congestion",
    "all lines busy",
    "all busy",
    Unit::Percent,
);
pub const CALL_CONGESTION: Kind = kind("call_congestion", "blocked", "blocked", Unit::Percent);
pub const ASA: Kind = kind("asa_s", "ASA", "ASA", Unit::Seconds);
pub const MEAN_WAIT: Kind = kind("mean_wait_s", "mean wait of all", "", Unit::Seconds);
pub const MEAN_WAIT_ABANDONED: Kind = kind(
    "mean_wait_abandoned_s",
    "mean wait of the abandoned",
    "",
    Unit::Seconds,
);
pub const WAIT_PERCENTILE: Kind = kind("wait_percentile_s", "", "percentile", Unit::Seconds);
pub const WAITING_CALLS: Kind = kind("queue_length_mean", "waiting calls", "", Unit::Number);
pub const OCCUPANCY: Kind = kind("occupancy", "occupancy", "occupancy", Unit::Percent);
pub const CARRIED: Kind = kind("carried_erlangs", "carried erlangs", "", Unit::Number);
pub const OFFERED: Kind = kind(
    "offered_erlangs",
    "erlangs with retries",
    "offered",
    Unit::Number,
);
pub const ATTEMPTS: Kind = kind(
    "attempts_per_caller",
    "attempts per caller",
    "attempts",
    Unit::Number,
);
pub const SERVED: Kind = kind("served_rate", "callers served", "served", Unit::Percent);

/// The service levels, in the order of [`scenario::Formula::ALL`].
pub const LEVELS: [Kind; 6] = [
    kind(
        "service_levels.answered_over_offered",
        "",
        "",
        Unit::Percent,
    ),
    kind(
        "service_levels.answered_over_answered",
        "",
        "",
        Unit::Percent,
    ),
    kind("service_levels.with_abandons", "", "", Unit::Percent),
    kind(
        "service_levels.without_early_abandons",
        "",
        "",
        Unit::Percent,
    ),
    kind(
        "service_levels.without_short_abandons",
        "",
        "",
        Unit::Percent,
    ),
    kind(
        "service_levels.short_abandons_as_met",
        "",
        "",
        Unit::Percent,
    ),
];

impl Kind {
    pub fn of(self, value: impl Into<Option<f64>>) -> Figure {
        Figure {
            name: self.name,
            label: self.label.to_owned(),
            head: self.head,
            value: value.into(),
            unit: self.unit,
        }
    }

    /// Called otherwise in words.
    pub const fn called(self, label: &'static str, head: &'static str) -> Self {
        Self {
            label,
            head,
            ..self
        }
    }
}

impl Figure {
    /// In words only where that says something: it stands in documents all the same.
    pub fn shown_if(mut self, says_something: bool) -> Self {
        if !says_something {
            self.label.clear();
            self.head = "";
        }
        self
    }

    /// Its label, made of what was asked.
    pub fn labelled(mut self, label: String) -> Self {
        self.label = label;
        self
    }

    /// All the digits.
    pub fn exact(&self) -> Value {
        self.value
            .map_or(Value::Null, |value| exact(value, self.unit))
    }

    /// In words.
    pub fn shown(&self) -> String {
        shown(self.value, self.unit)
    }
}

/// All the digits; whole counts as whole numbers.
pub fn exact(value: f64, unit: Unit) -> Value {
    match unit == Unit::Count && value.fract() == 0.0 && value.abs() < 9e15 {
        true => json!(value as i64),
        false => json!(value),
    }
}

/// A figure in words: `88.0 %`, `10.0 s`.
pub fn shown(value: Option<f64>, unit: Unit) -> String {
    let Some(value) = value.filter(|value| value.is_finite()) else {
        return "–".to_owned();
    };
    match unit {
        Unit::Percent => percent(value),
        Unit::Seconds => match value {
            x if x > 0.0 && x < 0.05 => format!("{} s", small(x)),
            x => format!("{} s", scenario::grouped(x, 1)),
        },
        Unit::Number => match value {
            x if x > 0.0 && x < 0.005 => small(x),
            x if x > 0.0 && x < 1.0 => format!("{x:.3}"),
            x => scenario::grouped(x, 2),
        },
        Unit::Count if value.fract() == 0.0 => scenario::grouped(value, 0),
        Unit::Count => scenario::grouped(value, 2),
    }
}

/// Two digits of what is near 0.
fn small(x: f64) -> String {
    match x < 1e-4 {
        true => format!("{x:.1e}"),
        false => format!("{x:.2}")
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned(),
    }
}

/// As many digits as tell it from 0 and from 100 %.
pub fn percent(x: f64) -> String {
    let near = x.min(1.0 - x).abs();
    let digits = match near > 0.0 && near < 1e-3 {
        true => ((-near.log10()).ceil() as usize - 1).clamp(2, 12),
        false => 1,
    };
    format!("{:.digits$} %", 100.0 * x)
}

/// A fraction as it was given: `1 %`.
pub fn as_given(fraction: f64) -> String {
    scenario::format_fraction(fraction).replace('%', " %")
}

/// `1 agent`, `8 agents`, `7.41 agents`.
pub fn counted(number: f64, what: &str) -> String {
    let plural = if number == 1.0 { "" } else { "s" };
    format!("{} {what}{plural}", shown(Some(number), Unit::Count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Formula;

    #[test]
    fn percentages_tell_themselves_from_0_and_100() {
        assert_eq!(percent(0.8801), "88.0 %");
        assert_eq!(percent(0.0), "0.0 %");
        assert_eq!(percent(1.0), "100.0 %");
        assert_eq!(percent(0.99995), "99.9950 %");
        assert_eq!(percent(0.00002), "0.0020 %");
    }

    #[test]
    fn levels_are_named_by_their_formulas() {
        for (level, (formula, name)) in LEVELS.iter().zip(Formula::ALL) {
            assert_eq!(level.name, format!("service_levels.{name}"));
            assert_eq!(LEVELS[formula as usize].name, level.name);
        }
    }
}
