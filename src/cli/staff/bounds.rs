//! `--at-least`, `--at-most` and `--fix`: how many agents may be where.

use super::super::Failure;
use crate::planning::Bounds;
use crate::scenario::schema::MOST_AGENTS;
use crate::scenario::{Document, Scenario, clock_text, nearest, quoted, quoted_list};
use std::ops::Range;

/// What the flags say.
#[derive(Debug, Clone, Copy)]
pub struct Flags<'a> {
    pub at_least: &'a [String],
    pub at_most: &'a [String],
    pub fix: &'a [String],
}

/// A bound as it was given, to be read once the scenario's groups are known; it does not look like a flag.
pub fn given(text: &str) -> Result<String, String> {
    match text.starts_with("--") {
        false => Ok(text.to_owned()),
        true => Err("expected a number of agents, for example 10 or 'GROUP=10'".to_owned()),
    }
}

/// The bounds that the flags ask for. Columns of CSV files are read as those of the document's own staff.
///
/// # Errors
/// A group or an interval that there is not, a number that is none, and bounds that contradict each other.
pub fn bounds(
    flags: Flags<'_>,
    scenario: &Scenario,
    (document, sets): (&Document, &[String]),
) -> Result<Bounds, Failure> {
    let mut bounds = Bounds::none(scenario);
    for (flag, texts, staff) in [
        ("--at-least", flags.at_least, &mut bounds.least),
        ("--at-most", flags.at_most, &mut bounds.most),
    ] {
        for text in texts {
            let (place, value) = split(text);
            let cells = Cells::of(scenario, flag, place)?;
            let agents = cells.agents(scenario, (flag, value), (document, sets))?;
            for &g in &cells.groups {
                for (i, n) in cells.intervals.clone().zip(&agents) {
                    staff[g][i] = *n;
                }
            }
        }
    }
    for (g, group) in scenario.groups.iter().enumerate() {
        for i in 0..scenario.intervals() {
            let (least, most) = (bounds.least[g][i], bounds.most[g][i]);
            if least > most {
                return Err(Failure::bad_input(format!(
                    "--at-least asks for {least} agents of {} at {}, --at-most allows {most}",
                    quoted(&group.name),
                    start(scenario, i)
                )));
            }
        }
    }
    // What is fixed is so, whatever else was said.
    for text in flags.fix {
        let cells = Cells::of(scenario, "--fix", text)?;
        for &g in &cells.groups {
            let kept = &scenario.groups[g].staff[cells.intervals.clone()];
            bounds.least[g][cells.intervals.clone()].copy_from_slice(kept);
            bounds.most[g][cells.intervals.clone()].copy_from_slice(kept);
        }
    }
    Ok(bounds)
}

/// `PLACE=VALUE`, or a value alone. A name may have a `=` in it, and so has the table of a CSV column.
fn split(text: &str) -> (&str, &str) {
    let end = text.find('{').unwrap_or(text.len());
    match text[..end].rfind('=') {
        Some(at) => (text[..at].trim(), text[at + 1..].trim()),
        None => ("", text.trim()),
    }
}

/// Some groups in some intervals.
#[derive(Debug, PartialEq)]
struct Cells {
    groups: Vec<usize>,
    intervals: Range<usize>,
}

impl Cells {
    /// `GROUP`, `HH:MM-HH:MM`, `HH:MM`, or a group and a time; nothing stands for everything.
    fn of(scenario: &Scenario, flag: &str, text: &str) -> Result<Self, Failure> {
        let text = text.trim();
        let named = |name: &str| scenario.groups.iter().position(|group| group.name == name);
        let all = 0..scenario.intervals();
        if let Some(g) = named(text) {
            return Ok(Self {
                groups: vec![g],
                intervals: all,
            });
        }
        let is_time =
            |word: &str| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains(':');
        let (name, time) = match text.rsplit_once(char::is_whitespace) {
            Some((name, last)) if is_time(last) => (name.trim_end(), last),
            None if is_time(text) => ("", text),
            _ => (text, ""),
        };
        let groups = match name {
            "" => (0..scenario.groups.len()).collect(),
            name => vec![named(name).ok_or_else(|| unknown_group(scenario, flag, name))?],
        };
        let intervals = match time {
            "" => all,
            time => intervals(scenario, time)
                .map_err(|wrong| unknown_interval(scenario, flag, &wrong))?,
        };
        Ok(Self { groups, intervals })
    }

