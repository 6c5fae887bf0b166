//! Rosters: who works when, person by person, instead of a number of agents by interval.

use super::Grid;
use crate::scenario::schema::MOST_AGENTS;

/// One person of a roster. Between two spells of work is a break.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Spells of work `[from, to)`, in nanoseconds since opening.
    ///
    /// [`Model::with_rosters`](super::Model::with_rosters) puts them in order, joins those that touch or overlap, cuts them
    /// to opening hours and leaves out empty ones.
    pub spells: Vec<(i64, i64)>,
}

/// The roster of a group.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Roster {
    /// The persons: their spells lie within opening hours, are in order, and do not touch. One that ends at closing is not
    /// ended by the roster, but by the rules of closing.
    pub people: Vec<Person>,
    /// Scheduled time by cell in agent nanoseconds; 0 in the one outside.
    pub scheduled_ns: Vec<i128>,
    /// Persons scheduled by cell, on average; in the one outside, those whom closing finds on duty by plan.
    pub scheduled: Vec<f64>,
}

/// An instant at which a person's spell starts or ends. In order of time, the starts of an instant before its ends, then
/// in the order of groups and of persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RosterChange {
    /// In nanoseconds since opening; before closing.
    pub at_ns: i64,
    /// The spell ends.
    pub ends: bool,
    /// Index of the group.
    pub group: usize,
    /// Index of the person in the group's roster.
    pub person: usize,
}

impl Person {
    /// The spells within opening hours, in order and apart from each other.
    fn within(&self, close_ns: i64) -> Person {
        let cut = |&(from, to): &(i64, i64)| (from.max(0), to.min(close_ns));
        let mut cut: Vec<(i64, i64)> = self.spells.iter().map(cut).collect();
        cut.retain(|(from, to)| from < to);
        cut.sort_unstable();
        let mut spells: Vec<(i64, i64)> = Vec::with_capacity(cut.len());
        for (from, to) in cut {
            match spells.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => spells.push((from, to)),
            }
        }
        Person { spells }
    }

    /// Start of the first spell after an instant.
    pub(crate) fn next_start(&self, after_ns: i64) -> Option<i64> {
        let next = self.spells.iter().find(|&&(from, _)| from > after_ns);
        next.map(|&(from, _)| from)
    }

    /// Whether an instant is in a spell, and not its start.
    pub(crate) fn is_within_a_spell(&self, at_ns: i64) -> bool {
        self.spells
            .iter()
            .any(|&(from, to)| from < at_ns && at_ns < to)
    }
}

impl Roster {
    pub(super) fn new(people: &[Person], grid: Grid) -> Self {
        debug_assert!(people.len() <= MOST_AGENTS as usize);
        let (width, close) = (grid.width_ns, grid.end_ns());
        let people: Vec<Person> = people.iter().map(|of| of.within(close)).collect();
        let mut scheduled_ns = vec![0; grid.cells + 1];
        for &(from, to) in people.iter().flat_map(|of| &of.spells) {
            for cell in from / width..=(to - 1) / width {
                let (start, end) = (cell * width, (cell + 1) * width);
                scheduled_ns[cell as usize] += i128::from(to.min(end) - from.max(start));
            }
        }
        // Whole numbers stay whole, however long the day.
        let mean = |&ns: &i128| {
            let width = i128::from(width);
            (ns / width) as f64 + (ns % width) as f64 / width as f64
        };
        let mut scheduled: Vec<f64> = scheduled_ns.iter().map(mean).collect();
        let stays = |of: &&Person| of.spells.last().is_some_and(|&(_, to)| to == close);
        scheduled[grid.cells] = people.iter().filter(stays).count() as f64;
        Self {
            people,
            scheduled_ns,
            scheduled,
        }
    }

    /// Somebody is on duty at closing, by plan.
    pub(super) fn serves_at_close(&self) -> bool {
        self.scheduled.last().is_some_and(|&n| n > 0.0)
    }

