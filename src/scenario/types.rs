//! A checked scenario: every reference resolves, every number is in range, every default is filled in.

use std::time::Duration;

use super::shifts::ShiftRules;
use super::stress::Profile;

/// A whole scenario, as checked by the reader.
///
/// Series hold one value per interval of the day. Names are unique within their part, and every name that refers to
/// another part exists there.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Name of the scenario, free text.
    pub name: String,
    /// Opening time, minutes after midnight.
    pub open_min: u32,
    /// Closing time, minutes after midnight; at most 24 h.
    pub close_min: u32,
    /// Length of an interval in minutes; divides the opening hours.
    pub interval_min: u32,
    /// What becomes of callers in the system at closing.
    pub closing: Closing,
    /// Coefficient of variation of the day factor common to all call types.
    pub busyness_cv: f64,
    /// Defaults of the command line.
    pub run: RunSettings,
    /// Trunk groups, in file order.
    pub trunks: Vec<Trunk>,
    /// Queues, in file order.
    pub queues: Vec<Queue>,
    /// Call types, in file order.
    pub call_types: Vec<CallType>,
    /// Agent groups, in file order.
    pub groups: Vec<Group>,
    /// Which agent takes a call, and which call an agent takes: at most one rule for either; none is the default policy.
    pub routing: Vec<Rule>,
    /// What people may work, where the file says it.
    pub shifts: Option<Box<ShiftRules>>,
    /// What `acdsim stress` does to the day, where the file says it.
    pub stress: Option<Box<Profile>>,
}

/// A routing policy by its name in [`super::schema::POLICIES`], and its parameters with every default filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The name.
    pub policy: String,
    /// The parameters by name.
    pub parameters: serde_json::Map<String, serde_json::Value>,
}

impl Rule {
    /// A parameter that is a number; 0 where there is none.
    pub fn number(&self, parameter: &str) -> f64 {
        let value = self.parameters.get(parameter);
        value.and_then(serde_json::Value::as_f64).unwrap_or(0.0)
    }

    /// A parameter that is a table of numbers by queue; none where there is no such parameter.
    pub fn by_queue(&self, parameter: &str) -> Option<&serde_json::Map<String, serde_json::Value>> {
        self.parameters.get(parameter)?.as_object()
    }

    /// A parameter that is a list of tables, each with the parameters of a rule.
    pub fn tables(&self, parameter: &str) -> impl Iterator<Item = Rule> {
        let list = self
            .parameters
            .get(parameter)
            .and_then(|value| value.as_array());
        let tables = list
            .into_iter()
            .flatten()
            .filter_map(|value| value.as_object());
        tables.map(|table| Rule {
            policy: self.policy.clone(),
            parameters: table.clone(),
        })
    }

    /// A parameter that is a text.
    pub fn text(&self, parameter: &str) -> Option<&str> {
        self.parameters.get(parameter)?.as_str()
    }
}

impl Scenario {
    /// Number of intervals of the day.
    pub fn intervals(&self) -> usize {
        ((self.close_min - self.open_min) / self.interval_min) as usize
    }

    /// What results call the intervals: `08:00`, …, and at last `after close`.
    pub fn interval_starts(&self) -> Vec<String> {
        let minutes = (self.open_min..self.close_min).step_by(self.interval_min as usize);
        let after = std::iter::once("after close".to_owned());
        minutes.map(super::nodes::clock_text).chain(after).collect()
    }
}

/// What becomes of callers in the system at closing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// The last interval's staff stays until nobody is in the IVR or waiting.
    Drain,
    /// Whoever waits or is in the IVR is dropped.
    Cut,
}

/// How a scenario is run, as far as the file says.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSettings {
    /// Days, or one long run.
    pub mode: Mode,
    /// Number of days simulated (day mode).
    pub replications: u32,
    /// Instead of `replications`: half-width, as a fraction, that every queue's service level and abandonment rate
    /// shall reach.
    pub until_precise: Option<f64>,
    /// Where `until_precise` ends at the latest.
    pub max_replications: u32,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Level of the confidence intervals, between 0 and 1.
    pub confidence: f64,
}

