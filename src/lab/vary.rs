//! What a sweep varies: a path of the scenario and its values, and the points that follow from several of them.

use crate::random::{Purpose, ReplicationKey, Stream, name_hash};

/// Most values of one path, and most points of a sweep.
const MOST: usize = 100_000;

/// Digits that a number of a range may have.
const MOST_DIGITS: usize = 15;

/// Digits that a value of a Latin hypercube has at least beside those that its range is written with, where that has no step.
const FINE_DIGITS: usize = 3;

/// Values that each part of such a range has at least.
const FEWEST_IN_A_PART: i128 = 100;

/// A path and its values: `groups.generalists.staff=10..30:5`, `queues.sales.priority=[1, 2, 5]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Vary {
    /// As it was written.
    pub text: String,
    /// Path and operator, as in `--set`: `groups.generalists.staff=`, `call_types.sales call.volume*=`.
    left: String,
    values: Values,
}

#[derive(Debug, Clone, PartialEq)]
enum Values {
    List(Vec<String>),
    Range(Range),
}

/// Numbers from `low` to `high` in texts: all in units of 10^−`scale`.
#[derive(Debug, Clone, PartialEq)]
struct Range {
    before: String,
    after: String,
    low: i128,
    high: i128,
    step: Option<i128>,
    scale: usize,
}

/// What a sweep varies and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// The paths, the first one changes slowest.
    pub vary: Vec<Vary>,
    /// Points of a Latin hypercube; none is the whole grid.
    pub latin: Option<usize>,
    /// Seed of the hypercube.
    pub seed: u64,
}

/// One combination of values, in the order of the paths, as texts of the scenario file.
pub type Point = Vec<String>;

impl Vary {
    /// Reads a path and its values.
    ///
    /// # Errors
    /// What is wrong and how it is written.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some((path, value)) = text.split_once('=') else {
            return Err(
                "there is no \"=\"; write for example groups.sales team.staff=10..20".to_owned(),
            );
        };
        let value = value.trim();
        let values = match value.starts_with('[') {
            true => Values::List(list(value)?),
            false => Values::Range(Range::parse(value)?),
        };
        Ok(Self {
            text: text.to_owned(),
            left: format!("{path}="),
            values,
        })
    }

    /// The column of a table: the path, with its operator if it is not `=`.
    pub fn column(&self) -> &str {
        let path = self.left.trim_end_matches('=');
        path.trim()
    }

    /// The `--set` of a value.
    pub fn set(&self, value: &str) -> String {
        format!("{}{value}", self.left)
    }

    /// The values of a grid.
    fn grid(&self) -> Result<Vec<String>, String> {
        match &self.values {
            Values::List(list) => Ok(list.clone()),
            Values::Range(range) => range.values(&self.text),
        }
    }

    /// The values from which a Latin hypercube of `n` points takes one in each of `n` equal parts.
    fn choices(&self, n: usize) -> Result<Choices<'_>, String> {
        Ok(match &self.values {
            Values::Range(range) if range.step.is_none() && !range.is_whole() => {
                let mut digits = FINE_DIGITS;
                while range.count(digits) < FEWEST_IN_A_PART * n as i128 && range.low < range.high {
                    digits += 1;
                }
                Choices::Fine(range, digits)
            }
            _ => Choices::Few(self.grid()?),
        })
    }
}

/// The numbers of a range with a step, such as `10%..300%:10%`, both ends included, as texts.
///
/// # Errors
/// What is wrong and how it is written.
pub(crate) fn range(text: &str) -> Result<Vec<String>, String> {
    Range::parse(text)?.values(text)
}

/// Values in their order, of which those of a fine range need not be listed.
enum Choices<'v> {
    Few(Vec<String>),
    /// With so many digits more than the range is written with.
    Fine(&'v Range, usize),
}

impl Choices<'_> {
    /// A value of a part, from 0, of `n` equal ones, by a number from 0 to below 1; of values that are fewer than the
    /// parts, each has equally many of them.
    fn pick(&self, part: usize, n: usize, unit: f64) -> String {
        let count = match self {
            Choices::Few(values) => values.len() as i128,
            Choices::Fine(range, digits) => range.count(*digits),
        };
        let (part, n) = (part as i128, n as i128);
        // In whole numbers, so that no rounding moves a value into another part.
        let above = |product: i128| (product + n - 1) / n;
        let at = match count < n {
            true => ((part as f64 + unit) / n as f64 * count as f64) as i128,
            false => {
                let (first, end) = (above(part * count), above((part + 1) * count));
                first + ((end - first) as f64 * unit) as i128
            }
        };
        let at = at.min(count - 1);
        match self {
            Choices::Few(values) => values[at as usize].clone(),
            Choices::Fine(range, digits) => {
                let low = range.low * 10i128.pow(*digits as u32);
                range.text(low + at, range.scale + digits)
            }
        }
    }
}

