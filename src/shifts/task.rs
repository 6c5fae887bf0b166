//! What shifts are to cover: the days of the plan on their grid, and the people needed by group and cell.

use crate::scenario::{DAY_MIN, Group, ShiftRules, WEEKDAYS};

/// Days of a plan, one after the other, each from midnight to midnight on the planning grid. A *cell* is a step of the grid,
/// counted from the start of the first day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Horizon {
    /// Minutes of a cell; divides a day.
    pub grid_min: u32,
    /// The weekday of each day; none where it is not known. One day, or the seven of a week from Monday.
    pub days: Vec<Option<usize>>,
    /// What goes on beyond the end covers the start.
    pub cyclic: bool,
}

impl Horizon {
    /// Cells of a day.
    pub fn cells_per_day(&self) -> usize {
        (DAY_MIN / self.grid_min) as usize
    }

    /// All cells.
    pub fn cells(&self) -> usize {
        self.days.len() * self.cells_per_day()
    }

    /// Whether it is a week, in which people work several shifts.
    pub fn is_week(&self) -> bool {
        self.days.len() > 1
    }

    /// Day and minute after its midnight at which a cell starts.
    pub fn start(&self, cell: usize) -> (usize, u32) {
        let per_day = self.cells_per_day();
        (cell / per_day, (cell % per_day) as u32 * self.grid_min)
    }

    /// The cell of a day's minute; minutes beyond midnight are of the next day. None beyond the end, where nothing goes on.
    pub fn cell(&self, day: usize, minute: u32) -> Option<usize> {
        let cell = day * self.cells_per_day() + (minute / self.grid_min) as usize;
        match cell < self.cells() {
            true => Some(cell),
            false => self.cyclic.then(|| cell % self.cells()),
        }
    }

    /// The weekday of a day's minute, which may lie beyond midnight; none where it is not known. Beyond the end of a plan
    /// weekdays go on.
    pub fn weekday(&self, day: usize, minute: u32) -> Option<usize> {
        self.days[day].map(|weekday| (weekday + (minute / DAY_MIN) as usize) % 7)
    }

    /// What a day is called: `mon`; `day` where the weekday is not known.
    pub fn day_name(&self, day: usize) -> &'static str {
        self.days[day].map_or("day", |weekday| WEEKDAYS[weekday])
    }
}

/// A group of people for whom shifts are planned.
#[derive(Debug, Clone, PartialEq)]
pub struct Crew {
    /// Name of the group.
    pub name: String,
    /// Cost of a paid hour, where it has one.
    pub cost_per_hour: Option<f64>,
}

impl Crew {
    /// That of a group.
    pub fn of(group: &Group) -> Self {
        Self {
            name: group.name.clone(),
            cost_per_hour: group.cost_per_hour,
        }
    }
}

/// What is to be covered, by whom and by which rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// The rules.
    pub rules: ShiftRules,
    /// The groups.
    pub crews: Vec<Crew>,
    /// The days.
    pub horizon: Horizon,
    /// People needed at work and not on a break, by group and cell: those whom shrinkage and blocks take away included.
    pub need: Vec<Vec<u32>>,
    /// What people are to bring in the horizon as a whole, beyond those needed in each cell.
    pub aims: Vec<Aim>,
    /// Aims are to be reached as far as people and cost allow: first the one that lacks most, as a share of it; then all that is
    /// brought, beyond the aims too, counts alike. Else they must be reached.
    pub best_service: bool,
    /// Most that the plan may cost.
    pub most_cost: Option<f64>,
    /// Shifts of a published plan, of which those that are not kept have a price.
    pub published: Vec<PublishedShift>,
}

/// What people bring over several cells together, where it does not matter in which of them: contacts answered in time, say.
#[derive(Debug, Clone, PartialEq)]
pub struct Aim {
    /// What it is, as in `service level of the queue "sales" of at least 80 % over the day`.
    pub name: String,
    /// The day that it is of.
    pub day: usize,
    /// Indices of the groups who bring it, all alike.
    pub crews: Vec<usize>,
    /// By cell of the horizon what so many of these people, at work and not on a break, bring in it: the first value is that of
    /// nobody, and more people than there are values bring no more than the last. Nothing in a cell without values.
    pub worth: Vec<Vec<f64>>,
    /// What all of it is to come to.
    pub wanted: f64,
}