    /// [`GroupModel::staff`](super::GroupModel::staff).
    pub(super) fn staff(&self) -> Vec<u32> {
        let whole = |&n: &f64| if n > 0.0 { n.round().max(1.0) } else { 0.0 };
        self.scheduled.iter().map(|n| whole(n) as u32).collect()
    }
}

/// The changes of all rosters. Where a spell ends at closing, closing decides.
pub(super) fn changes(rosters: &[Option<Roster>], grid: Grid) -> Vec<RosterChange> {
    let mut changes = Vec::new();
    for (group, roster) in rosters.iter().enumerate() {
        let people = roster.iter().flat_map(|roster| roster.people.iter());
        for (person, of) in people.enumerate() {
            let mut add = |at_ns, ends| {
                changes.push(RosterChange {
                    at_ns,
                    ends,
                    group,
                    person,
                });
            };
            for &(from, to) in &of.spells {
                add(from, false);
                if to < grid.end_ns() {
                    add(to, true);
                }
            }
        }
    }
    changes.sort_unstable();
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: Grid = Grid {
        start_ns: 0,
        width_ns: 30,
        cells: 4,
    };

    fn person(spells: &[(i64, i64)]) -> Person {
        Person {
            spells: spells.to_vec(),
        }
    }

    #[test]
    fn spells_are_put_in_order_joined_and_cut_to_opening_hours() {
        for (given, expected) in [
            (&[(0, 30), (40, 50)][..], &[(0, 30), (40, 50)][..]),
            (&[(40, 50), (0, 30)], &[(0, 30), (40, 50)]),
            (&[(0, 30), (30, 50)], &[(0, 50)]),
            (&[(0, 30), (10, 20), (25, 50)], &[(0, 50)]),
            (&[(5, 5), (9, 3)], &[]),
            (&[(-20, -10), (-5, 8), (90, 200)], &[(0, 8), (90, 120)]),
            (&[(-9, 0), (120, 130)], &[]),
            (&[(i64::MIN, i64::MAX)], &[(0, 120)]),
        ] {
            assert_eq!(person(given).within(120).spells, expected, "{given:?}");
        }
    }

    #[test]
    fn scheduled_time_is_exact_by_cell() {
        let people = [
            person(&[(10, 35), (50, 120)]),
            person(&[(-5, 31)]),
            person(&[]),
        ];
        let roster = Roster::new(&people, GRID);
        assert_eq!(roster.scheduled_ns, [20 + 30, 5 + 10 + 1, 30, 30, 0]);
        assert_eq!(
            roster.scheduled,
            [1.0 + 20.0 / 30.0, 16.0 / 30.0, 1.0, 1.0, 1.0]
        );
        assert_eq!(roster.staff(), [2, 1, 1, 1, 1]);
        // Somebody is there, if only for a moment.
        let roster = Roster::new(&[person(&[(0, 1), (119, 120)])], GRID);
        assert_eq!(roster.staff(), [1, 0, 0, 1, 1]);
        assert!(roster.serves_at_close());
        let roster = Roster::new(&[person(&[(0, 119)])], GRID);
        assert!(!roster.serves_at_close());
        assert_eq!(roster.staff(), [1, 1, 1, 1, 0]);
    }

    #[test]
    fn changes_come_by_time_then_starts_then_ends_then_by_group_and_person() {
        let one = Roster::new(&[person(&[(0, 60)]), person(&[(60, 120)])], GRID);
        let two = Roster::new(&[person(&[(60, 90)]), person(&[(0, 60)])], GRID);
        let all = changes(&[Some(one), None, Some(two)], GRID);
        let all: Vec<_> = all
            .iter()
            .map(|c| (c.at_ns, c.ends, c.group, c.person))
            .collect();
        assert_eq!(
            all,
            [
                (0, false, 0, 0),
                (0, false, 2, 1),
                (60, false, 0, 1),
                (60, false, 2, 0),
                (60, true, 0, 0),
                (60, true, 2, 1),
                (90, true, 2, 0),
            ]
        );
    }
}