impl Range {
    /// How many numbers there are in it, the upper end left out, with so many digits more.
    fn count(&self, digits: usize) -> i128 {
        ((self.high - self.low) * 10i128.pow(digits as u32)).max(1)
    }

    /// `10..30:5`, `100/h..400/h:20/h`, `exp(100s..200s:20s)`, or one value.
    fn parse(text: &str) -> Result<Self, String> {
        let example = "write for example 10..30:5, 100/h..400/h:20/h, or a list [1, 2, 5]";
        let Some(at) = text.find("..") else {
            return Err(format!("{text:?} is one value; {example}"));
        };
        let wrong = |what: &str| format!("{text:?} is no range: {what}; {example}");
        let (left, right) = (&text[..at], &text[at + 2..]);
        let is_unit = |c: char| c.is_ascii_alphabetic() || c == '%' || c == '/';
        let is_number = |c: char| c.is_ascii_digit() || c == '.';
        // Backwards: unit, then number.
        let number_end = left.trim_end_matches(is_unit).len();
        let mut number_start = left[..number_end].trim_end_matches(is_number).len();
        if left[..number_start].ends_with('-') {
            number_start -= 1;
        }
        let (low, low_unit) = (&left[number_start..number_end], &left[number_end..]);
        let take = |text: &str| {
            let sign = usize::from(text.starts_with('-'));
            let digits = text[sign..]
                .find(|c| !is_number(c))
                .unwrap_or(text.len() - sign);
            let unit = text[sign + digits..].find(|c| !is_unit(c));
            let unit = unit.unwrap_or(text.len() - sign - digits);
            let (number, rest) = text.split_at(sign + digits);
            let (unit, rest) = rest.split_at(unit);
            (number.to_owned(), unit.to_owned(), rest.to_owned())
        };
        let (high, unit, mut after) = take(right);
        let mut step = None;
        if let Some(rest) = after.strip_prefix(':') {
            let (number, step_unit, rest) = take(rest);
            if step_unit != unit {
                return Err(wrong("the step has another unit"));
            }
            step = Some(number);
            after = rest;
        }
        if !low_unit.is_empty() && low_unit != unit {
            return Err(wrong("its ends have different units"));
        }
        let numbers = [Some(low.to_owned()), Some(high), step];
        let places = |text: &str| text.split_once('.').map_or(0, |(_, places)| places.len());
        let scale = numbers.iter().flatten().map(|text| places(text)).max();
        let scale = scale.unwrap_or(0);
        let scaled = |text: &str| -> Result<i128, String> {
            let digits = text.trim_start_matches('-').replace('.', "");
            if digits.is_empty() || digits.len() > MOST_DIGITS || text.matches('.').count() > 1 {
                return Err(wrong("its ends are no numbers"));
            }
            let number: i128 = digits
                .parse()
                .map_err(|_| wrong("its ends are no numbers"))?;
            let number = number * 10i128.pow((scale - places(text)) as u32);
            Ok(if text.starts_with('-') {
                -number
            } else {
                number
            })
        };
        let [low, high, step] = numbers.map(|text| text.map(|text| scaled(&text)).transpose());
        let (Some(low), Some(high), step) = (low?, high?, step?) else {
            return Err(wrong("it has no end"));
        };
        if low > high || step.is_some_and(|step| step <= 0) {
            return Err(wrong("it goes up, in steps above 0"));
        }
        Ok(Self {
            before: left[..number_start].to_owned(),
            after: format!("{unit}{after}"),
            low,
            high,
            step,
            scale,
        })
    }

    /// Whether it is of whole numbers without a unit, whose step is 1 if none is given.
    fn is_whole(&self) -> bool {
        self.scale == 0 && self.before.is_empty() && self.after.is_empty()
    }

    /// The values, both ends included.
    fn values(&self, text: &str) -> Result<Vec<String>, String> {
        let step = match self.step {
            Some(step) => step,
            None if self.is_whole() => 1,
            None => {
                return Err(format!(
                    "{text:?} has no step; write for example 0.8..1.2:0.1"
                ));
            }
        };
        if (self.high - self.low) / step >= MOST as i128 {
            return Err(format!(
                "{text:?} has more than {MOST} values; take a larger step"
            ));
        }
        let steps = (0..).map(|i| self.low + i * step);
        let mut values: Vec<i128> = steps.take_while(|value| *value < self.high).collect();
        values.push(self.high);
        Ok(values
            .into_iter()
            .map(|value| self.text(value, self.scale))
            .collect())
    }