    /// Agents in each of the intervals.
    fn agents(
        &self,
        scenario: &Scenario,
        (flag, value): (&str, &str),
        (document, sets): (&Document, &[String]),
    ) -> Result<Vec<u32>, Failure> {
        if value.starts_with('{') {
            let Some(&g) = self.groups.first() else {
                return Ok(Vec::new());
            };
            let staff = format!("groups.{}.staff={value}", scenario.groups[g].name);
            let sets = [sets, &[staff]].concat();
            let staff = document.check(&sets)?.scenario.groups[g].staff.clone();
            return Ok(staff[self.intervals.clone()].to_vec());
        }
        let list = value.trim_start_matches('[').trim_end_matches(']');
        let agents = list.split(',').map(|item| {
            let n = item.trim().parse().ok().filter(|n| u64::from(*n) <= MOST_AGENTS);
            n.ok_or_else(|| {
                Failure::bad_input(format!(
                    "{flag}: {} is no number of agents\n  help: write a whole number from 0 to {MOST_AGENTS} as in {flag} 10, \
                     a list with one for each interval, and before it whom it is for: {flag} '{}=10'",
                    quoted(item.trim()),
                    scenario.groups.first().map_or("agents", |group| &group.name),
                ))
            })
        });
        let agents: Vec<u32> = agents.collect::<Result<_, _>>()?;
        match (agents.as_slice(), self.intervals.len()) {
            ([only], n) => Ok(vec![*only; n]),
            (list, n) if list.len() == n => Ok(agents),
            (list, n) => Err(Failure::bad_input(format!(
                "{flag} lists {} numbers for {n} intervals\n  help: give one number for all, or one for each interval: {}",
                list.len(),
                hours(scenario)
            ))),
        }
    }
}

/// The intervals of a time of day, or from one to another.
fn intervals(scenario: &Scenario, text: &str) -> Result<Range<usize>, String> {
    // Reports write a longer dash.
    let (from, to) = match text.split_once(['-', '–']) {
        Some((from, to)) => (from.trim(), Some(to.trim())),
        None => (text, None),
    };
    let (open, width) = (scenario.open_min, scenario.interval_min);
    let edge = |text: &str| {
        let clock = text
            .split_once(':')
            .filter(|(h, m)| h.len() <= 2 && m.len() == 2);
        let minutes =
            clock.and_then(|(h, m)| Some(h.parse::<u32>().ok()? * 60 + m.parse::<u32>().ok()?));
        let minutes = minutes.ok_or_else(|| format!("{} is no time of day", quoted(text)))?;
        let inside = (open..=scenario.close_min).contains(&minutes);
        match inside && (minutes - open).is_multiple_of(width) {
            true => Ok(((minutes - open) / width) as usize),
            false => Err(format!("no interval begins or ends at {}", quoted(text))),
        }
    };
    let from = edge(from)?;
    let to = to.map_or(Ok(from + 1), edge)?;
    match from < to && to <= scenario.intervals() {
        true => Ok(from..to),
        false => Err(format!("there is no interval in {}", quoted(text))),
    }
}

fn start(scenario: &Scenario, interval: usize) -> String {
    clock_text(scenario.open_min + interval as u32 * scenario.interval_min)
}

/// `08:00 to 20:00 by 30 min`
fn hours(scenario: &Scenario) -> String {
    format!(
        "{} to {} by {} min",
        clock_text(scenario.open_min),
        clock_text(scenario.close_min),
        scenario.interval_min
    )
}

fn unknown_group(scenario: &Scenario, flag: &str, name: &str) -> Failure {
    let names: Vec<&str> = scenario.groups.iter().map(|g| g.name.as_str()).collect();
    let meant = nearest(name, names.iter().copied());
    let meant = meant.map_or(String::new(), |meant| {
        format!("; did you mean {}?", quoted(meant))
    });
    Failure::bad_input(format!(
        "{flag}: no group has the name {}{meant}\n  help: the groups are {}; a time of day is written as {}",
        quoted(name),
        quoted_list(&names),
        start(scenario, 0)
    ))
}

