//! How much of a figure counts: margins, and precisions.

use crate::kpi::{self, TARGET_MET, Unit};
use crate::scenario::{nearest, number, parse_duration, parse_points};
use indexmap::IndexMap;
use serde::Serialize;

/// So much of a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// Of a rate: a difference of fractions.
    Points(f64),
    /// Of a time.
    Seconds(f64),
    /// Of a count, hours, a number or money, in its unit.
    Plain(f64),
    /// A part of the figure's value.
    Relative(f64),
}

/// Amounts by kind of figure, and of single figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Amounts {
    /// Of rates, as a difference of fractions.
    pub rates: Option<f64>,
    /// Of times, in seconds.
    pub times_s: Option<f64>,
    /// Of all else, relative to the value.
    pub others: Option<f64>,
    /// Of single figures.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub of: IndexMap<&'static str, Amount>,
}

/// Why a text is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\": {wrong}\n  help: {help}")]
pub struct AmountError {
    text: String,
    wrong: String,
    help: String,
}

impl Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Amount::Points(x) | Amount::Seconds(x) | Amount::Plain(x) => {
                serializer.serialize_f64(*x)
            }
            Amount::Relative(x) => serializer.serialize_str(&format!("{}%", number(100.0 * x))),
        }
    }
}

const UNITS: &str = "write 0.5pp for rates, 2s for times, 1% for all else, or KPI=… for one figure";

impl Amounts {
    /// Amounts as a list with commas: `0.5pp,2s,1%`, `asa_s=2s`. Each kind and each figure may be given once.
    ///
    /// # Errors
    /// [`AmountError`] for the first that is none.
    pub fn parse(texts: &[String]) -> Result<Self, AmountError> {
        let mut amounts = Self::default();
        for text in texts.iter().flat_map(|text| text.split(',')) {
            let text = text.trim();
            let fail = |wrong: String, help: &str| AmountError {
                text: text.to_owned(),
                wrong,
                help: help.to_owned(),
            };
            let twice = || fail("it is given twice".to_owned(), "leave out one of them");
            let Some((name, value)) = text.split_once('=') else {
                let amount = amount(text).map_err(|wrong| fail(wrong, UNITS))?;
                let (place, x) = match amount {
                    Amount::Points(x) => (&mut amounts.rates, x),
                    Amount::Seconds(x) => (&mut amounts.times_s, x),
                    Amount::Relative(x) => (&mut amounts.others, x),
                    Amount::Plain(_) => return Err(fail("it has no unit".to_owned(), UNITS)),
                };
                if place.replace(x).is_some() {
                    return Err(twice());
                }
                continue;
            };
            let (name, unit) = figure(name.trim()).map_err(|(wrong, help)| fail(wrong, &help))?;
            let amount = amount(value.trim()).map_err(|wrong| fail(wrong, UNITS))?;
            let (fits, help) = match unit {
                Unit::Fraction => (
                    matches!(amount, Amount::Points(_)),
                    "it is a rate: write percentage points, such as 0.5pp",
                ),
                Unit::Seconds => (
                    matches!(amount, Amount::Seconds(_) | Amount::Relative(_)),
                    "it is a time: write it with its unit, such as 2s, or as a part of the value, such as 5%",
                ),
                _ => (
                    matches!(amount, Amount::Plain(_) | Amount::Relative(_)),
                    "write a plain number, or a part of the value, such as 1%",
                ),
            };
            if !fits {
                return Err(fail(format!("the unit does not fit {name}"), help));
            }
            if amounts.of.insert(name, amount).is_some() {
                return Err(twice());
            }
        }
        Ok(amounts)
    }

    /// Differences that hardly anybody would act on, the margins of a comparison unless others are given: 0.5 points of a rate,
    /// 2 s of a time, 1 % of anything else.
    pub fn slight() -> Self {
        Self {
            rates: Some(0.005),
            times_s: Some(2.0),
            others: Some(0.01),
            ..Self::default()
        }
    }

    /// With those of others where it has none.
    #[must_use]
    pub fn or(mut self, others: &Amounts) -> Self {
        self.rates = self.rates.or(others.rates);
        self.times_s = self.times_s.or(others.times_s);
        self.others = self.others.or(others.others);
        self
    }