    /// A number as the file has it.
    fn text(&self, value: i128, scale: usize) -> String {
        let (sign, digits) = if value < 0 {
            ("-", -value)
        } else {
            ("", value)
        };
        let ten = 10i128.pow(scale as u32);
        let fraction = format!("{:0scale$}", digits % ten);
        let fraction = match scale {
            0 => "",
            _ => fraction.trim_end_matches('0'),
        };
        let point = if fraction.is_empty() { "" } else { "." };
        format!(
            "{}{sign}{}{point}{fraction}{}",
            self.before,
            digits / ten,
            self.after
        )
    }
}

/// The elements of a TOML list, as texts of the file; quotes are left out, as in `--set`.
fn list(text: &str) -> Result<Vec<String>, String> {
    let wrong = |why: &dyn std::fmt::Display| {
        format!(
            "{text:?} is no list: {why}; write for example [1, 2, 5] or [\"exp(3m)\", \"exp(4m)\"]"
        )
    };
    let document: toml_edit::DocumentMut = format!("list = {text}")
        .parse()
        .map_err(|e: toml_edit::TomlError| wrong(&e.message()))?;
    let list = document.get("list").and_then(|item| item.as_array());
    let list = list.ok_or_else(|| wrong(&"it is something else"))?;
    if list.is_empty() {
        return Err(wrong(&"it is empty"));
    }
    let element = |value: &toml_edit::Value| match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.clone().decorated("", "").to_string(),
    };
    Ok(list.iter().map(element).collect())
}

impl Design {
    /// All points.
    ///
    /// # Errors
    /// A path that is varied twice, a range without a step in a grid, and too many points.
    pub fn points(&self) -> Result<Vec<Point>, String> {
        for (k, vary) in self.vary.iter().enumerate() {
            if self.vary[..k]
                .iter()
                .any(|other| other.column() == vary.column())
            {
                return Err(format!(
                    "{} is varied twice; name all its values in one --vary",
                    vary.column()
                ));
            }
        }
        match self.latin {
            Some(points) => self.hypercube(points),
            None => self.grid(),
        }
    }

    fn grid(&self) -> Result<Vec<Point>, String> {
        let mut points: Vec<Point> = vec![Vec::new()];
        for vary in &self.vary {
            let values = vary.grid()?;
            if points.len() * values.len() > MOST {
                return Err(format!(
                    "there are more than {MOST} points; take larger steps, or --latin 200"
                ));
            }
            let with = |point: &Point| {
                let extended = values.iter().map(|value| {
                    let mut point = point.clone();
                    point.push(value.clone());
                    point
                });
                extended.collect::<Vec<Point>>()
            };
            points = points.iter().flat_map(with).collect();
        }
        Ok(points)
    }

    /// A Latin hypercube (McKay, Beckman and Conover 1979): in each path's values every one of `n` equal parts has one
    /// point. A path's values do not depend on the other paths.
    fn hypercube(&self, n: usize) -> Result<Vec<Point>, String> {
        let mut points: Vec<Point> = vec![Vec::new(); n];
        for vary in &self.vary {
            let key = ReplicationKey::new(self.seed, u64::MAX).call_type(name_hash(vary.column()));
            let mut stream = key.stream(Purpose::Routing);
            let choices = vary.choices(n)?;
            for (point, part) in points.iter_mut().zip(shuffled(n, &mut stream)) {
                point.push(choices.pick(part, n, stream.unit()));
            }
        }
        Ok(points)
    }
}

