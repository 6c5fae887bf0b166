//! Rules of shifts.

use std::time::Duration;

use crate::scenario::fields::{Checker, Fields};
use crate::scenario::nodes::{self, Fault, Read, clock, clock_text, fraction, other};
use crate::scenario::schema::{self, Section};
use crate::scenario::shifts::*;
use crate::scenario::tree::Node;
use crate::scenario::values::{ValueError, format_duration};
use crate::scenario::words::quoted;

use super::{Known, known};

/// Most starts, and most lengths, of a type of shift.
const MOST_TIMES: usize = 1440;

impl Checker<'_> {
    /// `[shifts]` for a scenario with these groups and intervals of so many minutes.
    pub(in crate::scenario) fn shifts(
        &mut self,
        node: &Node,
        groups: &[&str],
        interval_min: u32,
    ) -> Option<ShiftRules> {
        let f = self.open(node, &schema::SHIFTS)?;
        let planning_grid = self.planning_grid(&f, interval_min);
        // Where that is wrong nothing lies beside it.
        let grid_min = planning_grid.unwrap_or(1);
        let known_groups = known(groups.iter().copied());
        let day = self.word(&f, "day");
        let cyclic = self.value(&f, "cyclic", nodes::flag);
        let rest_min = self.whole_minutes(&f, "rest");
        let shrinkage = self.value(&f, "shrinkage", share);
        let short_cost = self.number(&f, "short_cost");
        let spare_cost = self.number(&f, "spare_cost");
        let most_people = self.whole_u32(&f, "most_people");
        let keep = self.nested(&f, "keep", |c, _, node| c.keep(node));
        let types = self.entries(&f, "types", &schema::SHIFT_TYPE, |c, f| {
            c.shift_type(f, &known_groups, grid_min)
        });
        if f.has("types") && types.as_ref().is_some_and(Vec::is_empty) {
            self.find(
                f.span_of("types"),
                "there are no types of shift",
                "this list is empty",
                "start each type of shift with [[shifts.types]]",
            );
        }
        let names: Vec<String> = types.iter().flatten().map(|t| t.name.clone()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let known_types = known(names.iter().copied());
        // Names of types that are wrong themselves are not known.
        let all_types = types.is_some();
        let contracts = self.entries(&f, "contracts", &schema::CONTRACT, |c, f| {
            c.contract(
                f,
                &known_groups,
                all_types.then_some(&known_types),
                rest_min,
            )
        });
        let premiums = self.entries(&f, "premiums", &schema::PREMIUM, Self::premium);
        let blocks = self.entries(&f, "blocks", &schema::BLOCK, |c, f| {
            c.block(f, &known_groups, grid_min)
        });
        let (types, contracts) = (types?, contracts?);
        for contract in &contracts {
            let works = |of: &ShiftType| {
                contract.types.contains(&of.name)
                    && of
                        .groups
                        .iter()
                        .any(|group| contract.groups.contains(group))
            };
            if !types.iter().any(works) {
                self.warnings.push(format!(
                    "contract {}: none of its groups works any of its types, so nobody has it",
                    quoted(&contract.name)
                ));
            }
        }
        Some(ShiftRules {
            grid_min: planning_grid?,
            day,
            cyclic: cyclic?,
            rest_min: rest_min?,
            shrinkage,
            short_cost,
            spare_cost: spare_cost?,
            most_people,
            keep,
            types,
            contracts,
            premiums: premiums?,
            blocks: blocks?,
        })
    }

    /// Steps of the day from midnight, in which the intervals are whole numbers of steps.
    fn planning_grid(&mut self, f: &Fields<'_>, interval_min: u32) -> Option<u32> {
        let grid = match f.has("grid") {
            true => self.whole_minutes(f, "grid")?,
            false => interval_min,
        };
        let wrong = if grid == 0 {
            "this is no time".to_owned()
        } else if !interval_min.is_multiple_of(grid) {
            format!(
                "{} does not divide the interval of {}",
                shown(grid),
                shown(interval_min)
            )
        } else if !DAY_MIN.is_multiple_of(grid) {
            format!("{} does not divide the 24 hours of a day", shown(grid))
        } else {
            return Some(grid);
        };
        self.find(
            f.span_of("grid"),
            "`grid` must divide the scenario's interval, and a day",
            wrong,
            "the planning grid is for example \"15m\", where the interval is 30 minutes",
        );
        None
    }

    /// A duration of whole minutes.
    fn whole_minutes(&mut self, f: &Fields<'_>, key: &str) -> Option<u32> {
        self.value(f, key, minutes)
    }

    /// A duration of whole steps of the grid.
    fn on_grid(&mut self, f: &Fields<'_>, key: &str, grid: u32) -> Option<u32> {
        self.value(f, key, |node| fits(node, minutes(node)?, grid))
    }

    /// A list of tables within a section. Names must differ where they must be written.
    pub(super) fn entries<T>(
        &mut self,
        f: &Fields<'_>,
        key: &str,
        section: &'static Section,
        mut read: impl FnMut(&mut Self, &Fields<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        if !f.has(key) && f.presence(key) != Some(schema::Presence::Required) {
            return Some(Vec::new());
        }
        self.nested(f, key, |checker, key, node| {
            let expected = format!("a list of at most {} tables", schema::MOST_PARTS);
            let list = match node.as_list() {
                Some(list) if list.len() <= schema::MOST_PARTS => list,
                Some(list) => {
                    let fault = counted(node, list, &expected, "");
                    return checker.settle(key.name, Err(fault));
                }
                None => {
                    let fault = other(node, &expected, "write a list of tables");
                    return checker.settle(key.name, Err(fault));
                }
            };
            checker.tables(list, key.name, section, &mut read)
        })
    }

    fn keep(&mut self, node: &Node) -> Option<Keep> {
        let f = self.open(node, &schema::KEEP)?;
        let file = self.value(&f, "file", nodes::file);
        let cost_per_change = self.number(&f, "cost_per_change");
        Some(Keep {
            file: file?,
            cost_per_change: cost_per_change?,
        })
    }

    fn shift_type(&mut self, f: &Fields<'_>, groups: &Known<'_>, grid: u32) -> Option<ShiftType> {
        let name = self.name(f);
        let groups = self.names_of(f, "groups", "group", groups);
        let every = match f.has("every") {
            true => self.value(f, "every", |node| {
                time(node, fits(node, minutes(node)?, grid)?)
            }),
            false => Some(grid),
        };
        let starts = every.and_then(|every| {
            self.nested(f, "start", |c, key, node| {
                let read = starts(node, every, grid);
                c.settle(key.name, read)
            })
        });
        let lengths = self.nested(f, "length", |c, key, node| {
            let read = lengths(node, grid);
            c.settle(key.name, read)
        });
        let days = self.weekdays(f);
        let least = self.whole_u32(f, "least");
        let most = self.whole_u32(f, "most");
        let cost_per_hour = self.number(f, "cost_per_hour");
        let breaks = self.entries(f, "breaks", &schema::BREAK, |c, f| c.a_break(f, grid));
        if let (Some(least), Some(most)) = (least, most)
            && least > most
        {
            self.find(
                f.span_of("most"),
                "`most` must be at least `least`",
                format!("{most} are fewer than {least}"),
                "",
            );
        }
        let (lengths_min, breaks) = (lengths?, breaks?);
        self.breaks_fit(f, &lengths_min, &breaks);
        Some(ShiftType {
            name: name?,
            groups: groups?,
            starts_min: starts?,
            lengths_min,
            days: days?,
            least: least?,
            most,
            cost_per_hour,
            breaks,
        })
    }

    fn a_break(&mut self, f: &Fields<'_>, grid: u32) -> Option<Break> {
        let name = self.name(f);
        let length = self.value(f, "length", |node| {
            time(node, fits(node, minutes(node)?, grid)?)
        });
        let earliest = self.on_grid(f, "earliest", grid);
        let latest = match f.has("latest") {
            true => self.on_grid(f, "latest", grid),
            false => earliest,
        };
        let paid = self.value(f, "paid", nodes::flag);
        let (length_min, earliest_min, latest_min) = (length?, earliest?, latest?);
        if latest_min < earliest_min {
            self.find(
                f.span_of("latest"),
                "`latest` must not be before `earliest`",
                format!("{} is before {}", shown(latest_min), shown(earliest_min)),
                "both count from the start of the shift to the start of the break",
            );
            return None;
        }
        Some(Break {
            name: name?,
            length_min,
            earliest_min,
            latest_min,
            paid: paid?,
        })
    }

    /// In every length the breaks can be taken one after the other, each within its window and the shift.
    fn breaks_fit(&mut self, f: &Fields<'_>, lengths_min: &[u32], breaks: &[Break]) {
        let Some(shortest) = lengths_min.iter().min() else {
            return;
        };
        let mut end = 0;
        for b in breaks {
            let start = b.earliest_min.max(end);
            if start > b.latest_min {
                self.find(
                    f.span_of("breaks"),
                    format!("the break {} cannot be taken", quoted(&b.name)),
                    format!(
                        "it starts {} after the start of the shift at the latest; the breaks before it end {} after it at the earliest",
                        shown(b.latest_min),
                        shown(end)
                    ),
                    "breaks are taken in the order in which they are written",
                );
                return;
            }
            end = start + b.length_min;
            if b.latest_min + b.length_min > *shortest {
                self.find(
                    f.span_of("breaks"),
                    format!("the break {} does not fit into the shift", quoted(&b.name)),
                    format!(
                        "it may end {} after the start of a shift of {}",
                        shown(b.latest_min + b.length_min),
                        shown(*shortest)
                    ),
                    "write an earlier `latest`; other breaks for other lengths are another type of shift",
                );
                return;
            }
        }
    }

    fn contract(
        &mut self,
        f: &Fields<'_>,
        groups: &Known<'_>,
        types: Option<&Known<'_>>,
        rest: Option<u32>,
    ) -> Option<Contract> {
        let name = self.name(f);
        let groups = self.names_of(f, "groups", "group", groups);
        let types = types.and_then(|types| self.names_of(f, "types", "type", types));
        let least_shifts = self.whole_u32(f, "least_shifts");
        let most_shifts = self.whole_u32(f, "most_shifts");
        let least_hours = self.whole_minutes(f, "least_hours");
        let most_hours = self.whole_minutes(f, "most_hours");
        let rest_min = match f.has("rest") {
            true => self.whole_minutes(f, "rest"),
            false => rest,
        };
        let same_shift = self.value(f, "same_shift", nodes::flag);
        let most_people = self.whole_u32(f, "most_people");
        if let (Some(least), Some(most)) = (least_shifts, most_shifts)
            && least > most
        {
            self.find(
                f.span_of("most_shifts"),
                "`most_shifts` must be at least `least_shifts`",
                format!("{most} are fewer than {least}"),
                "",
            );
        }
        if let (Some(least), Some(most)) = (least_hours, most_hours)
            && least > most
        {
            self.find(
                f.span_of("most_hours"),
                "`most_hours` must be at least `least_hours`",
                format!("{} is less than {}", shown(most), shown(least)),
                "",
            );
        }
        Some(Contract {
            name: name?,
            groups: groups?,
            types: types?,
            shifts: (least_shifts?, most_shifts?),
            paid_min: (least_hours?, most_hours?),
            rest_min: rest_min?,
            same_shift: same_shift?,
            most_people,
        })
    }

    fn premium(&mut self, f: &Fields<'_>) -> Option<Premium> {
        let name = self.name(f);
        let hours = self.value(f, "hours", nodes::span);
        let days = self.weekdays(f);
        let extra = self.value(f, "extra", nodes::extra);
        Some(Premium {
            name: name?,
            hours_min: hours?,
            days: days?,
            extra: extra?,
        })
    }

    fn block(&mut self, f: &Fields<'_>, groups: &Known<'_>, grid: u32) -> Option<Block> {
        let name = self.name(f);
        let group = self.named(f, "group", "group", groups);
        let days = self.weekdays(f);
        let hours = self.value(f, "hours", |node| {
            let (from, to) = within_a_day(node)?;
            Ok((fits(node, from, grid)?, fits(node, to, grid)?))
        });
        let people = self.whole_u32(f, "people");
        Some(Block {
            name: name?,
            group: group?,
            days: days?,
            hours_min: hours?,
            people: people?,
        })
    }

    /// One name or several; all that there are where none is written.
    pub(super) fn names_of(
        &mut self,
        f: &Fields<'_>,
        key: &str,
        what: &str,
        known: &Known<'_>,
    ) -> Option<Vec<String>> {
        if !f.has(key) {
            return Some(
                known
                    .in_order
                    .iter()
                    .map(|name| (*name).to_owned())
                    .collect(),
            );
        }
        self.nested(f, key, |c, key, node| {
            let list = match node.as_list() {
                Some(list) if !list.is_empty() && list.len() <= schema::MOST_PARTS => list,
                Some(list) => {
                    let expected = format!("the name of a {what}, or a list of them");
                    let help = format!("leave the key out for every {what}");
                    return c.settle(key.name, Err(counted(node, list, &expected, &help)));
                }
                None => std::slice::from_ref(node),
            };
            let mut names: Vec<String> = Vec::new();
            for node in list {
                let name = c.settle(key.name, nodes::text(node))?;
                c.reference(&name, node.span, what, known)?;
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            Some(names)
        })
    }

    fn weekdays(&mut self, f: &Fields<'_>) -> Option<Days> {
        if !f.has("days") {
            return Some([true; 7]);
        }
        self.nested(f, "days", |c, key, node| {
            let list = match node.as_list() {
                Some(list) if !list.is_empty() => list,
                Some(_) => {
                    let fault = other(
                        node,
                        "a weekday, or a list of them",
                        "leave the key out for every day",
                    );
                    return c.settle(key.name, Err(fault));
                }
                None => std::slice::from_ref(node),
            };
            let mut days = [false; 7];
            for node in list {
                days[c.settle(key.name, nodes::word(node, &WEEKDAYS))?] = true;
            }
            Some(days)
        })
    }
}

/// `8h30m`
fn shown(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h{minutes}m"),
    }
}

/// A duration of whole minutes. What has no unit is meant in minutes, as an interval.
pub(super) fn minutes(node: &Node) -> Read<u32> {
    let duration = nodes::interval(node)?;
    let minutes = duration.as_secs() / 60;
    match u32::try_from(minutes) {
        Ok(whole) if Duration::from_secs(minutes * 60) == duration => Ok(whole),
        _ => Err(ValueError::new(
            "a duration of whole minutes",
            format!(
                "{} is no number of whole minutes",
                format_duration(duration)
            ),
            "write for example \"30m\" or \"8h30m\"",
        )
        .at(node)),
    }
}

/// Minutes that lie on the grid.
fn fits(node: &Node, minutes: u32, grid: u32) -> Read<u32> {
    match minutes % grid {
        0 => Ok(minutes),
        _ => Err(ValueError::new(
            &format!("a multiple of the planning grid of {}", shown(grid)),
            format!("{} lies beside it", written(node)),
            "set a finer `grid`, or move this",
        )
        .at(node)),
    }
}

/// Minutes above 0.
fn time(node: &Node, minutes: u32) -> Read<u32> {
    match minutes {
        0 => Err(ValueError::new("a duration above 0", "this is no time", "").at(node)),
        minutes => Ok(minutes),
    }
}

/// Two times of a day, one after the other.
fn within_a_day(node: &Node) -> Read<(u32, u32)> {
    let expected = "a span of time within a day";
    let help = "write for example \"10:00-12:00\", at most until 24:00; what goes on after midnight is another block";
    match nodes::times(node, expected, help)? {
        (from, to) if from < to => Ok((from, to)),
        (from, to) => {
            let wrong = format!("{} is not after {}", clock_text(to), clock_text(from));
            Err(ValueError::new(expected, wrong, help).at(node))
        }
    }
}

/// Says that a list is empty or too long.
fn counted(node: &Node, list: &[Node], expected: &str, help: &str) -> Fault {
    match list.len() {
        0 => other(node, expected, help),
        n => ValueError::new(expected, format!("this list has {n} entries"), help).at(node),
    }
}

fn written(node: &Node) -> String {
    node.as_text().map_or_else(|| node.describe(), quoted)
}

/// A share below 1.
fn share(node: &Node) -> Read<f64> {
    match fraction(node)? {
        share if share < 1.0 => Ok(share),
        _ => Err(ValueError::new("a fraction below 1", "nobody would be at work", "").at(node)),
    }
}

fn one_or_list<'n>(node: &'n Node, expected: &str) -> Read<&'n [Node]> {
    match node.as_list() {
        Some(list) if !list.is_empty() && list.len() <= MOST_TIMES => Ok(list),
        Some(list) => {
            let help = match list.is_empty() {
                true => String::new(),
                false => format!("write at most {MOST_TIMES} of them"),
            };
            Err(counted(node, list, expected, &help))
        }
        None => Ok(std::slice::from_ref(node)),
    }
}