/// Two ways of running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Independent days, each starting empty.
    Day,
    /// One long run at constant rates, cut into 40 batches.
    Steady {
        /// Time discarded at the start.
        warm_up: Duration,
        /// Time observed after that.
        length: Duration,
    },
}

/// A group of lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Trunk {
    /// Name.
    pub name: String,
    /// Number of lines.
    pub lines: u32,
    /// Target: largest blocking rate.
    pub max_blocking: Option<f64>,
    /// Cost of a line for one hour.
    pub cost_per_line_hour: Option<f64>,
}

/// A queue; also the skill of that name.
#[derive(Debug, Clone, PartialEq)]
pub struct Queue {
    /// Name.
    pub name: String,
    /// Service-level target.
    pub target: Target,
    /// Formula of the service level.
    pub formula: Formula,
    /// An abandonment after at most this wait is short.
    pub short_abandon: Duration,
    /// Target: largest abandonment rate.
    pub max_abandonment: Option<f64>,
    /// Target: largest average speed of answer.
    pub max_asa: Option<Duration>,
    /// 1 is most urgent, 1000 least.
    pub priority: u32,
    /// Largest number of waiting calls.
    pub limit: Option<u32>,
    /// Who serves the queue, in order of preference; each group stands in one tier only.
    pub tiers: Vec<Tier>,
}

/// Service-level target: a fraction within a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// Fraction of the contacts, 0 to 1.
    pub fraction: f64,
    /// Answered within this time.
    pub within: Duration,
}

/// Formula of the service level. T is the target's time, `short` the short-abandon threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Formula {
    /// Answered within T / offered.
    AnsweredOverOffered,
    /// Answered within T / answered.
    AnsweredOverAnswered,
    /// (Answered within T + abandoned within T) / offered.
    WithAbandons,
    /// Answered within T / (offered − abandoned within T).
    WithoutEarlyAbandons,
    /// Answered within T / (offered − abandoned within short).
    WithoutShortAbandons,
    /// (Answered within T + abandoned within short) / offered.
    ShortAbandonsAsMet,
}

impl Formula {
    /// All formulas with their names in files, flags and JSON.
    pub const ALL: [(Formula, &'static str); 6] = [
        (Formula::AnsweredOverOffered, "answered_over_offered"),
        (Formula::AnsweredOverAnswered, "answered_over_answered"),
        (Formula::WithAbandons, "with_abandons"),
        (Formula::WithoutEarlyAbandons, "without_early_abandons"),
        (Formula::WithoutShortAbandons, "without_short_abandons"),
        (Formula::ShortAbandonsAsMet, "short_abandons_as_met"),
    ];

    /// The formula's name.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// Agents of a queue that are equally preferred.
#[derive(Debug, Clone, PartialEq)]
pub struct Tier {
    /// Names of groups.
    pub groups: Vec<String>,
    /// Open to calls that have waited this long; zero is open at once.
    pub after: Duration,
}

/// A stream of callers with a common behaviour.
#[derive(Debug, Clone, PartialEq)]
pub struct CallType {
    /// Name; also the key of the type's random numbers.
    pub name: String,
    /// Queue it goes to.
    pub queue: String,
    /// Trunk group it comes in by; none is unlimited lines.
    pub trunk: Option<String>,
    /// Expected arrivals.
    pub demand: Demand,
    /// What the demand counts.
    pub volume_is: VolumeIs,
    /// Coefficient of variation of this type's own day factor.
    pub busyness_cv: f64,
    /// Voice response before the queue.
    pub ivr: Option<Ivr>,
    /// Longest wait a caller bears.
    pub patience: Distribution,
    /// Probability of leaving at once when not answered at once.
    pub balk: f64,
    /// Talk time, hold included.
    pub talk: Distribution,
    /// After-call work.
    pub wrap_up: Distribution,
    /// Factor on talk and wrap-up, by the interval of the answer.
    pub talk_factor: Vec<f64>,
    /// Probability that an answered attempt meets the need.
    pub resolution: f64,
    /// What the unresolved do.
    pub reconnect: Option<Reconnect>,
    /// What the blocked and the abandoning do.
    pub redial: Option<Redial>,
    /// Cost of an attempt.
    pub cost_per_attempt: Option<f64>,
    /// Cost of a lost caller.
    pub cost_per_lost_caller: Option<f64>,
}

/// Expected first attempts over the day.
#[derive(Debug, Clone, PartialEq)]
pub enum Demand {
    /// Per interval.
    Volume(Vec<f64>),
    /// Per hour, by interval.
    RatePerHour(Vec<f64>),
}

/// What the demand counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VolumeIs {
    /// First attempts only.
    FirstAttempts,
    /// What a switch counts: redials and reconnects included.
    AllAttempts,
}

/// A simple voice-response unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Ivr {
    /// Time spent in it.
    pub time: Distribution,
    /// Fraction whose need it meets.
    pub contained: f64,
    /// Fraction who hang up in it.
    pub abandoned: f64,
}