/// The numbers below `n` in random order (Fisher and Yates).
fn shuffled(n: usize, stream: &mut Stream) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        let other = (stream.unit() * (last + 1) as f64) as usize;
        order.swap(last, other.min(last));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(text: &str) -> Vec<String> {
        let vary = Vary::parse(text).expect("it can be read");
        vary.grid().expect("it has values")
    }

    #[test]
    fn ranges_include_both_ends_and_keep_their_texts() {
        assert_eq!(
            grid("groups.g.staff=10..30:5"),
            ["10", "15", "20", "25", "30"]
        );
        assert_eq!(grid("groups.g.staff=3..5"), ["3", "4", "5"]);
        assert_eq!(grid("groups.g.staff+=-1..1"), ["-1", "0", "1"]);
        assert_eq!(
            grid("x.rate=100/h..140/h:20/h"),
            ["100/h", "120/h", "140/h"]
        );
        assert_eq!(grid("x.rate=100..140/h:20/h"), ["100/h", "120/h", "140/h"]);
        assert_eq!(grid("x.volume*=0.5..1.1:0.2"), ["0.5", "0.7", "0.9", "1.1"]);
        assert_eq!(grid("x.volume*=0.5..1:0.3"), ["0.5", "0.8", "1"]);
        assert_eq!(
            grid("x.talk=lognormal(3m, sd 100s..200s:50s)"),
            [
                "lognormal(3m, sd 100s)",
                "lognormal(3m, sd 150s)",
                "lognormal(3m, sd 200s)"
            ]
        );
        assert_eq!(grid("x.balk=5%..10%:5%"), ["5%", "10%"]);
        assert_eq!(grid("groups.g.staff[4..8]=2..3"), ["2", "3"]);
    }

    #[test]
    fn lists_are_toml() {
        assert_eq!(grid("queues.q.priority=[1, 2, 5]"), ["1", "2", "5"]);
        assert_eq!(
            grid("x.talk=[\"exp(3m)\", \"exp(4m)\"]"),
            ["exp(3m)", "exp(4m)"]
        );
        assert_eq!(
            grid("routing.policy=[\"longest_queue\", { random = { stream = 1 } }]"),
            ["longest_queue", "{ random = { stream = 1 } }"]
        );
        assert_eq!(
            grid("groups.g.staff=[[1, 2], [2, 1]]"),
            ["[1, 2]", "[2, 1]"]
        );
    }

    #[test]
    fn what_is_no_range_is_told_how_one_is_written() {
        for (wrong, says) in [
            ("groups.g.staff", "no \"=\""),
            ("groups.g.staff=5", "one value"),
            ("groups.g.staff=9..5", "goes up"),
            ("groups.g.staff=1..5:0", "above 0"),
            ("groups.g.staff=..5", "no numbers"),
            ("groups.g.staff=1..", "no numbers"),
            ("x.rate=1/h..5/min:1/min", "different units"),
            ("x.rate=1/h..5/h:1/min", "another unit"),
            ("x.rate=1.2.3..5", "no numbers"),
            ("x.rate=1..99999999999999999999", "no numbers"),
            ("queues.q.priority=[1, 2", "no list"),
            ("queues.q.priority=[]", "empty"),
        ] {
            let error = Vary::parse(wrong).expect_err(wrong);
            assert!(error.contains(says), "{wrong}: {error}");
        }
        for (wrong, says) in [
            ("x.rate=1/h..5/h", "no step"),
            ("x.n=1..200000", "more than"),
        ] {
            let error = Vary::parse(wrong)
                .expect("it can be read")
                .grid()
                .expect_err(wrong);
            assert!(error.contains(says), "{wrong}: {error}");
        }
    }

    fn design(texts: &[&str], latin: Option<usize>) -> Design {
        let vary = texts
            .iter()
            .map(|text| Vary::parse(text).expect("it can be read"));
        Design {
            vary: vary.collect(),
            latin,
            seed: 1,
        }
    }

    #[test]
    fn in_a_grid_the_last_path_changes_fastest() {
        let points = design(&["a.x=1..2", "b.y=[3, 4]"], None)
            .points()
            .expect("points");
        assert_eq!(points, [["1", "3"], ["1", "4"], ["2", "3"], ["2", "4"]]);
    }

    #[test]
    fn a_hypercube_has_one_point_in_each_part_of_each_path() {
        let n = 50;
        let wide = design(&["a.x=0.0..1.0", "b.y=1..5", "c.z=[7, 8]"], Some(n));
        let points = wide.points().expect("points");
        let of = |k: usize| {
            points
                .iter()
                .map(move |p| p[k].parse::<f64>().expect("a number"))
        };
        let mut parts: Vec<usize> = of(0).map(|x| (x * n as f64) as usize).collect();
        parts.sort_unstable();
        assert_eq!(parts, (0..n).collect::<Vec<_>>());
        for value in 1..=5 {
            assert_eq!(of(1).filter(|x| *x == f64::from(value)).count(), n / 5);
        }
        assert_eq!(of(2).filter(|x| *x == 7.0).count(), n / 2);
        // However the parts lie among the digits, and with more points than the range has digits.
        for (text, n) in [
            ("a.x=0..1s", 30),
            ("a.x=0.0..1.0", 7_001),
            ("a.x=-0.5..0.5", 333),
        ] {
            let points = design(&[text], Some(n)).points().expect("points");
            let low = if text.contains('-') { -0.5 } else { 0.0 };
            let at = points
                .iter()
                .map(|p| p[0].trim_end_matches('s').parse::<f64>().expect("a number") - low);
            let mut parts: Vec<usize> = at
                .map(|x| ((x * n as f64 + 1e-9) as usize).min(n - 1))
                .collect();
            parts.sort_unstable();
            assert_eq!(parts, (0..n).collect::<Vec<_>>(), "{text} in {n} parts");
        }
        let one = design(&["a.x=5s..5s"], Some(3)).points().expect("points");
        assert_eq!(one, [["5s"], ["5s"], ["5s"]]);
        // Another path changes nothing in the first one.
        let narrow = design(&["a.x=0.0..1.0"], Some(n)).points().expect("points");
        assert!(narrow.iter().zip(&points).all(|(a, b)| a[0] == b[0]));
    }
}
