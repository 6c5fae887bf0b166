//! Random durations as text, and their moments.

use std::fmt;
use std::path::Path;

use statrs::function::gamma::gamma;

use super::columns;
use super::types::Distribution;
use super::values::{MAX_DURATION, ValueError, format_seconds, parse_seconds, unit_help};
use super::words::{nearest, quoted};

/// Every form, for messages.
pub(super) const FORMS_HELP: &str = "write \"60s\", \"exp(180s)\", \"lognormal(180s, sd 200s)\", \"gamma(180s, sd 90s)\", \
     \"erlang(180s, k 3)\", \"weibull(shape 0.9, scale 400s)\", \"uniform(10s, 30s)\", \
     \"hyperexp(0.3: 20s, 0.7: 300s)\" or \"empirical(talk.csv, column)\"";

/// Most phases of an Erlang distribution, and of a mixture.
const MOST_PHASES: u32 = 1000;

/// Most values of an empirical distribution.
pub(super) const MOST_VALUES: usize = 1_000_000;

/// The names and an example of each form.
pub(super) const FORMS: [(&str, &str); 9] = [
    ("fixed", "fixed(60s)"),
    ("exp", "exp(180s)"),
    ("lognormal", "lognormal(180s, sd 200s)"),
    ("gamma", "gamma(180s, sd 90s)"),
    ("erlang", "erlang(180s, k 3)"),
    ("weibull", "weibull(shape 0.9, scale 400s)"),
    ("uniform", "uniform(10s, 30s)"),
    ("hyperexp", "hyperexp(0.3: 20s, 0.7: 300s)"),
    ("empirical", "empirical(talk.csv, column)"),
];

fn error(wrong: impl Into<String>, help: impl Into<String>) -> ValueError {
    ValueError::new("a random duration", wrong, help)
}

/// Reads a random duration in any of its forms. CSV files are looked for in `base_dir`.
pub fn parse_distribution(text: &str, base_dir: &Path) -> Result<Distribution, ValueError> {
    let trimmed = text.trim();
    if trimmed == "never" {
        return Ok(Distribution::Never);
    }
    let Some((name, arguments)) = trimmed.split_once('(') else {
        if let Some((form, example)) = FORMS.iter().find(|(form, _)| *form == trimmed) {
            return Err(error(
                format!("{form} lacks its values"),
                format!("write \"{example}\""),
            ));
        }
        let starts_as_number = trimmed.starts_with(|c: char| c.is_ascii_digit() || c == '-');
        return match parse_seconds(trimmed) {
            Ok(value_s) => Ok(Distribution::Fixed { value_s }),
            Err(e) if starts_as_number => Err(error(e.wrong, e.help)),
            Err(_) => Err(error(
                format!("{} is no random duration", quoted(text)),
                FORMS_HELP,
            )),
        };
    };
    let name = name.trim_end();
    let Some((_, example)) = FORMS.iter().find(|(form, _)| *form == name) else {
        let nearest = nearest(name, FORMS.iter().map(|(form, _)| *form));
        return Err(match nearest {
            Some(form) => error(
                format!(
                    "there is no distribution {}; did you mean {form}?",
                    quoted(name)
                ),
                FORMS_HELP,
            ),
            None => error(
                format!("there is no distribution {}", quoted(name)),
                FORMS_HELP,
            ),
        });
    };
    let write = format!("write for example \"{example}\"");
    let Some(inner) = arguments.strip_suffix(')') else {
        return Err(error(
            format!("{} does not end with \")\"", quoted(text)),
            write,
        ));
    };
    if name == "empirical" {
        return empirical(trimmed, inner, base_dir, &write);
    }
    form(name, inner, &write)
}