    /// That of a figure whose value is `value`, in its unit; none where it has none.
    pub fn of(&self, kpi: &str, unit: Unit, value: f64) -> Option<f64> {
        match (self.of.get(kpi), unit) {
            (Some(Amount::Points(x) | Amount::Seconds(x) | Amount::Plain(x)), _) => Some(*x),
            (Some(Amount::Relative(part)), _) => Some(part * value.abs()),
            (None, Unit::Fraction) => self.rates,
            (None, Unit::Seconds) => self.times_s,
            (None, _) => self.others.map(|part| part * value.abs()),
        }
    }
}

/// The unit of a figure, by its name, or what is wrong with that and a help.
fn figure(name: &str) -> Result<(&'static str, Unit), (String, String)> {
    let known = kpi::figures().into_iter().map(|figure| match figure.name {
        "target_met" => (TARGET_MET, figure.unit),
        name => (name, figure.unit),
    });
    let known: Vec<(&'static str, Unit)> = known.collect();
    if let Some(found) = known.iter().find(|(known, _)| *known == name) {
        return Ok(*found);
    }
    let names = || known.iter().map(|(name, _)| *name);
    let longer = names().find(|known| !name.is_empty() && known.starts_with(name));
    let near = match longer.or_else(|| nearest(name, names())) {
        Some(near) => format!("did you mean {near}? "),
        None => String::new(),
    };
    Err((
        format!("there is no figure {name:?}"),
        format!("{near}`acdsim explain` lists all"),
    ))
}

/// An amount by its unit.
fn amount(text: &str) -> Result<Amount, String> {
    let value = |number: &str| {
        let number: Result<f64, _> = number.trim().parse();
        let number = number.ok().filter(|x| (0.0..1e15).contains(x));
        number.ok_or_else(|| "expected a number that is not negative".to_owned())
    };
    if text.ends_with("pp") {
        return parse_points(text).map(Amount::Points).map_err(|e| e.wrong);
    }
    if let Some(percent) = text.strip_suffix('%') {
        return value(percent).map(|percent| Amount::Relative(percent / 100.0));
    }
    if text.ends_with(|c: char| c.is_ascii_digit() || c == '.') || text.is_empty() {
        return value(text).map(Amount::Plain);
    }
    match parse_duration(text) {
        Ok(time) => Ok(Amount::Seconds(time.as_secs_f64())),
        Err(_) => Err("its unit is none of pp, s, m, h and %".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Amounts, String> {
        Amounts::parse(&[text.to_owned()]).map_err(|e| e.to_string())
    }

    #[test]
    fn amounts_are_told_apart_by_their_units() {
        let amounts = parse("0.5pp, 2s,1%,asa_s=500ms,cost=20,staffed_h=2%").expect("amounts");
        for (kpi, unit, expected) in [
            ("service_level", Unit::Fraction, 0.005),
            ("mean_wait_s", Unit::Seconds, 2.0),
            ("asa_s", Unit::Seconds, 0.5),
            ("offered", Unit::Count, 4.0),
            ("cost", Unit::Money, 20.0),
            ("staffed_h", Unit::Hours, 8.0),
        ] {
            let found = amounts.of(kpi, unit, -400.0);
            assert!(
                (found.expect("one") - expected).abs() < 1e-12,
                "{kpi}: {found:?}"
            );
        }
        assert_eq!(parse("2s").expect("one").of("lost", Unit::Count, 1.0), None);
        let defaults = parse("0.5pp,2s,1%").expect("amounts");
        assert_eq!(parse("1pp").expect("one").or(&defaults).rates, Some(0.01));
        assert_eq!(parse("1pp").expect("one").or(&defaults).times_s, Some(2.0));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for (text, says) in [
            ("0.5", "it has no unit"),
            ("", "expected a number"),
            ("5 miles", "none of pp, s, m, h and %"),
            ("-1%", "not negative"),
            ("200pp", "more than 100 points"),
            ("1pp,2pp", "given twice"),
            ("asa_s=1s,asa_s=2s", "given twice"),
            ("asa=2s", "did you mean asa_s?"),
            ("service_level=1%", "write percentage points"),
            ("asa_s=2", "write it with its unit"),
            ("cost=2s", "plain number"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
