//! The numbers that flags give, one of which may be a range, and the one that is left out.

use super::figures::{Kind, Unit, counted, exact};
use super::values::Values;
use crate::erlang::Error;
use crate::scenario;
use serde_json::{Map, Value, json};

/// A number that a flag may give.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    pub kind: Kind,
    pub flag: &'static str,
    pub values: Option<&'a Values>,
    /// Only whole numbers make sense: why, or what to do for others.
    pub whole: Option<&'static str>,
}

/// The flag that has a range.
pub struct Varied {
    pub kind: Kind,
    pub values: Vec<f64>,
}

impl Kind {
    pub fn given<'a>(self, flag: &'static str, values: &'a Option<Values>) -> Given<'a> {
        Given {
            kind: self,
            flag,
            values: values.as_ref(),
            whole: None,
        }
    }
}

impl Given<'_> {
    /// Whole, and so is only what is solved for.
    pub fn always_whole(mut self) -> Self {
        self.whole = Some("");
        self
    }

    /// Whole unless `--fractional` says otherwise.
    pub fn whole_unless(mut self, fractional: bool) -> Self {
        self.whole = (!fractional).then_some("; --fractional allows others");
        self
    }

    /// For a title: `100 calls/h`, `AHT 180 s`, `8 agents`; none of a range.
    pub fn words(&self) -> Option<String> {
        let one = self.values?.one()?;
        let Kind { head, unit, .. } = self.kind;
        Some(match unit {
            Unit::Seconds => format!("{head} {} s", scenario::number(one)),
            Unit::Count => counted(one, head.trim_end_matches('s')),
            _ => format!("{} {head}", scenario::number(one)),
        })
    }
}

/// A flag's value; that of a range is the varied one.
pub fn number(values: &Option<Values>, varied: Option<f64>) -> Option<f64> {
    let values = values.as_ref()?;
    values.one().or(varied)
}

pub fn bad(message: &str) -> Error {
    Error::BadInput(message.to_owned())
}

/// The one that has a range.
pub fn varied(given: &[Given<'_>]) -> Result<Option<Varied>, Error> {
    let mut varied = None;
    for Given {
        kind,
        values,
        whole,
        ..
    } in given
    {
        let Some(values) = values else { continue };
        if let Some(others) = whole
            && values.0.iter().any(|n| n.fract() != 0.0)
        {
            return Err(Error::BadInput(format!(
                "{} are whole numbers{others}",
                kind.name
            )));
        }
        if values.one().is_none() {
            if varied.is_some() {
                return Err(Error::BadInput(format!(
                    "only one of {} may be a range",
                    flags(given)
                )));
            }
            varied = Some(Varied {
                kind: *kind,
                values: values.0.clone(),
            });
        }
    }
    Ok(varied)
}

/// Of three numbers the one that is left out, and so solved for from `targets`; none if all are given.
pub fn left_out(given: &[Given<'_>; 3], targets: &str) -> Result<Option<&'static str>, Error> {
    let mut missing = given.iter().filter(|given| given.values.is_none());
    match (missing.next(), missing.next()) {
        (missing, None) => Ok(missing.map(|missing| missing.kind.name)),
        _ => Err(Error::BadInput(format!(
            "two of {} are needed, and {targets} for the third; or all three",
            flags(given)
        ))),
    }
}

/// `--calls, --aht and --agents`.
fn flags(given: &[Given<'_>]) -> String {
    let mut flags = given.iter().map(|given| given.flag);
    let last = flags.next_back().unwrap_or_default();
    let others: Vec<&str> = flags.collect();
    format!("{} and {last}", others.join(", "))
}

/// The numbers as documents name them.
pub fn document(given: &[Given<'_>]) -> Map<String, Value> {
    let given = given.iter().filter_map(|given| {
        let values = given.values?;
        let exact = |value: f64| exact(value, given.kind.unit);
        let value = match values.one() {
            Some(one) => exact(one),
            None => json!(
                values
                    .0
                    .iter()
                    .map(|value| exact(*value))
                    .collect::<Vec<_>>()
            ),
        };
        Some((given.kind.name.to_owned(), value))
    });
    given.collect()
}

#[cfg(test)]
mod tests {
    use super::super::figures::{AGENTS, AHT, CALLS};
    use super::*;

    #[test]
    fn one_of_three_may_be_left_out() {
        let one = Some(Values(vec![1.0]));
        let of = |calls, aht, agents| {
            let given = [
                CALLS.given("--calls", calls),
                AHT.given("--aht", aht),
                AGENTS.given("--agents", agents),
            ];
            left_out(&given, "targets").map_err(|error| error.to_string())
        };
        assert_eq!(of(&one, &one, &one), Ok(None));
        assert_eq!(of(&one, &None, &one), Ok(Some("aht_s")));
        assert_eq!(
            of(&one, &None, &None),
            Err(
                "two of --calls, --aht and --agents are needed, and targets for the third; or all three"
                    .to_owned()
            )
        );
    }
}
