//! The compiled scenario: indices instead of names, whole nanoseconds instead of text, samplers ready to draw.
//!
//! A [`Model`] never changes once made and is shared by all threads.

mod phase;
mod roster;

pub use phase::{IvrState, Phase};
pub use roster::{Person, Roster, RosterChange};

use crate::random::{MAX_NS, Sampler, name_hash};
use crate::scenario::{CallType, Closing, Demand, Formula, Mode, Scenario};
use std::collections::HashMap;
use std::time::Duration;

/// Batches of a steady run.
pub const BATCHES: usize = 40;

/// Nanoseconds of an hour.
pub const HOUR_NS: f64 = 3600e9;

/// A scenario ready to be simulated.
#[derive(Debug, Clone)]
pub struct Model {
    /// What it was compiled from.
    pub scenario: Scenario,
    /// Where figures are counted.
    pub grid: Grid,
    /// One long run instead of days.
    pub steady: bool,
    /// What becomes of callers in the system at closing.
    pub closing: Closing,
    /// Coefficient of variation of the day factor common to all call types (0 in a steady run).
    pub busyness_cv: f64,
    /// Call types, in file order.
    pub call_types: Vec<TypeModel>,
    /// Queues, in file order.
    pub queues: Vec<QueueModel>,
    /// Agent groups, in file order.
    pub groups: Vec<GroupModel>,
    /// Starts and ends of spells of all rosters, in their order.
    pub roster_changes: Vec<RosterChange>,
    /// Trunk groups, in file order.
    pub trunks: Vec<TrunkModel>,
    /// What the scenario becomes in the course of the day, in the order of time; nothing, as a rule.
    pub phases: Vec<Phase>,
}

/// The clock cells in which figures are counted: the intervals of a day, or the batches of a steady run.
///
/// One further cell, number `cells`, takes what lies outside: after closing in a day; the warm-up, and what comes after
/// the last batch, in a steady run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// Start of the first cell, in nanoseconds since the start of the replication.
    pub start_ns: i64,
    /// Width of a cell.
    pub width_ns: i64,
    /// Number of cells.
    pub cells: usize,
}

impl Grid {
    /// End of the last cell: closing, or the end of the last batch.
    pub fn end_ns(&self) -> i64 {
        self.start_ns + self.width_ns * self.cells as i64
    }

    /// Width of a cell in hours.
    pub fn width_h(&self) -> f64 {
        self.width_ns as f64 / HOUR_NS
    }
}

/// A compiled call type.
#[derive(Debug, Clone)]
pub struct TypeModel {
    /// Hash of the name: the type's part of the random keys.
    pub name_hash: u64,
    /// Index of its queue.
    pub queue: usize,
    /// Index of its trunk group.
    pub trunk: Option<usize>,
    /// Expected first attempts per nanosecond: by cell in a day, one value in a steady run.
    pub rate_per_ns: Vec<f64>,
    /// Coefficient of variation of the type's own day factor (0 in a steady run).
    pub busyness_cv: f64,
    /// Voice response before the queue.
    pub ivr: Option<IvrModel>,
    /// Not all of its attempts reach the queue, or not in the cell in which they are counted.
    pub queue_counts_apart: bool,
    /// Longest wait.
    pub patience: Sampler,
    /// Probability of leaving at once when not answered at once.
    pub balk: f64,
    /// Talk time.
    pub talk: Sampler,
    /// After-call work; none, if there never is any.
    pub wrap_up: Option<Sampler>,
    /// Factor on talk and wrap-up, by cell, the one outside included.
    pub talk_factor: Vec<f64>,
    /// Probability that an answered attempt meets the need.
    pub resolution: f64,
    /// Reconnect after an unsolved call: probability and delay.
    pub reconnect: Option<(f64, Sampler)>,
    /// Redial after an attempt that was not answered.
    pub redial: Option<RedialModel>,
    /// The queue's target time.
    pub within_ns: i64,
    /// The queue's short-abandon threshold.
    pub short_ns: i64,
    /// The queue's service-level formula.
    pub formula: Formula,
}

