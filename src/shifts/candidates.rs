//! Every shift that the rules allow, and the ways in which the breaks of a type can be taken.

use super::envelope::gains;
use super::plan::Duty;
use super::task::Task;
use crate::scenario::{Break, ShiftType};

/// Most shifts by group, day, start and length.
const MOST_SHIFTS: usize = 100_000;

/// Most people who are needed of a group at once.
const MOST_NEEDED: u32 = 1_000_000;

/// Most ways to take breaks whose windows could meet.
const MOST_WAYS: usize = 20_000;

/// A shift that somebody may work: a type in a group, on a day, with a start and a length. Where its breaks are is open.
#[derive(Debug, Clone)]
pub(super) struct Shift {
    pub shift_type: usize,
    pub crew: usize,
    pub day: usize,
    pub start_min: u32,
    pub length_min: u32,
    /// Its first cell, and how many cells it lasts; those beyond the end of a plan that is not cyclic are left out.
    pub from: usize,
    pub cells: usize,
    pub paid_min: u32,
    pub cost: f64,
    /// Index of the same shift on other days.
    pub key: usize,
    /// Index of the published shifts that it would keep.
    pub published: Option<usize>,
}

/// Breaks of a type whose windows could meet, with every way to take them one after the other. Which way is taken does not
/// matter to the breaks of other clusters.
#[derive(Debug, Clone)]
pub(super) struct Cluster {
    /// Cells of each break.
    pub lengths: Vec<usize>,
    /// Cells from the start of the shift to the start of each break.
    pub ways: Vec<Vec<usize>>,
}

/// All of them.
#[derive(Debug, Clone)]
pub(super) struct Candidates {
    pub shifts: Vec<Shift>,
    /// By type.
    pub clusters: Vec<Vec<Cluster>>,
    /// By key the shift of each day.
    pub keys: Vec<Vec<Option<usize>>>,
    /// By aim of the task and cell, what one more brings by the [envelope](super::envelope), from nobody on.
    pub gains: Vec<Vec<Vec<f64>>>,
}

impl Candidates {
    /// # Errors
    /// There are more than can be looked at: which rule has them, and what to do.
    pub fn new(task: &Task) -> Result<Self, String> {
        let grid = task.horizon.grid_min;
        let needed = task.need.iter().flatten().max();
        if let Some(needed) = needed.filter(|needed| **needed > MOST_NEEDED) {
            return Err(format!(
                "{needed} people of a group are needed at once, which is more than {MOST_NEEDED}; is the shrinkage too high?"
            ));
        }
        let clusters: Result<Vec<Vec<Cluster>>, String> = task
            .rules
            .types
            .iter()
            .map(|of| clusters(of, grid))
            .collect();
        let mut all = Self {
            shifts: Vec::new(),
            clusters: clusters?,
            keys: Vec::new(),
            gains: task
                .aims
                .iter()
                .map(|aim| aim.worth.iter().map(|worth| gains(worth)).collect())
                .collect(),
        };
        for (t, of) in task.rules.types.iter().enumerate() {
            for crew in of.groups.iter().filter_map(|name| task.crew(name)) {
                for &start_min in &of.starts_min {
                    for &length_min in &of.lengths_min {
                        all.add(task, t, crew, (start_min, length_min));
                    }
                }
                if all.shifts.len() > MOST_SHIFTS {
                    return Err(format!(
                        "there are more than {MOST_SHIFTS} different shifts; allow fewer starts or lengths, or plan on a coarser grid"
                    ));
                }
            }
        }
        Ok(all)
    }

    /// Cost of the dearest shift, at least 1.
    pub fn dearest(&self) -> f64 {
        self.shifts.iter().map(|s| s.cost).fold(1.0, f64::max)
    }

    /// No plan costs more that has nobody who is of no use, as far as the task limits people or cost.
    pub fn most_cost(&self, task: &Task) -> f64 {
        let people = task.rules.most_people.map_or(f64::INFINITY, f64::from);
        // Each is needed in some cell, or brings something in it.
        let of_aims = self.gains.iter().flatten().map(Vec::len).sum::<usize>() as f64;
        let needed = task
            .need
            .iter()
            .flatten()
            .map(|n| f64::from(*n))
            .sum::<f64>();
        let least = task
            .rules
            .types
            .iter()
            .map(|of| f64::from(of.least))
            .sum::<f64>();
        let days = task.horizon.days.len() as f64;
        let of_people = people.min(of_aims + needed + least * days) * self.dearest() * days;
        of_people.min(task.most_cost.unwrap_or(f64::INFINITY))
    }

    /// Where service is to be as good as can be, what it costs that all of an aim is missing of which most is; and that all is
    /// missing that people could bring. Each is more than all that comes after it: less service, and cost.
    pub fn prices_of_service(&self, task: &Task) -> (f64, f64) {
        const AFTER: f64 = 100.0;
        let cost = match self.most_cost(task) {
            cost if cost.is_finite() => cost.max(1.0),
            _ => 1e3 * self.dearest(),
        };
        (AFTER * AFTER * cost, AFTER * cost)
    }