impl Aim {
    /// What so many people bring in a cell.
    #[inline]
    pub fn of(&self, cell: usize, people: u32) -> f64 {
        let worth = &self.worth[cell];
        let last = worth.len().wrapping_sub(1);
        worth
            .get((people as usize).min(last))
            .copied()
            .unwrap_or(0.0)
    }

    /// What must be brought at least: all that is wanted, but for rounding.
    pub fn least(&self) -> f64 {
        const NOTHING: f64 = 1e-7;
        self.wanted - NOTHING * (1.0 + self.wanted.abs())
    }

    /// The most that any number of people brings.
    pub fn most(&self) -> f64 {
        let most = |worth: &Vec<f64>| worth.iter().copied().fold(0.0, f64::max);
        self.worth.iter().map(most).sum()
    }
}

/// Shifts of a published plan of one group, day, start and length, whatever their type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedShift {
    /// Index of the group.
    pub crew: usize,
    /// The day on which they start.
    pub day: usize,
    /// Start, minutes after midnight.
    pub start_min: u32,
    /// Length, breaks included.
    pub length_min: u32,
    /// How many people.
    pub people: u32,
}

impl Task {
    /// Whether anything has a price; else cost is paid hours.
    pub fn is_priced(&self) -> bool {
        self.crews.iter().any(|crew| crew.cost_per_hour.is_some())
            || self.rules.types.iter().any(|t| t.cost_per_hour.is_some())
    }

    /// Cost of a paid hour of a type of shift in a group, without premiums.
    pub fn price(&self, shift_type: usize, crew: usize) -> f64 {
        let own = self.rules.types[shift_type].cost_per_hour;
        match (own.or(self.crews[crew].cost_per_hour), self.is_priced()) {
            (Some(price), _) => price,
            (None, priced) => f64::from(u8::from(!priced)),
        }
    }

    /// Cost of a published shift that is not kept.
    pub fn cost_per_change(&self) -> f64 {
        let keep = self.rules.keep.as_ref();
        keep.map_or(0.0, |keep| keep.cost_per_change)
    }

    /// Whether people of a group bring something to an aim in a cell.
    pub fn is_of_use(&self, crew: usize, cell: usize) -> bool {
        let mut aims = self.aims.iter();
        aims.any(|aim| aim.crews.contains(&crew) && !aim.worth[cell].is_empty())
    }

    /// The group of a name.
    pub fn crew(&self, name: &str) -> Option<usize> {
        self.crews.iter().position(|crew| crew.name == name)
    }
}

/// Fraction of an agent that is no more than rounding.
const ROUNDING: f64 = 1e-9;

/// People to be scheduled, so that so many are productive: agents / (1 − shrinkage), rounded up.
pub fn scheduled(agents: u32, shrinkage: f64) -> u32 {
    (f64::from(agents) / (1.0 - shrinkage) - ROUNDING).ceil() as u32
}

/// The people who are productive, of so many who are scheduled: people × (1 − shrinkage), rounded down. At least the agents for
/// whom so many are [`scheduled`].
pub fn productive(people: u32, shrinkage: f64) -> u32 {
    (f64::from(people) * (1.0 - shrinkage) + ROUNDING).floor() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_scheduled_for_agents_gives_as_many() {
        for agents in 0..500 {
            for percent in 0..100 {
                let shrinkage = f64::from(percent) / 100.0;
                let people = scheduled(agents, shrinkage);
                assert!(
                    productive(people, shrinkage) >= agents,
                    "{agents} at {percent} %"
                );
                let fewer = people.saturating_sub(1);
                assert!(
                    agents == 0 || productive(fewer, shrinkage) < agents,
                    "{agents} at {percent} % need no {people}"
                );
            }
        }
    }
}