/// What an unresolved caller does.
#[derive(Debug, Clone, PartialEq)]
pub struct Reconnect {
    /// Probability of calling again.
    pub probability: f64,
    /// After this time.
    pub delay: Distribution,
}

/// What a caller does who was not answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Redial {
    /// Probability after abandoning, by number of attempts in a row not answered; the last value repeats. Never empty.
    pub abandoned: Vec<f64>,
    /// The same after being blocked. Never empty.
    pub blocked: Vec<f64>,
    /// After this time; mean at least 1 s.
    pub delay: Distribution,
    /// Attempts in a row, the current one included, after which the caller gives up.
    pub max_attempts: Option<u32>,
}

/// A group of agents.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Name.
    pub name: String,
    /// Skills, in file order.
    pub skills: Vec<Skill>,
    /// Productive agents by interval.
    pub staff: Vec<u32>,
    /// Cost of a paid hour.
    pub cost_per_hour: Option<f64>,
    /// Share of paid time that is not productive, by interval.
    pub shrinkage: Vec<f64>,
    /// Target: largest occupancy.
    pub max_occupancy: Option<f64>,
}

/// What a group can do.
#[derive(Debug, Clone, PartialEq)]
pub struct Skill {
    /// Name of the queue.
    pub queue: String,
    /// Factor on talk and wrap-up.
    pub factor: f64,
    /// The group's own priority of that queue; none is the queue's.
    pub priority: Option<u32>,
}

/// Distribution of a random duration. Times are in seconds.
#[derive(Debug, Clone, PartialEq)]
pub enum Distribution {
    /// Always the same.
    Fixed {
        /// The value.
        value_s: f64,
    },
    /// Exponential.
    Exp {
        /// Mean.
        mean_s: f64,
    },
    /// Lognormal, by mean and standard deviation of the duration itself.
    Lognormal {
        /// Mean.
        mean_s: f64,
        /// Standard deviation.
        sd_s: f64,
    },
    /// Gamma, by mean and standard deviation.
    Gamma {
        /// Mean.
        mean_s: f64,
        /// Standard deviation.
        sd_s: f64,
    },
    /// Erlang: the sum of k exponential phases.
    Erlang {
        /// Mean of the whole.
        mean_s: f64,
        /// Number of phases.
        k: u32,
    },
    /// Weibull.
    Weibull {
        /// Shape.
        shape: f64,
        /// Scale.
        scale_s: f64,
    },
    /// Uniform.
    Uniform {
        /// Least value.
        low_s: f64,
        /// Largest value.
        high_s: f64,
    },
    /// A mixture of exponentials.
    Hyperexp {
        /// Probability and mean of each.
        phases: Vec<(f64, f64)>,
    },
    /// One of the given values, each equally likely.
    Empirical {
        /// The values.
        values_s: Vec<f64>,
        /// Where they came from, as written in the file.
        source: String,
    },
    /// Never: an infinite time (patience only).
    Never,
}