fn unknown_interval(scenario: &Scenario, flag: &str, wrong: &str) -> Failure {
    let last = scenario.intervals().min(4);
    Failure::bad_input(format!(
        "{flag}: {wrong}\n  help: the intervals go from {}; write one as {} or several as {}-{}",
        hours(scenario),
        start(scenario, 0),
        start(scenario, 0),
        start(scenario, last)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn document() -> Document {
        let text = "[scenario]\nname = \"s\"\nopen = \"08:00-10:00\"\n[[queues]]\nname = \"q\"\n[[call_types]]\nname = \"t\"\n\
                    queue = \"q\"\nrate = \"1/h\"\ntalk = \"1m\"\n[[groups]]\nname = \"front desk\"\nskills = [\"q\"]\n\
                    staff = [1, 2, 3, 4]\n[[groups]]\nname = \"a=b\"\nskills = [\"q\"]\nstaff = 5\n";
        Document::parse("t", text, Path::new("")).expect("it is TOML")
    }

    fn found(at_least: &[&str], at_most: &[&str], fix: &[&str]) -> Result<Bounds, String> {
        let owned = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        let (at_least, at_most, fix) = (owned(at_least), owned(at_most), owned(fix));
        let document = document();
        let scenario = document.check(&[]).expect("a scenario").scenario;
        let flags = Flags {
            at_least: &at_least,
            at_most: &at_most,
            fix: &fix,
        };
        bounds(flags, &scenario, (&document, &[])).map_err(|failure| failure.message)
    }

    #[test]
    fn numbers_lists_and_places() {
        let bounds = found(
            &[
                "2",
                "front desk=3,4,5,6",
                "a=b=7",
                "front desk 09:00–10:00=1, 0",
            ],
            &["08:30=9"],
            &["front desk 8:00", "a=b 09:00-10:00"],
        );
        let bounds = bounds.expect("bounds");
        assert_eq!(bounds.least, [[1, 4, 1, 0], [7, 7, 5, 5]]);
        assert_eq!(bounds.most, [[1, 9, 100_000, 100_000], [100_000, 9, 5, 5]]);
        let all = found(&[], &[], &["front desk", "08:00-10:00"]).expect("bounds");
        assert_eq!(all.least, [[1, 2, 3, 4], [5, 5, 5, 5]]);
        assert_eq!(all.least, all.most);
    }

    #[test]
    fn mistakes_say_what_would_be_right() {
        for (at_least, at_most, fix, says) in [
            (
                &["front=3"][..],
                &[][..],
                &[][..],
                "the groups are \"front desk\" and \"a=b\"",
            ),
            (&["frond desk=3"], &[], &[], "did you mean \"front desk\"?"),
            (&["x"], &[], &[], "\"x\" is no number of agents"),
            (&["-1"], &[], &[], "\"-1\" is no number of agents"),
            (&["100001"], &[], &[], "from 0 to 100000"),
            (&["1,2,3"], &[], &[], "lists 3 numbers for 4 intervals"),
            (
                &["08:00-09:00=1,2,3"],
                &[],
                &[],
                "lists 3 numbers for 2 intervals",
            ),
            (
                &["5"],
                &["front desk 09:30=4"],
                &[],
                "of \"front desk\" at 09:30, --at-most allows 4",
            ),
            (
                &[],
                &[],
                &["08:10"],
                "no interval begins or ends at \"08:10\"",
            ),
            (&[], &[], &["07:00-09:00"], "08:00 to 10:00 by 30 min"),
            (&[], &[], &["09:00-09:00"], "there is no interval in"),
            (&[], &[], &["10:00"], "there is no interval in"),
            (&[], &[], &["1:2:3"], "is no time of day"),
            (&[], &[], &["99999999999:00"], "is no time of day"),
            (&[], &[], &["front desk 11:00"], "08:00-10:00"),
        ] {
            let message = found(at_least, at_most, fix).expect_err(says);
            assert!(message.contains(says), "{says}: {message}");
        }
    }
}