/// A compiled voice-response unit.
#[derive(Debug, Clone)]
pub struct IvrModel {
    /// Time in it.
    pub time: Sampler,
    /// A draw below this is contained …
    pub contained_below: f64,
    /// … one from there to below this hangs up, the rest goes on to the queue.
    pub abandoned_below: f64,
    /// Whether it works.
    pub state: IvrState,
}

/// Compiled redial behaviour.
#[derive(Debug, Clone)]
pub struct RedialModel {
    /// Probability after abandoning, by attempts in a row not answered.
    pub abandoned: Vec<f64>,
    /// Probability after being blocked.
    pub blocked: Vec<f64>,
    /// Time until the redial.
    pub delay: Sampler,
    /// Attempts in a row after which the caller gives up.
    pub max_attempts: u32,
}

/// A compiled queue.
#[derive(Debug, Clone)]
pub struct QueueModel {
    /// Largest number of waiting calls.
    pub limit: u32,
    /// Who serves it, in order of preference.
    pub tiers: Vec<TierModel>,
    /// The groups of the tiers that are open at once, tier by tier.
    pub at_once: Vec<AtOnce>,
    /// Some tiers open only after a wait.
    pub has_later_tiers: bool,
    /// A group with staff in the last interval, or whose roster has somebody on duty at closing, serves it.
    pub served_at_close: bool,
    /// Target time.
    pub within_ns: i64,
    /// Short-abandon threshold.
    pub short_ns: i64,
    /// Service-level formula.
    pub formula: Formula,
}

/// A compiled tier.
#[derive(Debug, Clone)]
pub struct TierModel {
    /// Indices of its groups, in file order.
    pub groups: Vec<usize>,
    /// Open to calls that have waited this long.
    pub after_ns: i64,
}

/// A group that may take a call as it enters its queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtOnce {
    /// Index of the group.
    pub group: usize,
    /// It is the last of its tier.
    pub ends_tier: bool,
}

/// A compiled agent group.
#[derive(Debug, Clone)]
pub struct GroupModel {
    /// Agents by cell: the last value also holds outside. Of a group with a roster, for the policies and formulas that ask
    /// how large a group is: the mean number scheduled, rounded, and at least 1 where anybody is; outside, those whom
    /// closing finds on duty by plan. The simulation and the key figures go by the roster itself.
    pub staff: Vec<u32>,
    /// Who works when; none where the number of agents is all that is given.
    pub roster: Option<Roster>,
    /// The queues it serves, most urgent first.
    pub serves: Vec<Serve>,
    /// Factor on talk and wrap-up by queue.
    pub factor: Vec<f64>,
}

/// A queue that a group serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Serve {
    /// Index of the queue.
    pub queue: usize,
    /// 1 is most urgent.
    pub priority: u32,
    /// Takes only calls that have waited this long.
    pub after_ns: i64,
}

/// A compiled trunk group.
#[derive(Debug, Clone)]
pub struct TrunkModel {
    /// Number of lines.
    pub lines: u32,
}

impl Model {
    /// Compiles a checked scenario.
    pub fn new(scenario: &Scenario) -> Self {
        Self::with_rosters(scenario, &[])
    }

