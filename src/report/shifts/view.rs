//! A plan by day, group and kind of shift.

use crate::scenario::{DAY_MIN, WEEKDAYS, clock};
use crate::shifts::Shifts;
use crate::shifts::document::{DutyRow, Objective, PersonRow};
use std::collections::BTreeMap;

/// No shift of a day goes on beyond the end of the next.
pub const LATEST_MIN: u32 = 2 * DAY_MIN;

/// The document's rows by part.
pub struct View<'a> {
    pub shifts: &'a Shifts,
    /// Names of the days, in order.
    pub days: Vec<&'a str>,
    /// Names of the groups.
    pub groups: Vec<&'a str>,
    /// Names of the types of shift, the earliest first.
    pub types: Vec<&'a str>,
    /// The different shifts, by group and start.
    pub kinds: Vec<Kind<'a>>,
    /// The kind of shift of each person on each day.
    pub weeks: Vec<Vec<Option<usize>>>,
    duties: Vec<Vec<OnDay<'a>>>,
    cover: Vec<Vec<Vec<Cell>>>,
    /// Nothing is left out, however long it gets: the reader scrolls.
    pub all: bool,
}

/// Shifts of the same group, start, end and type.
pub struct Kind<'a> {
    pub group: &'a str,
    pub shift_type: &'a str,
    /// One of them.
    pub duty: &'a DutyRow,
    /// How many people work it, by day.
    pub people: Vec<u32>,
}

/// A shift of a person on a day.
#[derive(Clone, Copy)]
pub struct OnDay<'a> {
    pub person: &'a PersonRow,
    pub duty: &'a DutyRow,
    /// Indices of its type and kind.
    pub shift_type: usize,
    pub kind: usize,
}

/// A step of the grid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    /// Before the repairs.
    pub required: u32,
    /// With the repairs.
    pub repaired: u32,
    pub covered: u32,
}

impl Cell {
    /// People beyond what is asked; below 0 they are missing.
    pub fn spare(self) -> i64 {
        i64::from(self.covered) - i64::from(self.repaired)
    }

    fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// The sum of several groups. Whoever is spare in one does not stand in for another.
    fn and(self, other: Self) -> Self {
        Self {
            required: self.required.saturating_add(other.required),
            repaired: self.repaired.saturating_add(other.repaired),
            covered: self.covered.saturating_add(other.covered),
        }
    }
}

/// People-hours of some steps.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Hours {
    /// With the repairs.
    pub required: f64,
    pub covered: f64,
    pub spare: f64,
    pub short: f64,
}