/// A form whose values are all in the text.
fn form(name: &str, inner: &str, write: &str) -> Result<Distribution, ValueError> {
    let wrong = |wrong: String| error(wrong, write);
    let seconds = |text: &str| -> Result<f64, ValueError> {
        parse_seconds(text).map_err(|e| match e.help == unit_help(text.trim()) {
            true => error(e.wrong, e.help),
            false => error(e.wrong, write),
        })
    };
    let named = |text: &str, key: &str| -> Result<String, ValueError> {
        text.trim()
            .strip_prefix(key)
            .filter(|rest| rest.starts_with(char::is_whitespace))
            .map(|rest| rest.trim().to_owned())
            .ok_or_else(|| {
                wrong(format!(
                    "expected \"{key} …\", found {}",
                    quoted(text.trim())
                ))
            })
    };
    let arguments: Vec<&str> = inner.split(',').collect();
    if name == "hyperexp" {
        return hyperexp(&arguments, write);
    }
    let two = || match arguments.as_slice() {
        [a, b] => Ok((*a, *b)),
        _ => Err(wrong(format!(
            "{name} takes two values, found {}",
            count_of(&arguments)
        ))),
    };
    let one = || match arguments.as_slice() {
        [a] => Ok(*a),
        _ => Err(wrong(format!(
            "{name} takes one value, found {}",
            count_of(&arguments)
        ))),
    };
    let mean_and_sd = || -> Result<(f64, f64), ValueError> {
        let (mean, sd) = two()?;
        let (mean_s, sd_s) = (seconds(mean)?, seconds(&named(sd, "sd")?)?);
        match mean_s == 0.0 && sd_s > 0.0 {
            true => Err(wrong("a mean of 0 has no standard deviation".to_owned())),
            false => Ok((mean_s, sd_s)),
        }
    };
    let distribution = match name {
        "fixed" => Distribution::Fixed {
            value_s: seconds(one()?)?,
        },
        "exp" => Distribution::Exp {
            mean_s: seconds(one()?)?,
        },
        "lognormal" => {
            let (mean_s, sd_s) = mean_and_sd()?;
            Distribution::Lognormal { mean_s, sd_s }
        }
        "gamma" => {
            let (mean_s, sd_s) = mean_and_sd()?;
            Distribution::Gamma { mean_s, sd_s }
        }
        "erlang" => {
            let (mean, k) = two()?;
            let mean_s = seconds(mean)?;
            let k = named(k, "k")?;
            match k.parse() {
                Ok(k) if (1..=MOST_PHASES).contains(&k) => Distribution::Erlang { mean_s, k },
                _ => {
                    return Err(wrong(format!(
                        "k must be a whole number from 1 to {MOST_PHASES}, found {}",
                        quoted(&k)
                    )));
                }
            }
        }
        "weibull" => {
            let (shape, scale) = two()?;
            let text = named(shape, "shape")?;
            let shape = positive(&text).ok_or_else(|| {
                wrong(format!(
                    "the shape must be above 0, found {}",
                    quoted(&text)
                ))
            })?;
            let scale_s = seconds(&named(scale, "scale")?)?;
            Distribution::Weibull { shape, scale_s }
        }
        // "uniform": the names come from the list of forms.
        _ => {
            let (low, high) = two()?;
            let (low_s, high_s) = (seconds(low)?, seconds(high)?);
            if low_s > high_s {
                return Err(wrong(format!("{} is above {}", low.trim(), high.trim())));
            }
            Distribution::Uniform { low_s, high_s }
        }
    };
    let mean = distribution.mean_s();
    if !(mean <= MAX_DURATION.as_secs_f64() && distribution.sd_s().is_finite()) {
        return Err(wrong(
            "the mean is more than 10 years, or the standard deviation infinite".to_owned(),
        ));
    }
    Ok(distribution.simplified())
}

fn count_of(arguments: &[&str]) -> usize {
    match arguments {
        [only] if only.trim().is_empty() => 0,
        _ => arguments.len(),
    }
}

fn hyperexp(arguments: &[&str], write: &str) -> Result<Distribution, ValueError> {
    if arguments.len() > MOST_PHASES as usize {
        return Err(error(format!("more than {MOST_PHASES} phases"), write));
    }
    let mut phases = Vec::with_capacity(arguments.len());
    for argument in arguments {
        let Some((weight, mean)) = argument.split_once(':') else {
            return Err(error(
                format!(
                    "expected \"weight: mean\", found {}",
                    quoted(argument.trim())
                ),
                write,
            ));
        };
        let weight = super::values::parse_fraction(weight).map_err(|e| error(e.wrong, write))?;
        let mean_s = parse_seconds(mean).map_err(|e| error(e.wrong, write))?;
        phases.push((weight, mean_s));
    }
    let sum: f64 = phases.iter().map(|(weight, _)| weight).sum();
    if (sum - 1.0).abs() > 1e-9 {
        return Err(error(
            format!("the weights add up to {sum}, not to 1"),
            write,
        ));
    }
    Ok(Distribution::Hyperexp { phases })
}