    /// Compiles a checked scenario whose groups work by rosters, in file order: a group that has one has no use for its
    /// `staff`. Groups without one, and those beyond the end of `rosters`, work as the scenario says.
    ///
    /// A roster has at most as many persons as a group may have agents. A steady run has no rosters: they are ignored.
    ///
    /// # Examples
    /// ```
    /// use acdsim::model::{Model, Person};
    /// use acdsim::scenario;
    ///
    /// const MINUTE: i64 = 60_000_000_000;
    /// let text = "[scenario]\nname = \"s\"\nopen = \"08:00-12:00\"\n[[queues]]\nname = \"q\"\n\
    ///             [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"20/h\"\ntalk = \"180s\"\n\
    ///             [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 1\n";
    /// let loaded = scenario::parse("s", text, std::path::Path::new(""), &[])?;
    /// // One with a break from 10:00 to 10:15, one who comes at 09:00.
    /// let early = Person { spells: vec![(0, 120 * MINUTE), (135 * MINUTE, 240 * MINUTE)] };
    /// let late = Person { spells: vec![(60 * MINUTE, 240 * MINUTE)] };
    /// let model = Model::with_rosters(&loaded.scenario, &[Some(vec![early, late])]);
    /// let roster = model.groups[0].roster.as_ref().expect("it has one");
    /// let minutes: i128 = roster.scheduled_ns.iter().sum::<i128>() / i128::from(MINUTE);
    /// assert_eq!(minutes, 225 + 180);
    /// # Ok::<(), scenario::ScenarioError>(())
    /// ```
    pub fn with_rosters(scenario: &Scenario, rosters: &[Option<Vec<Person>>]) -> Self {
        let grid = grid(scenario);
        let steady = matches!(scenario.run.mode, Mode::Steady { .. });
        let rosters: Vec<Option<Roster>> = (0..scenario.groups.len())
            .map(|g| {
                let people = rosters.get(g).filter(|_| !steady)?.as_ref()?;
                Some(Roster::new(people, grid))
            })
            .collect();
        let group_of = indices(scenario.groups.iter().map(|g| &g.name));
        let queues: Vec<QueueModel> = scenario
            .queues
            .iter()
            .map(|queue| {
                let tiers: Vec<TierModel> = queue
                    .tiers
                    .iter()
                    .map(|tier| {
                        let mut groups: Vec<usize> =
                            tier.groups.iter().map(|g| group_of[g.as_str()]).collect();
                        groups.sort_unstable();
                        TierModel {
                            groups,
                            after_ns: ns(tier.after),
                        }
                    })
                    .collect();
                let staffed = |&g: &usize| match &rosters[g] {
                    Some(roster) => roster.serves_at_close(),
                    None => scenario.groups[g].staff.last().is_some_and(|&n| n > 0),
                };
                QueueModel {
                    limit: queue.limit.unwrap_or(u32::MAX),
                    served_at_close: tiers.iter().any(|tier| tier.groups.iter().any(staffed)),
                    at_once: at_once(&tiers),
                    has_later_tiers: tiers.iter().any(|tier| tier.after_ns > 0),
                    tiers,
                    within_ns: ns(queue.target.within),
                    short_ns: ns(queue.short_abandon),
                    formula: queue.formula,
                }
            })
            .collect();
        Self {
            grid,
            steady,
            closing: scenario.closing,
            busyness_cv: if steady { 0.0 } else { scenario.busyness_cv },
            call_types: scenario
                .call_types
                .iter()
                .map(|t| call_type(scenario, t, &queues, grid, steady))
                .collect(),
            roster_changes: roster::changes(&rosters, grid),
            groups: groups(scenario, rosters, &queues, grid),
            trunks: scenario
                .trunks
                .iter()
                .map(|t| TrunkModel { lines: t.lines })
                .collect(),
            queues,
            phases: Vec::new(),
            scenario: scenario.clone(),
        }
    }
}

/// A duration in whole nanoseconds, cut to [`MAX_NS`].
fn ns(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).map_or(MAX_NS, |ns| ns.min(MAX_NS))
}

fn at_once(tiers: &[TierModel]) -> Vec<AtOnce> {
    let open = tiers.iter().filter(|tier| tier.after_ns == 0);
    let groups = open.flat_map(|tier| {
        tier.groups.iter().map(|&group| AtOnce {
            group,
            ends_tier: Some(&group) == tier.groups.last(),
        })
    });
    groups.collect()
}

/// Indices of parts by their names.
fn indices<'a>(names: impl Iterator<Item = &'a String>) -> HashMap<&'a str, usize> {
    names
        .enumerate()
        .map(|(i, name)| (name.as_str(), i))
        .collect()
}

/// Index of a part; the reader has checked that every name exists.
fn position<T>(parts: &[T], is_it: impl Fn(&T) -> bool) -> usize {
    parts
        .iter()
        .position(is_it)
        .unwrap_or_else(|| unreachable!("names are checked when a scenario is read"))
}

fn grid(scenario: &Scenario) -> Grid {
    match scenario.run.mode {
        Mode::Day => Grid {
            start_ns: 0,
            width_ns: i64::from(scenario.interval_min) * 60_000_000_000,
            cells: scenario.intervals(),
        },
        Mode::Steady { warm_up, length } => Grid {
            start_ns: ns(warm_up),
            // A batch takes time, however short the run.
            width_ns: (ns(length) / BATCHES as i64).max(1),
            cells: BATCHES,
        },
    }
}