/// Starts in minutes after midnight, in order.
fn starts(node: &Node, every: u32, grid: u32) -> Read<Vec<u32>> {
    let expected = "a time of day, a span of them, or a list of both";
    let help = "write for example \"08:00\", \"07:00-10:00\" or [\"06:00\", \"13:00-15:00\"]";
    let mut is_start = [false; DAY_MIN as usize];
    for node in one_or_list(node, expected)? {
        let text = node.as_text().ok_or_else(|| other(node, expected, help))?;
        let (first, last) = match text.split_once(['-', '–']) {
            None => (text, text),
            Some(span) => span,
        };
        let time = |text: &str| {
            clock(text).filter(|t| *t < DAY_MIN).ok_or_else(|| {
                let wrong = format!("{} is no time of day", quoted(text.trim()));
                ValueError::new(expected, wrong, help).at(node)
            })
        };
        let (first, last) = (time(first)?, time(last)?);
        if first > last {
            let wrong = format!("{} is after {}", clock_text(first), clock_text(last));
            return Err(ValueError::new(expected, wrong, help).at(node));
        }
        fits(node, first, grid)?;
        for start in (first..=last).step_by(every as usize) {
            is_start[start as usize] = true;
        }
    }
    let starts = (0..).zip(is_start).filter(|(_, is_start)| *is_start);
    Ok(starts.map(|(start, _)| start).collect())
}

/// Lengths in minutes, in order: above 0, at most a day.
fn lengths(node: &Node, grid: u32) -> Read<Vec<u32>> {
    let expected = "a duration, or a list of them";
    let mut all = Vec::new();
    for node in one_or_list(node, expected)? {
        let length = fits(node, minutes(node)?, grid)?;
        if length == 0 || length > DAY_MIN {
            let wrong = format!("{} is no length of a shift", written(node));
            return Err(
                ValueError::new("a duration above 0, at most 24 hours", wrong, "").at(node),
            );
        }
        all.push(length);
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}