/// A number above 0 that is not absurd.
fn positive(text: &str) -> Option<f64> {
    let x: f64 = text.parse().ok()?;
    (x > 0.0 && x <= 1e6).then_some(x)
}

fn empirical(
    text: &str,
    inner: &str,
    base_dir: &Path,
    write: &str,
) -> Result<Distribution, ValueError> {
    let unquoted = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    let Some((file, column)) = inner.rsplit_once(',') else {
        return Err(error(
            "empirical takes a CSV file and the name of a column".to_owned(),
            write,
        ));
    };
    let query = columns::Query {
        file: &unquoted(file),
        column: &unquoted(column),
        select: &[],
        most: MOST_VALUES,
    };
    let cells = columns::read(base_dir, &query, |cell| match cell.parse::<f64>() {
        Ok(x) => check_value(x).ok_or_else(|| format!("{cell} is not a time in seconds")),
        Err(_) => parse_seconds(cell).map_err(|e| e.wrong),
    })
    .map_err(|e| error(e, "bare numbers in the column are seconds"))?;
    let values_s: Vec<f64> = cells.into_iter().map(|cell| cell.value).collect();
    if values_s.is_empty() {
        return Err(error(
            format!("{} has no rows", quoted(query.file)),
            "at least one value is needed",
        ));
    }
    Ok(Distribution::Empirical {
        values_s,
        source: text.to_owned(),
    })
}

/// A time in seconds between 0 and 10 years.
pub(super) fn check_value(seconds: f64) -> Option<f64> {
    (0.0..=MAX_DURATION.as_secs_f64())
        .contains(&seconds)
        .then_some(seconds.abs())
}

impl Distribution {
    /// Mean in seconds; infinite for `never`.
    pub fn mean_s(&self) -> f64 {
        match self {
            Self::Fixed { value_s } => *value_s,
            Self::Exp { mean_s }
            | Self::Lognormal { mean_s, .. }
            | Self::Gamma { mean_s, .. }
            | Self::Erlang { mean_s, .. } => *mean_s,
            Self::Weibull { shape, scale_s } => scale_s * gamma(1.0 + 1.0 / shape),
            Self::Uniform { low_s, high_s } => 0.5 * (low_s + high_s),
            Self::Hyperexp { phases } => phases.iter().map(|(p, m)| p * m).sum(),
            Self::Empirical { values_s, .. } => {
                values_s.iter().sum::<f64>() / values_s.len() as f64
            }
            Self::Never => f64::INFINITY,
        }
    }

    /// Standard deviation in seconds; infinite for `never`.
    pub fn sd_s(&self) -> f64 {
        match self {
            Self::Fixed { .. } => 0.0,
            Self::Exp { mean_s } => *mean_s,
            Self::Lognormal { sd_s, .. } | Self::Gamma { sd_s, .. } => *sd_s,
            Self::Erlang { mean_s, k } => mean_s / f64::from(*k).sqrt(),
            Self::Weibull { shape, scale_s } => {
                let (first, second) = (gamma(1.0 + 1.0 / shape), gamma(1.0 + 2.0 / shape));
                scale_s * (second - first * first).max(0.0).sqrt()
            }
            Self::Uniform { low_s, high_s } => (high_s - low_s) / 12f64.sqrt(),
            Self::Hyperexp { phases } => {
                let mean = self.mean_s();
                let second: f64 = phases.iter().map(|(p, m)| 2.0 * p * m * m).sum();
                (second - mean * mean).max(0.0).sqrt()
            }
            Self::Empirical { values_s, .. } => {
                let mean = self.mean_s();
                let squares: f64 = values_s.iter().map(|x| (x - mean).powi(2)).sum();
                (squares / values_s.len() as f64).sqrt()
            }
            Self::Never => f64::INFINITY,
        }
    }