    /// The same shift on each of its days.
    fn add(&mut self, task: &Task, t: usize, crew: usize, (start_min, length_min): (u32, u32)) {
        let horizon = &task.horizon;
        let of = &task.rules.types[t];
        let mut days = vec![None; horizon.days.len()];
        for (day, weekday) in horizon.days.iter().enumerate() {
            let Some(from) = horizon
                .cell(day, start_min)
                .filter(|_| of.is_worked(*weekday))
            else {
                continue;
            };
            let mut cells = (length_min / horizon.grid_min) as usize;
            if !horizon.cyclic {
                cells = cells.min(horizon.cells() - from);
            }
            let mut shift = Shift {
                shift_type: t,
                crew,
                day,
                start_min,
                length_min,
                from,
                cells,
                paid_min: of.paid_min(length_min),
                cost: 0.0,
                key: self.keys.len(),
                published: task.published.iter().position(|of| {
                    (of.crew, of.day, of.start_min, of.length_min)
                        == (crew, day, start_min, length_min)
                }),
            };
            let ways = self.clusters[t].iter().map(|_| 0);
            shift.cost = self.duty(&shift, horizon.grid_min, ways).cost(task, crew);
            days[day] = Some(self.shifts.len());
            self.shifts.push(shift);
        }
        self.keys.push(days);
    }

    /// A shift with its breaks taken in these ways, one for each cluster.
    pub fn duty(&self, shift: &Shift, grid: u32, ways: impl Iterator<Item = usize>) -> Duty {
        let clusters = self.clusters[shift.shift_type].iter().zip(ways);
        let starts = clusters.flat_map(|(cluster, way)| &cluster.ways[way]);
        Duty {
            day: shift.day,
            start_min: shift.start_min,
            length_min: shift.length_min,
            shift_type: shift.shift_type,
            breaks_min: starts
                .map(|&cells| shift.start_min + cells as u32 * grid)
                .collect(),
        }
    }
}

/// Breaks in clusters: one whose window could meet that of the break before it belongs to the same.
fn clusters(of: &ShiftType, grid: u32) -> Result<Vec<Cluster>, String> {
    let mut clusters = Vec::new();
    let mut first = 0;
    for next in 1..=of.breaks.len() {
        let before = &of.breaks[next - 1];
        let meets = |b: &Break| before.latest_min + before.length_min > b.earliest_min;
        if of.breaks.get(next).is_some_and(meets) {
            continue;
        }
        let breaks = &of.breaks[first..next];
        let mut ways = Vec::new();
        if !all_ways(breaks, grid, &mut Vec::new(), &mut ways) {
            let (a, b) = (&breaks[0].name, &breaks[breaks.len() - 1].name);
            return Err(format!(
                "the type of shift \"{}\" has more than {MOST_WAYS} ways to take its breaks from \"{a}\" to \"{b}\"; make \
                 their windows narrower, so that they do not meet, or the grid coarser",
                of.name
            ));
        }
        clusters.push(Cluster {
            lengths: breaks
                .iter()
                .map(|b| (b.length_min / grid) as usize)
                .collect(),
            ways,
        });
        first = next;
    }
    Ok(clusters)
}

/// All ways to take breaks one after the other; false if there are too many.
fn all_ways(
    breaks: &[Break],
    grid: u32,
    starts: &mut Vec<usize>,
    ways: &mut Vec<Vec<usize>>,
) -> bool {
    let Some(next) = breaks.get(starts.len()) else {
        ways.push(starts.clone());
        return ways.len() <= MOST_WAYS;
    };
    let before = starts.last().map_or(0, |start| {
        start + (breaks[starts.len() - 1].length_min / grid) as usize
    });
    let earliest = ((next.earliest_min / grid) as usize).max(before);
    for start in earliest..=(next.latest_min / grid) as usize {
        starts.push(start);
        let go_on = all_ways(breaks, grid, starts, ways);
        starts.pop();
        if !go_on {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_break(length_min: u32, earliest_min: u32, latest_min: u32) -> Break {
        Break {
            name: "break".to_owned(),
            length_min,
            earliest_min,
            latest_min,
            paid: false,
        }
    }

    fn of(breaks: Vec<Break>) -> ShiftType {
        ShiftType {
            name: "day".to_owned(),
            groups: Vec::new(),
            starts_min: vec![0],
            lengths_min: vec![480],
            days: [true; 7],
            least: 0,
            most: None,
            cost_per_hour: None,
            breaks,
        }
    }

    #[test]
    fn breaks_whose_windows_could_meet_are_enumerated_together() {
        // 60 to 90, ending at 105 at the latest; 105 on; 120 on.
        let apart = of(vec![a_break(15, 60, 90), a_break(30, 105, 120)]);
        let found = clusters(&apart, 15).expect("few ways");
        let ways: Vec<usize> = found.iter().map(|c| c.ways.len()).collect();
        assert_eq!(ways, [3, 2], "each for itself");

        let meeting = of(vec![a_break(15, 60, 90), a_break(30, 90, 120)]);
        let found = clusters(&meeting, 15).expect("few ways");
        let pairs = [
            vec![4, 6],
            vec![4, 7],
            vec![4, 8],
            vec![5, 6],
            vec![5, 7],
            vec![5, 8],
            vec![6, 7],
            vec![6, 8],
        ];
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].ways, pairs, "all but both at 90 minutes");
    }

    #[test]
    fn too_many_ways_are_said() {
        let wide = of((0..5).map(|_| a_break(5, 0, 400)).collect());
        let error = clusters(&wide, 5).expect_err("80^5 / 5! ways");
        assert!(error.contains("more than 20000 ways"), "{error}");
    }
}