impl<'a> View<'a> {
    pub fn new(shifts: &'a Shifts) -> Self {
        let duties = || {
            let people = shifts.people.iter();
            people.flat_map(|person| person.days.iter().map(move |duty| (person, duty)))
        };
        let of_cover = shifts.cover.iter().map(|row| row.day.as_str());
        let of_people = duties().map(|(_, duty)| duty.day.as_str());
        let simulated = shifts.simulated.iter().map(|day| day.day.as_str());
        let mut days = distinct(of_cover.chain(of_people).chain(simulated));
        days.sort_by_key(|day| WEEKDAYS.iter().position(|known| known == day));
        let groups = shifts.cover.iter().map(|row| row.group.as_str());
        let groups = distinct(groups.chain(shifts.people.iter().map(|p| p.group.as_str())));

        let mut starts: BTreeMap<&str, u32> = BTreeMap::new();
        for (_, duty) in duties() {
            let first = starts.entry(&duty.shift_type).or_insert(duty.minutes.0);
            *first = duty.minutes.0.min(*first);
        }
        let mut types: Vec<&str> = starts.keys().copied().collect();
        types.sort_by_key(|name| starts[name]);

        let day_of: BTreeMap<&str, usize> = index(&days);
        let group_of: BTreeMap<&str, usize> = index(&groups);
        let type_of: BTreeMap<&str, usize> = index(&types);
        let key = |person: &PersonRow, duty: &DutyRow| {
            (
                group_of[person.group.as_str()],
                duty.minutes,
                type_of[duty.shift_type.as_str()],
            )
        };
        let mut kinds: BTreeMap<_, Kind<'a>> = BTreeMap::new();
        for (person, duty) in duties() {
            let kind = kinds.entry(key(person, duty)).or_insert_with(|| Kind {
                group: &person.group,
                shift_type: &duty.shift_type,
                duty,
                people: vec![0; days.len()],
            });
            kind.people[day_of[duty.day.as_str()]] += 1;
        }
        let kind_of: BTreeMap<_, usize> = kinds.keys().copied().zip(0..).collect();
        let mut by_day: Vec<Vec<OnDay<'a>>> = vec![Vec::new(); days.len()];
        let mut weeks = Vec::with_capacity(shifts.people.len());
        for person in &shifts.people {
            let mut week = vec![None; days.len()];
            for duty in &person.days {
                let day = day_of[duty.day.as_str()];
                let kind = kind_of[&key(person, duty)];
                week[day] = Some(kind);
                by_day[day].push(OnDay {
                    person,
                    duty,
                    shift_type: type_of[duty.shift_type.as_str()],
                    kind,
                });
            }
            weeks.push(week);
        }
        for on_day in &mut by_day {
            // People of one kind stay in their order.
            on_day.sort_by_key(|on| on.kind);
        }

        let grid = shifts.grid_min.clamp(1, DAY_MIN);
        let cells = DAY_MIN.div_ceil(grid) as usize;
        let mut cover = vec![vec![vec![Cell::default(); cells]; groups.len()]; days.len()];
        for row in &shifts.cover {
            let Some(minute) = clock(&row.start).filter(|minute| *minute < DAY_MIN) else {
                continue;
            };
            let (day, group) = (day_of[row.day.as_str()], group_of[row.group.as_str()]);
            cover[day][group][(minute / grid) as usize] = Cell {
                required: row.required,
                repaired: row.repaired,
                covered: row.covered,
            };
        }
        Self {
            shifts,
            days,
            groups,
            types,
            kinds: kinds.into_values().collect(),
            weeks,
            duties: by_day,
            cover,
            all: false,
        }
    }

    /// Minutes of a step.
    pub fn grid_min(&self) -> u32 {
        self.shifts.grid_min.clamp(1, DAY_MIN)
    }

    pub fn is_week(&self) -> bool {
        self.days.len() > 1
    }

    /// The shifts that start on a day, by group and start.
    pub fn on_day(&self, day: usize) -> &[OnDay<'a>] {
        &self.duties[day]
    }

    /// The steps of a group's day, from midnight.
    pub fn cells(&self, day: usize, group: usize) -> &[Cell] {
        &self.cover[day][group]
    }

    /// The same of all groups together.
    pub fn all_cells(&self, day: usize) -> Vec<Cell> {
        let groups = &self.cover[day];
        let sum = |i: usize| groups.iter().map(|g| g[i]).fold(Cell::default(), Cell::and);
        let steps = DAY_MIN.div_ceil(self.grid_min()) as usize;
        (0..steps).map(sum).collect()
    }

    /// From and to when somebody is needed or at work, minutes after the midnight of a day, in whole hours.
    pub fn span(&self, day: usize) -> Option<(u32, u32)> {
        let duties = self.duties[day].iter().map(|on| on.duty.minutes);
        let grid = self.grid_min();
        let steps = |cells: &[Cell]| {
            let used = |cell: &Cell| !cell.is_empty();
            let first = cells.iter().position(used)? as u32;
            let last = cells.iter().rposition(used)? as u32;
            Some((first * grid, (last + 1) * grid))
        };
        let cover = self.cover[day].iter().filter_map(|cells| steps(cells));
        let both = |a: (u32, u32), b: (u32, u32)| (a.0.min(b.0), a.1.max(b.1));
        let (from, to) = duties.chain(cover).reduce(both)?;
        let to = to.min(LATEST_MIN).next_multiple_of(60);
        Some((from.min(to - 1) / 60 * 60, to))
    }

    /// People-hours of a group on a day.
    pub fn hours_of(&self, day: usize, group: usize) -> Hours {
        let width = f64::from(self.grid_min()) / 60.0;
        let mut hours = Hours::default();
        for cell in &self.cover[day][group] {
            hours.required += width * f64::from(cell.repaired);
            hours.covered += width * f64::from(cell.covered);
            let spare = cell.spare() as f64;
            hours.spare += width * spare.max(0.0);
            hours.short += width * (-spare).max(0.0);
        }
        hours
    }

