//! What is expected of a figure, as one writes it: `delta queues.sales.abandonment_rate <= +0.5pp vs main.toml`.

use crate::kpi::{self, CONTACTS, GROUPS, QUANTILES, TARGET_MET, TRUNKS, Unit};
use crate::scenario::{nearest, parse_duration, parse_fraction, parse_points, quoted};
use std::ops::Range;
use std::time::Duration;

pub use crate::scenario::{Relation, Wrong};

/// What is expected of a figure, in one place or in each of several.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// As written.
    pub text: String,
    /// The figure.
    pub figure: Path,
    /// Of the figure itself, or of its difference from that of a baseline.
    pub of: Of,
    /// How it shall be beside the threshold.
    pub relation: Relation,
    /// The threshold.
    pub threshold: Threshold,
    /// Where it stands in what was given, without blanks around it.
    pub(super) span: Range<usize>,
}

/// A figure: `queues.sales.intervals["10:00"].service_level`.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Which kind of part.
    pub part: Part,
    /// Name of the part; none of everything.
    pub name: Option<Name>,
    /// Start of the interval of the day; none for the whole day.
    pub interval: Option<Name>,
    /// Its name in documents.
    pub kpi: &'static str,
    /// What it is measured in.
    pub unit: Unit,
    /// Where name and interval stand in the text.
    pub(super) spans: (Range<usize>, Range<usize>),
}

/// One of several, or each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// `*`
    Each,
    /// That of this name.
    Only(String),
}

impl Name {
    /// Whether that of this name is meant.
    pub fn means(&self, name: &str) -> bool {
        match self {
            Name::Each => true,
            Name::Only(only) => only == name,
        }
    }
}

/// A kind of part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Everything together.
    Total,
    /// Queues.
    Queues,
    /// Call types.
    CallTypes,
    /// Agent groups.
    Groups,
    /// Trunk groups.
    Trunks,
}

impl Part {
    /// All kinds.
    pub const ALL: [Part; 5] = [
        Part::Total,
        Part::Queues,
        Part::CallTypes,
        Part::Groups,
        Part::Trunks,
    ];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Part::Total => "total",
            Part::Queues => "queues",
            Part::CallTypes => "call_types",
            Part::Groups => "groups",
            Part::Trunks => "trunks",
        }
    }

    /// The figures that it has: over the whole day, or in an interval.
    fn figures(self, in_interval: bool) -> Vec<&'static str> {
        let quantiles = QUANTILES.iter().map(|(name, _)| *name);
        let quantiles = quantiles.filter(|_| !in_interval);
        match self {
            Part::Total | Part::CallTypes => CONTACTS
                .iter()
                .map(|kpi| kpi.name)
                .chain(quantiles)
                .collect(),
            Part::Queues => {
                let of_queues = CONTACTS.iter().filter(|kpi| kpi.of_queues);
                let met = (!in_interval).then_some(TARGET_MET);
                of_queues
                    .map(|kpi| kpi.name)
                    .chain(quantiles)
                    .chain(met)
                    .collect()
            }
            Part::Groups => GROUPS.iter().map(|kpi| kpi.name).collect(),
            Part::Trunks => TRUNKS.iter().map(|kpi| kpi.name).collect(),
        }
    }
}

/// What an expectation is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// The figure.
    Value,
    /// The figure less that of a baseline, which may be named.
    Difference {
        /// As after `vs`; none for that which the gate has.
        baseline: Option<String>,
    },
}

/// A threshold in the figure's unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Threshold {
    /// Of the figure, or of the difference: a fraction, seconds, hours, a number or money.
    Plain(f64),
    /// Of the difference, as a part of the baseline's value.
    Relative(f64),
}

impl std::error::Error for Wrong {}

const GRAMMAR: &str = "write for example queues.sales.service_level >= 80%, delta total.asa_s <= +2s vs main.toml, or equivalent \
                       queues.*.aht_s ± 2s vs main.toml";

/// A piece of the text and where it begins.
#[derive(Debug, Clone, Copy)]
struct Piece<'t> {
    text: &'t str,
    start: usize,
}

