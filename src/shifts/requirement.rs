//! A requirement in a CSV file: agents by group and interval, as `acdsim staff --csv` writes them.

use crate::scenario::schema::MOST_AGENTS;
use crate::scenario::{DAY_MIN, WEEKDAYS, clock, clock_text, describe, position, quoted, reader};
use std::collections::HashMap;
use std::path::Path;

/// Agents by group and interval.
type Agents = Vec<Vec<u32>>;

/// Agents needed, by group and interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Requirement {
    /// Names of the groups, in the order of the file.
    pub groups: Vec<String>,
    /// Minutes of an interval.
    pub interval_min: u32,
    /// One day whose weekday is not known, or the seven of a week from Monday; none is closed. By group and interval of the
    /// whole day, from midnight.
    pub days: Vec<(Option<usize>, Option<Agents>)>,
}

/// A row of the file.
struct Row {
    line: u64,
    day: Option<usize>,
    start_min: u32,
    group: usize,
    agents: u32,
}

impl Requirement {
    /// Reads a file with the columns `start` and `agents`, and if it has them `group` (or `queue`) and `day` (`mon` to `sun`).
    /// Rows may come in any order; where there is none, nobody is needed. The starts tell the length of an interval: it is the
    /// least time from one start to another.
    ///
    /// # Errors
    /// What is wrong, with file, line and column.
    pub fn read(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        let mut reader = reader(path, &name)?;
        let headers = reader.headers().map_err(|e| describe(&name, &e))?.clone();
        let has = |column: &str| headers.iter().any(|h| h == column);
        let optional = |column: &str| match has(column) {
            true => position(&name, &headers, column).map(Some),
            false => Ok(None),
        };
        let start = position(&name, &headers, "start")?;
        let agents = position(&name, &headers, "agents")?;
        let day = optional("day")?;
        let group = match optional("group")? {
            Some(group) => Some(group),
            None => optional("queue")?,
        };
        let mut groups: Vec<String> = Vec::new();
        let mut rows: Vec<Row> = Vec::new();
        let mut record = csv::StringRecord::new();
        while reader
            .read_record(&mut record)
            .map_err(|e| describe(&name, &e))?
        {
            let line = record.position().map_or(0, csv::Position::line);
            let text = |at: usize| record.get(at).unwrap_or_default().trim();
            let place = |at: usize, expected: &str| {
                let column = quoted(headers.get(at).unwrap_or_default());
                let found = quoted(text(at));
                format!(
                    "{name}, line {line}, column {} ({column}): expected {expected}, found {found}",
                    at + 1
                )
            };
            let start_min = clock(text(start))
                .filter(|minute| *minute < DAY_MIN)
                .ok_or_else(|| place(start, "a time of day HH:MM such as 08:30"))?;
            let wanted = text(agents).parse::<u32>().ok();
            let agents_wanted =
                wanted
                    .filter(|n| u64::from(*n) <= MOST_AGENTS)
                    .ok_or_else(|| {
                        place(
                            agents,
                            &format!("a whole number of agents from 0 to {MOST_AGENTS}"),
                        )
                    })?;
            let weekday = match day {
                None => None,
                Some(at) => {
                    let known = WEEKDAYS.iter().position(|day| *day == text(at));
                    Some(known.ok_or_else(|| place(at, "a weekday from mon to sun"))?)
                }
            };
            let of_group = group.map_or("agents", text);
            if of_group.is_empty() {
                return Err(place(group.unwrap_or(start), "the name of a group"));
            }
            let index = groups.iter().position(|name| name == of_group);
            let index = index.unwrap_or_else(|| {
                groups.push(of_group.to_owned());
                groups.len() - 1
            });
            rows.push(Row {
                line,
                day: weekday,
                start_min,
                group: index,
                agents: agents_wanted,
            });
        }
        if rows.is_empty() {
            return Err(format!(
                "{name} has no rows; expected one for each interval below the header"
            ));
        }
        let interval_min = interval(&name, &rows)?;
        let days = match day {
            None => vec![(
                None,
                Some(of_day(&name, &rows, None, (groups.len(), interval_min))?),
            )],
            Some(_) => (0..7)
                .map(|weekday| {
                    let open = rows.iter().any(|row| row.day == Some(weekday));
                    let size = (groups.len(), interval_min);
                    let agents = open.then(|| of_day(&name, &rows, Some(weekday), size));
                    Ok((Some(weekday), agents.transpose()?))
                })
                .collect::<Result<_, String>>()?,
        };
        Ok(Self {
            groups,
            interval_min,
            days,
        })
    }
}

/// The least time between two starts, on which all of them have to lie.
fn interval(name: &str, rows: &[Row]) -> Result<u32, String> {
    let mut starts: Vec<u32> = rows.iter().map(|row| row.start_min).collect();
    starts.sort_unstable();
    starts.dedup();
    let steps = starts.windows(2).map(|pair| pair[1] - pair[0]);
    let Some(interval) = steps.min() else {
        return Err(format!(
            "{name} has one interval, which does not tell how long it is; expected the intervals of a day"
        ));
    };
    let beside = rows
        .iter()
        .find(|row| !(row.start_min - starts[0]).is_multiple_of(interval));
    if let Some(row) = beside {
        return Err(format!(
            "{name}, line {}: {} does not lie on the intervals of {interval} minutes from {}; expected intervals of one length",
            row.line,
            clock_text(row.start_min),
            clock_text(starts[0])
        ));
    }
    match DAY_MIN.is_multiple_of(interval) && starts[0].is_multiple_of(interval) {
        true => Ok(interval),
        false => Err(format!(
            "{name}: intervals of {interval} minutes from {} do not divide a day from midnight",
            clock_text(starts[0])
        )),
    }
}

fn of_day(
    name: &str,
    rows: &[Row],
    day: Option<usize>,
    (groups, interval_min): (usize, u32),
) -> Result<Vec<Vec<u32>>, String> {
    let mut agents = vec![vec![0; (DAY_MIN / interval_min) as usize]; groups];
    let mut lines: HashMap<(usize, u32), u64> = HashMap::new();
    for row in rows.iter().filter(|row| row.day == day) {
        if let Some(before) = lines.insert((row.group, row.start_min), row.line) {
            return Err(format!(
                "{name}, line {}: the interval from {} stands in line {before} already; expected one row for each interval, \
                 group and day",
                row.line,
                clock_text(row.start_min)
            ));
        }
        agents[row.group][(row.start_min / interval_min) as usize] = row.agents;
    }
    Ok(agents)
}