    /// People-hours of the plan.
    pub fn hours(&self) -> Hours {
        let mut all = Hours::default();
        for day in 0..self.days.len() {
            for group in 0..self.groups.len() {
                let hours = self.hours_of(day, group);
                all.required += hours.required;
                all.covered += hours.covered;
                all.spare += hours.spare;
                all.short += hours.short;
            }
        }
        all
    }

    /// Whether people are required by interval, and so others may be spare.
    pub fn is_required(&self) -> bool {
        self.shifts.objective == Objective::Cover
    }

    /// Whether the simulation asked for more anywhere.
    pub fn is_repaired(&self) -> bool {
        let mut rows = self.shifts.cover.iter();
        rows.any(|row| row.repaired != row.required)
    }

    pub fn paid_h(&self) -> f64 {
        let paid = self.shifts.people.iter().map(|person| person.paid_h);
        paid.fold(0.0, |sum, paid_h| sum + paid_h)
    }

    /// The breaks of each type of shift, in their order.
    pub fn breaks(&self) -> Vec<Breaks<'a>> {
        let mut all: BTreeMap<(usize, usize), (Breaks<'a>, Times)> = BTreeMap::new();
        for (day, duties) in self.duties.iter().enumerate() {
            for on in duties {
                for (place, of) in on.duty.breaks.iter().enumerate() {
                    let (from, to) = of.minutes;
                    let new = || Breaks {
                        shift_type: self.types[on.shift_type],
                        name: &of.name,
                        length_min: to.saturating_sub(from),
                        paid: of.paid,
                        starts_min: (from, from),
                        most: 0,
                    };
                    let entry = all.entry((on.shift_type, place));
                    let (breaks, times) = entry.or_insert_with(|| (new(), Vec::new()));
                    let (first, last) = breaks.starts_min;
                    breaks.starts_min = (first.min(from), last.max(from));
                    times.push([day, from as usize, to as usize]);
                }
            }
        }
        let counted = |(mut breaks, times): (Breaks<'a>, Times)| {
            breaks.most = most_at_once(times);
            breaks
        };
        all.into_values().map(counted).collect()
    }
}

/// Day, start and end of breaks.
type Times = Vec<[usize; 3]>;

/// Most breaks at once, of breaks that are equally long. Days count apart.
fn most_at_once(mut breaks: Times) -> usize {
    breaks.sort_unstable();
    let (mut first, mut most) = (0, 0);
    for last in 0..breaks.len() {
        let [day, start, _] = breaks[last];
        // They end in the order in which they start.
        while first < last && (breaks[first][0] != day || breaks[first][2] <= start) {
            first += 1;
        }
        most = most.max(last - first + 1);
    }
    most
}

/// A break of a type of shift, wherever people have it.
#[derive(Debug, PartialEq, Eq)]
pub struct Breaks<'a> {
    pub shift_type: &'a str,
    pub name: &'a str,
    pub length_min: u32,
    pub paid: bool,
    /// Earliest and latest start, minutes after midnight.
    pub starts_min: (u32, u32),
    /// Most people who have it at once.
    pub most: usize,
}

/// Each once, in the order of their first places.
fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let seen: indexmap::IndexSet<&str> = names.collect();
    seen.into_iter().collect()
}

fn index<'a>(names: &[&'a str]) -> BTreeMap<&'a str, usize> {
    names.iter().copied().zip(0..).collect()
}

/// `06:00–14:30`
pub fn hours_text(duty: &DutyRow) -> String {
    format!("{}–{}", duty.start, duty.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_at_once_are_those_that_overlap_on_a_day() {
        let breaks = |of: &[[usize; 3]]| most_at_once(of.to_vec());
        assert_eq!(breaks(&[]), 0);
        assert_eq!(
            breaks(&[[0, 60, 90], [0, 90, 120]]),
            1,
            "one ends as the other starts"
        );
        assert_eq!(breaks(&[[0, 75, 105], [0, 60, 90], [0, 90, 120]]), 2);
        assert_eq!(breaks(&[[0, 60, 90], [1, 60, 90]]), 1, "on two days");
        assert_eq!(
            breaks(&[[1, 60, 90], [0, 60, 90], [1, 60, 90], [1, 60, 90]]),
            3
        );
    }
}