impl<'t> Piece<'t> {
    fn span(self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    fn part(self, range: Range<usize>) -> Self {
        Piece {
            text: &self.text[range.clone()],
            start: self.start + range.start,
        }
        .trimmed()
    }

    fn split_at(self, at: usize) -> (Self, Self) {
        (self.part(0..at), self.part(at..self.text.len()))
    }

    fn trimmed(self) -> Self {
        let front = self.text.trim_start();
        Piece {
            start: self.start + self.text.len() - front.len(),
            text: front.trim_end(),
        }
    }

    /// A word at the start, with a blank after it, and what follows.
    fn word(self, word: &str) -> Option<Self> {
        let rest = self.text.strip_prefix(word)?;
        let blank = rest.starts_with(char::is_whitespace);
        blank.then(|| self.split_at(word.len()).1)
    }

    /// Places of bytes that are not within quotes, with what stands there.
    fn unquoted(self) -> impl Iterator<Item = (usize, char)> + 't {
        let mut quoted = false;
        self.text.char_indices().filter(move |(_, c)| {
            if *c == '"' {
                quoted = !quoted;
            }
            !quoted && *c != '"'
        })
    }

    fn wrong(
        self,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) -> Wrong {
        Wrong {
            span: self.span(),
            message: message.into(),
            label: label.into(),
            help: help.into(),
        }
    }
}

impl Expectation {
    /// Reads `[delta|equivalent] PART.NAME.KPI (<|<=|>|>=|±) VALUE [vs FILE]`.
    ///
    /// # Errors
    /// [`Wrong`] if it is not understood, there is no such figure, or the value's unit does not fit it.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let whole = Piece { text, start: 0 }.trimmed();
        let (relation, sign) = relation(whole)?;
        let (left, _) = whole.split_at(sign.start);
        let (_, right) = whole.split_at(sign.end);
        let (keyword, path) = match (left.word("delta"), left.word("equivalent")) {
            (Some(path), _) => (Some("delta"), path),
            (_, Some(path)) => (Some("equivalent"), path),
            _ => (None, left),
        };
        let sign = whole.part(sign);
        match (keyword, relation) {
            (Some("equivalent"), Relation::Within) => {}
            (Some("equivalent"), _) => {
                return Err(sign.wrong(
                    "an equivalence has a margin",
                    format!("this is {}", quoted(sign.text)),
                    "write equivalent FIGURE ± VALUE (or +- VALUE)",
                ));
            }
            (_, Relation::Within) => {
                return Err(whole.wrong(
                    "± is for equivalence",
                    "the word `equivalent` is missing before it",
                    "write equivalent FIGURE ± VALUE, or use <=, <, >= or >",
                ));
            }
            _ => {}
        }
        let (value, baseline) = baseline(right)?;
        if let (None, Some(baseline)) = (keyword, baseline) {
            return Err(baseline.wrong(
                "only a difference has a baseline",
                "this expectation is of the figure itself",
                "write delta or equivalent before the figure, or leave `vs` out",
            ));
        }
        let figure = path_of(path)?;
        let threshold = threshold(value, figure.kpi, figure.unit, keyword)?;
        let of = match keyword {
            None => Of::Value,
            Some(_) => Of::Difference {
                baseline: baseline.map(|file| without_quotes(file.text).to_owned()),
            },
        };
        Ok(Self {
            text: whole.text.to_owned(),
            figure,
            of,
            relation,
            threshold,
            span: whole.span(),
        })
    }
}

/// The first sign of a relation outside quotes, and where it stands.
fn relation(whole: Piece<'_>) -> Result<(Relation, Range<usize>), Wrong> {
    const SIGNS: [(&str, Relation); 10] = [
        ("<=", Relation::AtMost),
        (">=", Relation::AtLeast),
        ("≤", Relation::AtMost),
        ("≥", Relation::AtLeast),
        ("<", Relation::Below),
        (">", Relation::Above),
        ("±", Relation::Within),
        ("+-", Relation::Within),
        ("+/-", Relation::Within),
        ("=", Relation::Within),
    ];
    for (at, _) in whole.unquoted() {
        let rest = &whole.text[at..];
        let found = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign));
        let Some((sign, relation)) = found else {
            continue;
        };
        let span = at..at + sign.len();
        if *sign == "=" {
            return Err(whole.part(span).wrong(
                "a simulated figure is never exactly equal to a value",
                "this asks for equality",
                "write <= or >=, or equivalent FIGURE ± VALUE",
            ));
        }
        return Ok((*relation, span));
    }
    Err(whole.wrong(
        "an expectation compares a figure with a value",
        "there is no <=, <, >=, > or ± here",
        GRAMMAR,
    ))
}