    /// The same distribution with every time multiplied by a factor of at least 0.
    pub fn scaled(&self, factor: f64) -> Distribution {
        let by = |x: &f64| x * factor;
        match self {
            Self::Fixed { value_s } => Self::Fixed {
                value_s: by(value_s),
            },
            Self::Exp { mean_s } => Self::Exp { mean_s: by(mean_s) },
            Self::Lognormal { mean_s, sd_s } => Self::Lognormal {
                mean_s: by(mean_s),
                sd_s: by(sd_s),
            },
            Self::Gamma { mean_s, sd_s } => Self::Gamma {
                mean_s: by(mean_s),
                sd_s: by(sd_s),
            },
            Self::Erlang { mean_s, k } => Self::Erlang {
                mean_s: by(mean_s),
                k: *k,
            },
            Self::Weibull { shape, scale_s } => Self::Weibull {
                shape: *shape,
                scale_s: by(scale_s),
            },
            Self::Uniform { low_s, high_s } => Self::Uniform {
                low_s: by(low_s),
                high_s: by(high_s),
            },
            Self::Hyperexp { phases } => Self::Hyperexp {
                phases: phases.iter().map(|(p, m)| (*p, by(m))).collect(),
            },
            Self::Empirical { values_s, source } => Self::Empirical {
                values_s: values_s.iter().map(by).collect(),
                source: source.clone(),
            },
            Self::Never => Self::Never,
        }
        .simplified()
    }

    /// What does not vary is a fixed time: so samplers meet no spread of 0.
    fn simplified(self) -> Distribution {
        let fixed = match &self {
            Self::Exp { .. } | Self::Erlang { .. } | Self::Weibull { .. } => self.mean_s() == 0.0,
            Self::Lognormal { sd_s, .. } | Self::Gamma { sd_s, .. } => *sd_s == 0.0,
            Self::Uniform { low_s, high_s } => low_s == high_s,
            _ => false,
        };
        match fixed {
            true => Self::Fixed {
                value_s: self.mean_s(),
            },
            false => self,
        }
    }
}