/// The value of each cell, the last one repeated for the cell outside; in a steady run the one value everywhere.
fn by_cell<T: Copy>(series: &[T], grid: Grid) -> Vec<T> {
    (0..=grid.cells)
        .map(|cell| series[cell.min(series.len() - 1)])
        .collect()
}

fn call_type(
    scenario: &Scenario,
    t: &CallType,
    queues: &[QueueModel],
    grid: Grid,
    steady: bool,
) -> TypeModel {
    let queue = position(&scenario.queues, |q| q.name == t.queue);
    let interval_ns = f64::from(scenario.interval_min) * 60e9;
    let mut rate_per_ns: Vec<f64> = match &t.demand {
        Demand::Volume(volumes) => volumes.iter().map(|v| v / interval_ns).collect(),
        Demand::RatePerHour(rates) => rates.iter().map(|r| r / HOUR_NS).collect(),
    };
    if steady {
        rate_per_ns.truncate(1);
    }
    TypeModel {
        name_hash: name_hash(&t.name),
        queue,
        trunk: t
            .trunk
            .as_ref()
            .map(|name| position(&scenario.trunks, |trunk| &trunk.name == name)),
        rate_per_ns,
        busyness_cv: if steady { 0.0 } else { t.busyness_cv },
        ivr: t.ivr.as_ref().map(|ivr| IvrModel {
            time: Sampler::new(&ivr.time),
            contained_below: ivr.contained,
            abandoned_below: ivr.contained + ivr.abandoned,
            state: IvrState::Works,
        }),
        queue_counts_apart: t.trunk.is_some() || t.ivr.is_some(),
        patience: Sampler::new(&t.patience),
        balk: t.balk,
        talk: Sampler::new(&t.talk),
        wrap_up: Some(Sampler::new(&t.wrap_up)).filter(|wrap_up| !wrap_up.is_zero()),
        talk_factor: by_cell(&t.talk_factor, grid),
        resolution: t.resolution,
        reconnect: t
            .reconnect
            .as_ref()
            .map(|r| (r.probability, Sampler::new(&r.delay))),
        redial: t.redial.as_ref().map(|r| RedialModel {
            abandoned: r.abandoned.clone(),
            blocked: r.blocked.clone(),
            delay: Sampler::new(&r.delay),
            max_attempts: r.max_attempts.unwrap_or(u32::MAX),
        }),
        within_ns: queues[queue].within_ns,
        short_ns: queues[queue].short_ns,
        formula: queues[queue].formula,
    }
}

/// The groups. Each may serve each queue, so what holds of a pair is looked up once.
fn groups(
    scenario: &Scenario,
    rosters: Vec<Option<Roster>>,
    queues: &[QueueModel],
    grid: Grid,
) -> Vec<GroupModel> {
    let queue_of = indices(scenario.queues.iter().map(|q| &q.name));
    let mut groups: Vec<GroupModel> = scenario
        .groups
        .iter()
        .zip(rosters)
        .map(|(group, roster)| GroupModel {
            staff: match &roster {
                Some(roster) => roster.staff(),
                None => by_cell(&group.staff, grid),
            },
            roster,
            serves: Vec::new(),
            factor: vec![1.0; queues.len()],
        })
        .collect();
    // By queue, the groups that serve it and from which wait on.
    let mut after_ns: Vec<HashMap<usize, i64>> = vec![HashMap::new(); queues.len()];
    for (tiers, queue) in after_ns.iter_mut().zip(queues) {
        for tier in &queue.tiers {
            tiers.extend(tier.groups.iter().map(|&g| (g, tier.after_ns)));
        }
    }
    for (index, (model, group)) in groups.iter_mut().zip(&scenario.groups).enumerate() {
        for skill in &group.skills {
            let queue = queue_of[skill.queue.as_str()];
            model.factor[queue] = skill.factor;
            if let Some(&after_ns) = after_ns[queue].get(&index) {
                model.serves.push(Serve {
                    queue,
                    priority: skill.priority.unwrap_or(scenario.queues[queue].priority),
                    after_ns,
                });
            }
        }
        model
            .serves
            .sort_by_key(|serve| (serve.priority, serve.queue));
    }
    groups
}