/// The value, and the file after `vs`.
fn baseline(right: Piece<'_>) -> Result<(Piece<'_>, Option<Piece<'_>>), Wrong> {
    let is_vs = |at: usize| {
        let before = right.text[..at].chars().next_back();
        let mut after = right.text[at + 2..].chars();
        before.is_none_or(char::is_whitespace) && after.next().is_none_or(char::is_whitespace)
    };
    let at = right
        .text
        .match_indices("vs")
        .map(|(at, _)| at)
        .find(|&at| is_vs(at));
    let Some(at) = at else {
        return Ok((right, None));
    };
    let (value, rest) = right.split_at(at);
    let (vs, file) = rest.split_at(2);
    match file.text.is_empty() {
        true => Err(vs.wrong(
            "`vs` needs a file",
            "nothing follows",
            "name a scenario or a lock file, such as vs main.toml",
        )),
        false => Ok((value, Some(file))),
    }
}

/// The pieces between points that are neither within quotes nor within brackets.
fn segments(path: Piece<'_>) -> Vec<Piece<'_>> {
    let mut start = 0;
    let mut depth = 0;
    let mut pieces = Vec::new();
    for (at, c) in path.unquoted() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            '.' if depth == 0 => {
                pieces.push(path.part(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(path.part(start..path.text.len()));
    pieces
}

fn name_of(piece: Piece<'_>) -> Name {
    match piece.text {
        "*" => Name::Each,
        text => Name::Only(without_quotes(text).to_owned()),
    }
}

/// What stands between the quotes around a text, if they are.
fn without_quotes(text: &str) -> &str {
    let between = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    between('"').or_else(|| between('\'')).unwrap_or(text)
}

fn path_of(path: Piece<'_>) -> Result<Path, Wrong> {
    let pieces = segments(path);
    let mut rest = pieces.as_slice();
    let mut next = || {
        let (first, others) = rest.split_first()?;
        rest = others;
        Some(*first)
    };
    let first = next().unwrap_or(path);
    let part = Part::ALL.into_iter().find(|part| part.name() == first.text);
    let Some(part) = part else {
        let near = nearest(first.text, Part::ALL.map(Part::name));
        return Err(first.wrong(
            format!("unknown part {}", quoted(first.text)),
            match near {
                Some(near) => format!("there is no such part; did you mean {near}?"),
                None => "there is no such part".to_owned(),
            },
            "a figure is one of total, queues.NAME, call_types.NAME, groups.NAME or trunks.NAME",
        ));
    };
    let incomplete = || {
        path.wrong(
            "the figure is not complete",
            format!("this is {}", quoted(path.text)),
            match part {
                Part::Total => "write total.KPI, such as total.asa_s".to_owned(),
                part => format!("write {0}.NAME.KPI or {0}.*.KPI", part.name()),
            },
        )
    };
    let named = match part {
        Part::Total => None,
        _ => Some(next().ok_or_else(incomplete)?),
    };
    let mut last = next().ok_or_else(incomplete)?;
    let mut interval = None;
    if let Some(at) = last.text.strip_prefix("intervals") {
        let inner = at
            .trim()
            .strip_prefix('[')
            .and_then(|at| at.strip_suffix(']'));
        let inner = inner.map(str::trim).filter(|inner| !inner.is_empty());
        let Some(inner) = inner else {
            return Err(last.wrong(
                "an interval is named by its start",
                format!("this is {}", quoted(last.text)),
                "write intervals[\"10:00\"], or intervals[*] for each",
            ));
        };
        let start = last.start + (inner.as_ptr() as usize - last.text.as_ptr() as usize);
        interval = Some(Piece { text: inner, start });
        last = next().ok_or_else(incomplete)?;
    }
    let kpi = match last.text {
        "days" => {
            let end = next().ok_or_else(incomplete)?;
            path.part(last.start - path.start..end.span().end - path.start)
        }
        _ => last,
    };
    if let Some(more) = next() {
        return Err(more.wrong(
            format!("{} is more than a figure", quoted(more.text)),
            "nothing can follow a figure's name",
            "a name with a point in it stands in quotes: queues.\"a.b\".asa_s",
        ));
    }
    let known = part.figures(interval.is_some());
    let Some(name) = known.iter().find(|name| **name == kpi.text) else {
        return Err(unknown(kpi, part, interval.is_some(), &known));
    };
    let unit = match *name {
        TARGET_MET => Some(Unit::Fraction),
        name => kpi::unit(name),
    };
    let span = |piece: Option<Piece<'_>>| piece.map_or(path.span(), Piece::span);
    Ok(Path {
        part,
        name: named.map(name_of),
        interval: interval.map(name_of),
        kpi: name,
        unit: unit.unwrap_or(Unit::Number),
        spans: (span(named), span(interval)),
    })
}

fn unknown(kpi: Piece<'_>, part: Part, in_interval: bool, known: &[&str]) -> Wrong {
    let elsewhere = || {
        Part::ALL
            .iter()
            .any(|part| part.figures(false).contains(&kpi.text))
    };
    // Often the unit is forgotten: `asa`.
    let longer = known
        .iter()
        .find(|name| name.strip_suffix("_s") == Some(kpi.text));
    let near = longer
        .copied()
        .or_else(|| nearest(kpi.text, known.iter().copied()));
    let label = match near {
        _ if in_interval && part.figures(false).contains(&kpi.text) => {
            "it is known for the whole day only".to_owned()
        }
        _ if elsewhere() => format!("it is not a figure of {}", part.name()),
        Some(near) => format!("there is no such figure; did you mean {near}?"),
        None => "there is no such figure".to_owned(),
    };
    kpi.wrong(
        format!("unknown figure {}", quoted(kpi.text)),
        label,
        format!(
            "the figures of {} are {}; acdsim explain says what they mean",
            part.name(),
            known.join(", ")
        ),
    )
}

/// The threshold of a figure, or of its difference: with its sign then, and in percentage points where it is a rate.
fn threshold(
    value: Piece<'_>,
    kpi: &str,
    unit: Unit,
    keyword: Option<&str>,
) -> Result<Threshold, Wrong> {
    let wrong = |label: String, help: &str| {
        Err(value.wrong(
            format!("{} does not fit {kpi}", quoted(value.text)),
            label,
            help,
        ))
    };
    if value.text.is_empty() {
        let there = Piece {
            text: value.text,
            start: value.start,
        };
        return Err(there.wrong("the value is missing", "nothing follows the sign", GRAMMAR));
    }
    let (sign, size) = match value.text.chars().next() {
        Some('+') => (1.0, value.text[1..].trim_start()),
        Some('-') => (-1.0, value.text[1..].trim_start()),
        Some('−') => (-1.0, value.text['−'.len_utf8()..].trim_start()),
        _ => (1.0, value.text),
    };
    match keyword {
        None if size.len() < value.text.len() => {
            return wrong(
                "a figure has no sign".to_owned(),
                "write the value without it, or delta before the figure",
            );
        }
        Some("equivalent") if sign < 0.0 => {
            return wrong("a margin is not negative".to_owned(), "write ± 0.5pp");
        }
        _ => {}
    }
    let difference = keyword.is_some();
    let percent = |text: &str| {
        let number = text.strip_suffix('%')?.trim();
        let number: f64 = number
            .parse()
            .ok()
            .filter(|x: &f64| x.is_finite() && *x >= 0.0)?;
        Some(Threshold::Relative(sign * number / 100.0))
    };
    let plain = |text: &str| {
        let number: f64 = text.parse().ok()?;
        (number.is_finite() && number >= 0.0).then_some(Threshold::Plain(sign * number))
    };
    match (unit, difference) {
        (Unit::Fraction, false) => match parse_fraction(size) {
            Ok(fraction) => Ok(Threshold::Plain(fraction)),
            Err(error) => wrong(error.wrong, &error.help),
        },
        (Unit::Fraction, true) => match parse_points(size) {
            Ok(points) => Ok(Threshold::Plain(sign * points)),
            Err(error) => wrong(error.wrong, &error.help),
        },
        (Unit::Seconds, _) => match (difference.then(|| percent(size)).flatten(), size) {
            (Some(relative), _) => Ok(relative),
            // Nothing is nothing in any unit.
            (None, "0") => Ok(Threshold::Plain(0.0)),
            (None, size) => match parse_duration(size).as_ref().map(Duration::as_secs_f64) {
                Ok(seconds) => Ok(Threshold::Plain(sign * seconds)),
                Err(error) => wrong(error.wrong.clone(), &error.help),
            },
        },
        _ => match (difference.then(|| percent(size)).flatten(), plain(size)) {
            (Some(relative), _) => Ok(relative),
            (None, Some(plain)) => Ok(plain),
            _ => wrong(
                format!("it is measured in {}", unit_words(unit)),
                match difference {
                    true => "write a plain number, or a part of the baseline's value, such as +1%",
                    false => "write a plain number",
                },
            ),
        },
    }
}

fn unit_words(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "a number a day",
        Unit::Hours => "hours",
        Unit::Money => "money",
        Unit::Fraction | Unit::Seconds | Unit::Number => "a plain number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Expectation {
        Expectation::parse(text).unwrap_or_else(|wrong| panic!("{text}: {wrong}"))
    }

    #[test]
    fn figures_are_named_by_part_name_and_interval() {
        let only = |name: &str| Some(Name::Only(name.to_owned()));
        for (text, part, name, interval, kpi) in [
            ("total.asa_s < 20s", Part::Total, None, None, "asa_s"),
            (
                "queues.*.wait_p95_s < 2m",
                Part::Queues,
                Some(Name::Each),
                None,
                "wait_p95_s",
            ),
            (
                "queues.my team.service_level>=80%",
                Part::Queues,
                only("my team"),
                None,
                "service_level",
            ),
            (
                "queues.\"a.b > c\".asa_s < 5s",
                Part::Queues,
                only("a.b > c"),
                None,
                "asa_s",
            ),
            (
                "queues.a.intervals[\"10:00\"].service_level >= 0.8",
                Part::Queues,
                only("a"),
                only("10:00"),
                "service_level",
            ),
            (
                "total.intervals[ * ].asa_s < 5s",
                Part::Total,
                None,
                Some(Name::Each),
                "asa_s",
            ),
            (
                "queues.a.days.target_met > 50 %",
                Part::Queues,
                only("a"),
                None,
                TARGET_MET,
            ),
            (
                "trunks.main.lines_busy_max <= 30",
                Part::Trunks,
                only("main"),
                None,
                "lines_busy_max",
            ),
        ] {
            let figure = parsed(text).figure;
            assert_eq!(
                (figure.part, figure.name, figure.interval, figure.kpi),
                (part, name, interval, kpi),
                "{text}"
            );
        }
    }

    #[test]
    fn thresholds_have_the_units_of_their_figures() {
        use Relation::{Above, AtLeast, AtMost, Below, Within};
        use Threshold::{Plain, Relative};
        for (text, relation, threshold) in [
            ("total.service_level >= 80%", AtLeast, Plain(0.8)),
            ("total.asa_s < 1m30s", Below, Plain(90.0)),
            ("total.answered > 1000", Above, Plain(1000.0)),
            (
                "delta total.service_level >= -0.5pp",
                AtLeast,
                Plain(-0.005),
            ),
            (
                "delta total.service_level ≥ − 0.5pp",
                AtLeast,
                Plain(-0.005),
            ),
            ("delta total.abandonment_rate <= 0pp", AtMost, Plain(0.0)),
            ("delta total.asa_s <= +2s", AtMost, Plain(2.0)),
            ("delta total.asa_s <= 0", AtMost, Plain(0.0)),
            ("delta total.asa_s <= +10%", AtMost, Relative(0.1)),
            ("delta total.cost <= -1.5 %", AtMost, Relative(-0.015)),
            ("delta total.cost <= +20", AtMost, Plain(20.0)),
            ("equivalent total.aht_s ± 2s", Within, Plain(2.0)),
            ("equivalent total.aht_s +- 2s", Within, Plain(2.0)),
            ("equivalent total.cost +/-1%", Within, Relative(0.01)),
        ] {
            let found = parsed(text);
            assert_eq!(
                (found.relation, found.threshold),
                (relation, threshold),
                "{text}"
            );
        }
    }

    #[test]
    fn a_baseline_stands_after_vs() {
        let baseline = |text: &str| match parsed(text).of {
            Of::Value => panic!("{text} is a difference"),
            Of::Difference { baseline } => baseline,
        };
        assert_eq!(baseline("delta total.asa_s <= +2s"), None);
        let file = baseline("delta total.asa_s <= +2s vs ../main branch.toml");
        assert_eq!(file.as_deref(), Some("../main branch.toml"));
        let file = baseline("equivalent total.asa_s ±2s  vs  \"vs.lock\"");
        assert_eq!(file.as_deref(), Some("vs.lock"));
        assert_eq!(parsed("total.asa_s < 5s").of, Of::Value);
    }

    #[test]
    fn quotes_around_a_name_are_none_of_it() {
        for (text, name) in [
            ("queues.\"a.b\".asa_s < 5s", "a.b"),
            ("queues.'a'.asa_s < 5s", "a"),
            ("queues.say \"hi\".asa_s < 5s", "say \"hi\""),
            ("queues.\"\"hi\"\".asa_s < 5s", "\"hi\""),
            ("queues.the boys'.asa_s < 5s", "the boys'"),
            ("queues.\"*\".asa_s < 5s", "*"),
        ] {
            let found = parsed(text).figure.name;
            assert_eq!(found, Some(Name::Only(name.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, marked, says) in [
            ("queues.a.asa < 5s", "asa", "did you mean asa_s?"),
            ("queue.a.asa_s < 5s", "queue", "did you mean queues?"),
            (
                "queues.a.resolved > 5",
                "resolved",
                "not a figure of queues",
            ),
            (
                "total.intervals[\"10:00\"].wait_p95_s < 5s",
                "wait_p95_s",
                "whole day only",
            ),
            ("groups.a.occupancy <= 85", "85", "did you mean \"85%\"?"),
            ("total.asa_s < 5", "5", "has no unit"),
            ("total.asa_s < 5%", "5%", "is no unit"),
            ("total.answered > 5s", "5s", "a number a day"),
            ("delta total.service_level >= -1%", "-1%", "pp"),
            ("total.service_level >= -1%", "-1%", "no sign"),
            ("total.asa_s", "total.asa_s", "no <=, <, >=, > or ±"),
            ("total.asa_s == 5s", "=", "equality"),
            (
                "total.asa_s ± 5s",
                "total.asa_s ± 5s",
                "`equivalent` is missing",
            ),
            ("equivalent total.asa_s < 5s", "<", "this is \"<\""),
            ("equivalent total.asa_s ± -5s", "-5s", "not negative"),
            (
                "total.asa_s < 5s vs main.toml",
                "main.toml",
                "of the figure itself",
            ),
            ("delta total.asa_s < 5s vs", "vs", "nothing follows"),
            ("total.asa_s <", "", "nothing follows"),
            ("total < 5s", "total", "total.KPI"),
            ("queues.a < 5s", "queues.a", "queues.NAME.KPI"),
            ("queues.a.b.asa_s < 5s", "asa_s", "in quotes"),
            (
                "queues.a.intervals.asa_s < 5s",
                "intervals",
                "intervals[\"10:00\"]",
            ),
            ("total.answered > nan", "nan", "a number a day"),
            ("total.answered > 1e999", "1e999", "a number a day"),
            ("", "", "no <=, <, >=, > or ±"),
            ("ü <", "ü", "there is no such part"),
        ] {
            let wrong = Expectation::parse(text).expect_err(text);
            assert_eq!(&text[wrong.span.clone()], marked, "{text}: {wrong}");
            assert!(wrong.to_string().contains(says), "{text}: {wrong}");
        }
    }
}