/// The canonical text, which reads back as the same distribution; of an empirical one where it came from.
impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = |x: &f64| format_seconds(*x);
        match self {
            Self::Fixed { value_s } => f.write_str(&s(value_s)),
            Self::Exp { mean_s } => write!(f, "exp({})", s(mean_s)),
            Self::Lognormal { mean_s, sd_s } => {
                write!(f, "lognormal({}, sd {})", s(mean_s), s(sd_s))
            }
            Self::Gamma { mean_s, sd_s } => write!(f, "gamma({}, sd {})", s(mean_s), s(sd_s)),
            Self::Erlang { mean_s, k } => write!(f, "erlang({}, k {k})", s(mean_s)),
            Self::Weibull { shape, scale_s } => {
                write!(f, "weibull(shape {shape}, scale {})", s(scale_s))
            }
            Self::Uniform { low_s, high_s } => write!(f, "uniform({}, {})", s(low_s), s(high_s)),
            Self::Hyperexp { phases } => {
                let phases: Vec<String> = phases
                    .iter()
                    .map(|(weight, mean)| format!("{weight}: {}", s(mean)))
                    .collect();
                write!(f, "hyperexp({})", phases.join(", "))
            }
            Self::Empirical { source, .. } => f.write_str(source),
            Self::Never => f.write_str("never"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Distribution, ValueError> {
        parse_distribution(text, Path::new("."))
    }

    #[test]
    fn every_form_and_its_canonical_text() {
        for (text, canonical) in [
            ("60s", "60s"),
            ("1m", "60s"),
            ("fixed(60s)", "60s"),
            ("exp(180s)", "exp(180s)"),
            ("exp( 3m )", "exp(180s)"),
            ("exp(1h)", "exp(1h)"),
            ("lognormal(180s, sd 200s)", "lognormal(180s, sd 200s)"),
            ("lognormal(180s,sd 0s)", "180s"),
            ("gamma(180s, sd 90s)", "gamma(180s, sd 90s)"),
            ("erlang(180s, k 3)", "erlang(180s, k 3)"),
            (
                "weibull(shape 0.9, scale 400s)",
                "weibull(shape 0.9, scale 400s)",
            ),
            ("uniform(10s, 30s)", "uniform(10s, 30s)"),
            ("uniform(10s, 10s)", "10s"),
            (
                "hyperexp(0.3: 20s, 0.7: 300s)",
                "hyperexp(0.3: 20s, 0.7: 300s)",
            ),
            (
                "hyperexp(30%: 20s, 70%: 5m)",
                "hyperexp(0.3: 20s, 0.7: 300s)",
            ),
            ("never", "never"),
            ("exp(0s)", "0s"),
        ] {
            assert_eq!(parse(text).unwrap().to_string(), canonical, "{text}");
        }
    }

    #[test]
    fn what_is_no_distribution_says_why() {
        for (text, says) in [
            ("180", "did you mean \"180s\"?"),
            ("exp(180)", "did you mean \"180s\"?"),
            ("exp(180s", "does not end with"),
            ("exp()", "is empty"),
            ("exp", "write \"exp(180s)\""),
            ("expo(180s)", "did you mean exp?"),
            ("normal(1s, sd 2s)", "did you mean lognormal?"),
            ("foo", "no random duration"),
            ("exp(1s, 2s)", "takes one value, found 2"),
            ("gamma(180s)", "takes two values, found 1"),
            ("gamma(180s, 90s)", "expected \"sd …\""),
            ("gamma(0s, sd 90s)", "mean of 0"),
            ("erlang(180s, k 0)", "k must be"),
            ("erlang(180s, k 2.5)", "k must be"),
            ("weibull(shape 0, scale 400s)", "above 0"),
            ("weibull(shape -1, scale 400s)", "above 0"),
            ("weibull(shape nan, scale 400s)", "above 0"),
            ("weibull(shape 0.001, scale 400s)", "10 years"),
            ("uniform(30s, 10s)", "30s is above 10s"),
            ("hyperexp(0.3: 20s, 0.6: 300s)", "add up to"),
            ("hyperexp(0.3)", "weight: mean"),
            ("empirical(x.csv)", "CSV file and the name of a column"),
            ("empirical(no-such-file.csv, talk)", "no-such-file.csv"),
            ("exp(-5s)", "negative"),
            ("exp(4000d)", "10 years"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn moments() {
        let check = |text: &str, mean: f64, sd: f64| {
            let d = parse(text).unwrap();
            assert!((d.mean_s() - mean).abs() < 1e-9 * mean.max(1.0), "{text}");
            assert!((d.sd_s() - sd).abs() < 1e-9 * sd.max(1.0), "{text}");
        };
        check("60s", 60.0, 0.0);
        check("exp(180s)", 180.0, 180.0);
        check("lognormal(180s, sd 200s)", 180.0, 200.0);
        check("erlang(180s, k 9)", 180.0, 60.0);
        check("weibull(shape 1, scale 400s)", 400.0, 400.0);
        check("weibull(shape 0.5, scale 10s)", 20.0, 20f64 * 5f64.sqrt());
        check("uniform(0s, 12s)", 6.0, 12f64.sqrt());
        check("hyperexp(0.5: 10s, 0.5: 30s)", 20.0, 600f64.sqrt());
        assert_eq!(Distribution::Never.mean_s(), f64::INFINITY);
        let d = Distribution::Empirical {
            values_s: vec![1.0, 3.0],
            source: String::new(),
        };
        assert_eq!((d.mean_s(), d.sd_s()), (2.0, 1.0));
    }

    #[test]
    fn scaling_scales_the_moments() {
        for (_, example) in FORMS.iter().take(8) {
            let d = parse(example).unwrap();
            let twice = d.scaled(2.0);
            assert!(
                (twice.mean_s() - 2.0 * d.mean_s()).abs() < 1e-9,
                "{example}"
            );
            assert!((twice.sd_s() - 2.0 * d.sd_s()).abs() < 1e-9, "{example}");
            assert_eq!(d.scaled(0.0).mean_s(), 0.0, "{example}");
        }
        assert_eq!(Distribution::Never.scaled(0.5), Distribution::Never);
    }

    fn any_time() -> impl Strategy<Value = f64> {
        prop_oneof![0.001..1e5, (1u32..100_000).prop_map(f64::from)]
    }

    proptest! {
        #[test]
        fn text_round_trips(a in any_time(), b in any_time(), k in 1u32..=1000, shape in 0.2..20.0, w in 0.0..=1.0) {
            for d in [
                Distribution::Fixed { value_s: a },
                Distribution::Exp { mean_s: a },
                Distribution::Lognormal { mean_s: a, sd_s: b },
                Distribution::Gamma { mean_s: a, sd_s: b },
                Distribution::Erlang { mean_s: a, k },
                Distribution::Weibull { shape, scale_s: a },
                Distribution::Uniform { low_s: a.min(b), high_s: a.max(b) + 1.0 },
                Distribution::Hyperexp { phases: vec![(w, a), (1.0 - w, b)] },
            ] {
                prop_assert_eq!(parse(&d.to_string()).unwrap(), d);
            }
        }

        #[test]
        fn no_text_is_a_panic(text in ".*", inner in ".*") {
            let _ = parse(&text);
            for (form, _) in FORMS.iter().take(8) {
                let _ = parse(&format!("{form}({inner})"));
            }
        }
    }
}
