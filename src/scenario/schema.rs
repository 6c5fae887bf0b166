#![cfg_attr(rustfmt, rustfmt_skip)]
//! The keys of a scenario file: one list per section, from which the reader, its defaults and its messages are made.

use super::shifts::WEEKDAYS;
use super::stress::MODES;
use super::types::Formula;

/// A table of the file.
#[derive(Debug)]
pub struct Section {
    /// What the table is, for messages: `a queue`.
    pub what: &'static str,
    /// Its keys, in the order in which they are documented and written.
    pub keys: &'static [Key],
}

impl Section {
    /// The key of this name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// A key of a section.
#[derive(Debug)]
pub struct Key {
    /// Its name in the file.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// What it is when not written.
    pub presence: Presence,
    /// What it means, in one sentence.
    pub about: &'static str,
}

/// What becomes of a key that is not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It must be written.
    Required,
    /// It is absent, with the effect that the text states.
    Optional(&'static str),
    /// It has this value, as one would write it (texts without their quotes).
    Default(&'static str),
    /// It must be written, or the other key in its place.
    Either(&'static str),
}

/// The values that a key takes.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Free text.
    Text,
    /// The path of a file, relative to the one that it stands in.
    File,
    /// The name of a part: free text, not empty.
    Name,
    /// The name of a part that stands in this list.
    Reference(&'static str),
    /// The name of a part that stands in this list, or several of them.
    References(&'static str),
    /// One of these words.
    Word(&'static [&'static str]),
    /// Two times of day: `"08:00-20:00"`.
    Hours,
    /// A duration: `"90s"`.
    Duration,
    /// A random duration: `"exp(180s)"`.
    Random,
    /// A fraction: 0.3 or `"30%"`.
    Fraction,
    /// A share of a cost on top of it, of 1 or more too: `"25%"`, `"150%"`. At most [`MOST_EXTRA`].
    Extra,
    /// A difference of fractions: `"0.5pp"`.
    Points,
    /// A service-level target: `"80/20"`.
    Target,
    /// A number within bounds.
    Number {
        /// Least value.
        least: f64,
        /// Largest value.
        most: f64,
    },
    /// A whole number within bounds.
    Whole {
        /// Least value.
        least: u64,
        /// Largest value.
        most: u64,
    },
    /// One value per interval of the day: one value, a list or a column of a CSV file.
    Series(Item),
    /// One fraction or a list of fractions.
    Fractions,
    /// A list of numbers or durations, in seconds.
    Times,
    /// Groups in order of preference.
    Agents,
    /// Names of queues, or a table of them.
    Skills,
    /// A table whose keys are free and whose values are texts.
    Texts,
    /// A table of numbers within bounds by the names of queues.
    ByQueue {
        /// Least value.
        least: f64,
        /// Largest value.
        most: f64,
    },
    /// The name of a routing policy, a table of its name and parameters, or a list of them: see [`POLICIES`].
    Policy,
    /// A script: the name of its file, or a table of that and its text.
    Script,
    /// `true` or `false`.
    Flag,
    /// Two times of day, over midnight too: `"22:00-06:00"`.
    Span,
    /// Times of day: one, a span of them, or a list of both.
    Starts,
    /// A duration, or a list of them.
    Durations,
    /// A weekday, or a list of them.
    Weekdays,
    /// A time of day, or a time after opening: `"10:30"`, `"2h30m"`.
    Instant,
    /// Stages of a volume: `"30m:100%, 2h:150%"`, or a list of such texts.
    Stages,
    /// A list of what is expected of a load test: `"recovery < 45m"`.
    Expectations,
    /// A table.
    Table(&'static Section),
    /// A list of tables.
    Tables(&'static Section),
}

/// A value of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// A number of at least 0.
    Volume,
    /// A rate: `"600/h"`.
    Rate,
    /// A whole number of agents.
    Agents,
    /// A factor above 0.
    Factor,
    /// A fraction below 1.
    Share,
}

/// Largest number of agents in a group and interval.
pub const MOST_AGENTS: u64 = 100_000;
/// Largest number of lines in a trunk group.
pub const MOST_LINES: u64 = 1_000_000;
/// Largest number of queues, of call types, of groups and of trunk groups.
pub const MOST_PARTS: usize = 1_000;
/// Largest number of days.
pub const MOST_REPLICATIONS: u64 = 10_000_000;
/// Largest share of a cost on top of it.
pub const MOST_EXTRA: f64 = 10.0;
/// Largest factor on talk and wrap-up.
pub const MOST_FACTOR: f64 = 1_000.0;

const PRIORITY: Kind = Kind::Whole {
    least: 1,
    most: 1_000,
};
const COST: Kind = Kind::Number {
    least: 0.0,
    most: 1e12,
};
const BUSYNESS: Kind = Kind::Number {
    least: 0.0,
    most: 10.0,
};
const PEOPLE: Kind = Kind::Whole {
    least: 0,
    most: MOST_AGENTS,
};
const REPLICATIONS: Kind = Kind::Whole {
    least: 1,
    most: MOST_REPLICATIONS,
};
const FORMULAS: [&str; Formula::ALL.len()] = {
    let mut names = [""; Formula::ALL.len()];
    let mut i = 0;
    while i < names.len() {
        names[i] = Formula::ALL[i].1;
        i += 1;
    }
    names
};

use Presence::{Default, Either, Optional, Required};

const fn key(
    name: &'static str,
    kind: Kind,
    presence: Presence,
    about: &'static str,
) -> Key {
    Key {
        name,
        kind,
        presence,
        about,
    }
}

/// The file as a whole.
pub static FILE: Section = Section {
    what: "the scenario file",
    keys: &[
        key("scenario", Kind::Table(&SCENARIO), Required, "The name of the scenario and the simulated day."),
        key("run", Kind::Table(&RUN), Optional("defaults"), "Defaults of the command line; flags win."),
        key("trunks", Kind::Tables(&TRUNK), Optional("unlimited lines"), "Groups of lines."),
        key("queues", Kind::Tables(&QUEUE), Required, "Queues, each also the skill of that name."),
        key("call_types", Kind::Tables(&CALL_TYPE), Required, "Streams of callers with a common behaviour."),
        key("groups", Kind::Tables(&GROUP), Optional("nobody answers"), "Groups of agents."),
        key("routing", Kind::Table(&ROUTING), Optional("lists of preference"), "Which agent takes a call, and which call an agent takes."),
        key("shifts", Kind::Table(&SHIFTS), Optional("`acdsim shifts` needs rules from elsewhere"), "What people may work: the rules of `acdsim shifts`."),
        key("stress", Kind::Table(&STRESS), Optional("`acdsim stress` needs a profile from elsewhere"), "What happens to the day in a load test, `acdsim stress`."),
    ],
};

/// `[scenario]`
pub static SCENARIO: Section = Section {
    what: "the section [scenario]",
    keys: &[
        key("name", Kind::Name, Required, "Name of the scenario."),
        key("open", Kind::Hours, Default("08:00-20:00"), "The simulated day, within one calendar day; \"00:00-24:00\" is round the clock."),
        key("interval", Kind::Duration, Default("30m"), "Grid of volumes, staffing and reporting: whole minutes that divide the day."),
        key("closing", Kind::Word(&["drain", "cut"]), Default("drain"), "What becomes at closing of those who wait: they are served, or dropped."),
        key("busyness_cv", BUSYNESS, Default("0"), "Coefficient of variation of the day factor common to all call types."),
    ],
};

/// `[run]`
pub static RUN: Section = Section {
    what: "the section [run]",
    keys: &[
        key("mode", Kind::Word(&["day", "steady"]), Default("day"), "Independent days, or one long run at constant rates."),
        key("replications", REPLICATIONS, Default("200"), "Number of days."),
        key("until_precise", Kind::Points, Optional("a fixed number of days"), "Instead of replications: half-width that every queue's service level and abandonment rate shall reach."),
        key("max_replications", REPLICATIONS, Default("100000"), "Where until_precise ends at the latest."),
        key("warm_up", Kind::Duration, Default("24h"), "Time discarded at the start of a steady run."),
        key("length", Kind::Duration, Default("2000h"), "Time observed in a steady run."),
        key("seed", Kind::Whole { least: 0, most: u64::MAX }, Default("1"), "Seed of all random numbers."),
        key("confidence", Kind::Fraction, Default("0.95"), "Level of the confidence intervals."),
    ],
};

/// `[[trunks]]`
pub static TRUNK: Section = Section {
    what: "a trunk group",
    keys: &[
        key("name", Kind::Name, Required, "Name of the trunk group."),
        key("lines", Kind::Whole { least: 0, most: MOST_LINES }, Required, "Number of lines."),
        key("max_blocking", Kind::Fraction, Optional("no target"), "Target: largest blocking rate."),
        key("cost_per_line_hour", COST, Optional("no cost"), "Cost of a line for one hour."),
    ],
};

/// `[[queues]]`
pub static QUEUE: Section = Section {
    what: "a queue",
    keys: &[
        key("name", Kind::Name, Required, "Name of the queue, and of the skill to serve it."),
        key("target", Kind::Target, Default("80/20"), "Service-level target."),
        key("service_level", Kind::Word(&FORMULAS), Default("answered_over_offered"), "Formula of the service level."),
        key("short_abandon", Kind::Duration, Default("5s"), "An abandonment after at most this wait is short."),
        key("max_abandonment", Kind::Fraction, Optional("no target"), "Target: largest abandonment rate."),
        key("max_asa", Kind::Duration, Optional("no target"), "Target: largest average speed of answer."),
        key("priority", PRIORITY, Default("5"), "Which waiting call an agent takes first: 1 is most urgent."),
        key("limit", Kind::Whole { least: 0, most: 100_000_000 }, Optional("no limit"), "Largest number of waiting calls."),
        key("agents", Kind::Agents, Optional("every group with the skill, equally preferred"), "Who serves the queue, in order of preference."),
    ],
};

/// An entry of `agents` with a condition.
pub static AGENTS: Section = Section {
    what: "an entry of agents",
    keys: &[
        key("group", Kind::References("groups"), Required, "A group, or a list of equally preferred ones."),
        key("after", Kind::Duration, Default("0s"), "Open to calls that have waited this long."),
    ],
};

/// `[[call_types]]`
pub static CALL_TYPE: Section = Section {
    what: "a call type",
    keys: &[
        key("name", Kind::Name, Required, "Name of the call type, and key of its random numbers."),
        key("queue", Kind::Reference("queues"), Required, "The queue it goes to."),
        key("trunk", Kind::Reference("trunks"), Optional("unlimited lines"), "The trunk group it comes in by."),
        key("volume", Kind::Series(Item::Volume), Either("rate"), "Expected first attempts per interval."),
        key("rate", Kind::Series(Item::Rate), Either("volume"), "Expected first attempts per time."),
        key("volume_is", Kind::Word(&["first_attempts", "all_attempts"]), Default("first_attempts"), "What the volume counts: first attempts, or redials and reconnects too."),
        key("busyness_cv", BUSYNESS, Default("0"), "Coefficient of variation of this type's own day factor."),
        key("ivr", Kind::Table(&IVR), Optional("no voice response"), "Voice response before the queue."),
        key("patience", Kind::Random, Default("never"), "The longest wait a caller bears."),
        key("balk", Kind::Fraction, Default("0"), "Probability of leaving at once when not answered at once."),
        key("talk", Kind::Random, Required, "Talk time, hold included."),
        key("wrap_up", Kind::Random, Default("0s"), "After-call work."),
        key("talk_factor", Kind::Series(Item::Factor), Default("1"), "Factor on talk and wrap-up, by the interval of the answer."),
        key("resolution", Kind::Fraction, Default("1"), "Probability that an answered attempt meets the need."),
        key("reconnect", Kind::Table(&RECONNECT), Optional("nobody calls again"), "What the unresolved do."),
        key("redial", Kind::Table(&REDIAL), Optional("nobody calls again"), "What the blocked and the abandoning do."),
        key("cost_per_attempt", COST, Optional("no cost"), "Cost of an attempt."),
        key("cost_per_lost_caller", COST, Optional("no cost"), "Cost of a lost caller."),
    ],
};

/// `ivr` of a call type.
pub static IVR: Section = Section {
    what: "a voice response",
    keys: &[
        key("time", Kind::Random, Required, "Time spent in it."),
        key("contained", Kind::Fraction, Default("0"), "Fraction whose need it meets."),
        key("abandoned", Kind::Fraction, Default("0"), "Fraction who hang up in it."),
    ],
};

/// `reconnect` of a call type.
pub static RECONNECT: Section = Section {
    what: "a reconnect",
    keys: &[
        key("probability", Kind::Fraction, Required, "Probability that an unresolved caller calls again."),
        key("delay", Kind::Random, Required, "Time until then; mean at least 1 s."),
    ],
};

/// `redial` of a call type.
pub static REDIAL: Section = Section {
    what: "a redial",
    keys: &[
        key("abandoned", Kind::Fractions, Default("0"), "Probability after abandoning, by number of attempts in a row that were not answered; the last value repeats."),
        key("blocked", Kind::Fractions, Default("0"), "The same after being blocked."),
        key("delay", Kind::Random, Required, "Time until the next attempt; mean at least 1 s."),
        key("max_attempts", Kind::Whole { least: 1, most: 1_000_000 }, Optional("unlimited"), "Attempts in a row, the current one included, after which the caller gives up."),
    ],
};

/// `[[groups]]`
pub static GROUP: Section = Section {
    what: "a group",
    keys: &[
        key("name", Kind::Name, Required, "Name of the group."),
        key("skills", Kind::Skills, Required, "The queues that it can serve."),
        key("staff", Kind::Series(Item::Agents), Required, "Productive agents."),
        key("cost_per_hour", COST, Optional("no cost"), "Cost of a paid hour."),
        key("shrinkage", Kind::Series(Item::Share), Default("0"), "Share of paid time that is not productive."),
        key("max_occupancy", Kind::Fraction, Optional("no target"), "Target: largest occupancy."),
    ],
};

/// A skill with more than its name.
pub static SKILL: Section = Section {
    what: "a skill",
    keys: &[
        key("factor", Kind::Number { least: f64::MIN_POSITIVE, most: MOST_FACTOR }, Default("1"), "Factor on talk and wrap-up."),
        key("priority", PRIORITY, Optional("the queue's"), "The group's own priority of that queue."),
    ],
};

/// `[routing]`
pub static ROUTING: Section = Section {
    what: "the section [routing]",
    keys: &[
        key("policy", Kind::Policy, Default("preference"), "The routing policy: its name, or { name = { parameters } }; a list of one for either decision."),
    ],
};

/// The routing policies by name, each with the table of its parameters.
pub static POLICIES: Section = Section {
    what: "a routing policy",
    keys: &[
        key(PREFERENCE, Kind::Table(&NO_PARAMETERS), Optional(""), "Lists of preference with tiers and delays; priorities, then the longest wait."),
        key("longest_idle", Kind::Table(&NO_PARAMETERS), Optional(""), "A call takes the agent who has been idle longest, whatever the order of preference."),
        key("least_occupied", Kind::Table(&NO_PARAMETERS), Optional(""), "A call takes the agent who was busy for the least share of the time on duty."),
        key("round_robin", Kind::Table(&NO_PARAMETERS), Optional(""), "A call takes the next idle agent after the one who took the queue's last call."),
        key("random", Kind::Table(&RANDOM), Optional(""), "A call takes an idle agent at random."),
        key("fewest_calls", Kind::Table(&NO_PARAMETERS), Optional(""), "A call takes the agent who has answered the fewest calls."),
        key("most_specialised", Kind::Table(&NO_PARAMETERS), Optional(""), "A call takes the agent with the fewest skills."),
        key("longest_queue", Kind::Table(&NO_PARAMETERS), Optional(""), "An agent takes a call of the longest queue."),
        key("wait_over_target", Kind::Table(&NO_PARAMETERS), Optional(""), "An agent takes the call whose wait is the largest part of its queue's target time."),
        key("accumulating_priority", Kind::Table(&ACCUMULATING_PRIORITY), Optional(""), "An agent takes the call of the largest wait times rate of its queue."),
        key("generalised_cmu", Kind::Table(&GENERALISED_CMU), Optional(""), "An agent takes the call whose cost of waiting it can end fastest."),
        key("fixed_queue_ratio", Kind::Table(&FIXED_QUEUE_RATIO), Optional(""), "Queues, and idle agents, are kept in fixed ratios."),
        key("reserve", Kind::Table(&RESERVE), Optional(""), "Preference lists, but some agents of a group are kept idle for other queues."),
        key("weights", Kind::Table(&WEIGHTS), Optional(""), "Call and agent are matched by an index that grows with waiting and idle time."),
        key(LUA, Kind::Script, Optional(""), "A script in Lua decides; docs/routing-lua.md is its reference."),
    ],
};

/// Whether a policy says which agent takes a call, and whether it says which call an agent takes.
pub fn decides(policy: &str) -> (bool, bool) {
    match policy {
        PREFERENCE => (false, false),
        "longest_idle" | "least_occupied" | "round_robin" | "random" | "fewest_calls" | "most_specialised" => (true, false),
        "longest_queue" | "wait_over_target" | "accumulating_priority" | "generalised_cmu" => (false, true),
        _ => (true, true),
    }
}

/// The name of the default policy.
pub const PREFERENCE: &str = "preference";

/// The name of the policy that is a script.
pub const LUA: &str = "lua";

/// `lua`
pub static SCRIPT: Section = Section {
    what: "a script",
    keys: &[
        key("file", Kind::Text, Optional("only the text, `source`"), "The file of the script, relative to the scenario file; with a text only its name in messages."),
        key("source", Kind::Text, Optional("the text of the file"), "The text of the script."),
    ],
};

/// The parameters of a policy that has none.
pub static NO_PARAMETERS: Section = Section {
    what: "this policy",
    keys: &[],
};

/// `random`
pub static RANDOM: Section = Section {
    what: "the policy random",
    keys: &[
        key("stream", Kind::Whole { least: 0, most: 1_000_000 }, Default("0"), "Number of the stream of random numbers: another one is another chance."),
    ],
};

/// `accumulating_priority`
pub static ACCUMULATING_PRIORITY: Section = Section {
    what: "the policy accumulating_priority",
    keys: &[
        key("rates", Kind::ByQueue { least: 0.0, most: 1e9 }, Optional("1 / priority of the queue"), "How fast priority grows with the wait, by queue; 1 / priority where none is given."),
    ],
};

/// `generalised_cmu`
pub static GENERALISED_CMU: Section = Section {
    what: "the policy generalised_cmu",
    keys: &[
        key("costs", Kind::ByQueue { least: 0.0, most: 1e9 }, Optional("1 for each queue"), "Cost of waiting by queue; 1 where none is given."),
        key("power", Kind::Number { least: 1.0, most: 10.0 }, Default("2"), "The cost of a wait grows with this power of it."),
    ],
};

/// `fixed_queue_ratio`
pub static FIXED_QUEUE_RATIO: Section = Section {
    what: "the policy fixed_queue_ratio",
    keys: &[
        key("shares", Kind::ByQueue { least: 0.0, most: 1e9 }, Optional("the queues' shares of the work"), "Shares of the waiting calls by queue, made to add up to 1; 0 where none is given."),
    ],
};

/// `reserve`
pub static RESERVE: Section = Section {
    what: "the policy reserve",
    keys: &[
        key("pairs", Kind::Tables(&RESERVE_PAIR), Required, "What is kept of which group from which queue; later pairs win."),
    ],
};

/// A pair of `reserve`.
pub static RESERVE_PAIR: Section = Section {
    what: "a pair of reserve",
    keys: &[
        key("group", Kind::Reference("groups"), Optional("each group"), "The group whose agents are kept."),
        key("queue", Kind::Reference("queues"), Optional("each queue"), "The queue from whose calls they are kept."),
        key("agents", Kind::Whole { least: 0, most: MOST_AGENTS }, Required, "Idle agents that the queue's calls leave."),
    ],
};

/// `weights`
pub static WEIGHTS: Section = Section {
    what: "the policy weights",
    keys: &[
        key("pairs", Kind::Tables(&WEIGHT_PAIR), Optional("constant 0, wait 1 and idle 1 for each pair"), "Weights of groups and queues; later pairs win."),
    ],
};

/// A pair of `weights`.
pub static WEIGHT_PAIR: Section = Section {
    what: "a pair of weights",
    keys: &[
        key("group", Kind::Reference("groups"), Optional("each group"), "The group."),
        key("queue", Kind::Reference("queues"), Optional("each queue"), "The queue."),
        key("constant", Kind::Number { least: -1e9, most: 1e9 }, Default("0"), "The index of a call and an agent who have not waited; below 0 they are not matched."),
        key("wait", Kind::Number { least: 0.0, most: 1e9 }, Default("1"), "Growth with the wait of the queue's first call, per second."),
        key("idle", Kind::Number { least: 0.0, most: 1e9 }, Default("1"), "Growth with the idle time of the group's longest idle agent, per second."),
    ],
};

/// `[shifts]`
pub static SHIFTS: Section = Section {
    what: "the section [shifts]",
    keys: &[
        key("grid", Kind::Duration, Optional("the scenario's interval"), "Planning grid, which divides the interval: starts, lengths and breaks are multiples of it."),
        key("day", Kind::Word(&WEEKDAYS), Optional("no weekday: shifts of every day are worked, and only what holds on all days is due"), "The weekday of a plan of one day."),
        key("cyclic", Kind::Flag, Default("true"), "What goes on beyond the end covers the start, as if every day, or every week, were like this one."),
        key("rest", Kind::Duration, Default("11h"), "Least time between two shifts of a person."),
        key("shrinkage", Kind::Fraction, Optional("the groups' own"), "Share of the paid time, outside the breaks of the shifts, in which people are not at work."),
        key("short_cost", COST, Optional("the requirement must be covered"), "Cost of an agent-hour short of the requirement."),
        key("spare_cost", COST, Default("0"), "Cost of an agent-hour beyond the requirement."),
        key("most_people", PEOPLE, Optional("no limit"), "Most people in all."),
        key("keep", Kind::Table(&KEEP), Optional("nothing is published"), "A published plan, of which as much is kept as pays."),
        key("types", Kind::Tables(&SHIFT_TYPE), Required, "What a person may work on a day."),
        key("contracts", Kind::Tables(&CONTRACT), Optional("anybody works any shift, at most one a day and seven a week"), "What a person may work in a week."),
        key("premiums", Kind::Tables(&PREMIUM), Optional("every hour costs the same"), "What hours cost on top."),
        key("blocks", Kind::Tables(&BLOCK), Optional("nobody is away"), "When people are at work, but away from the calls."),
    ],
};

/// `[[shifts.types]]`
pub static SHIFT_TYPE: Section = Section {
    what: "a type of shift",
    keys: &[
        key("name", Kind::Name, Required, "Name of the type of shift."),
        key("groups", Kind::References("groups"), Optional("every group"), "The groups whose people work it."),
        key("start", Kind::Starts, Required, "When it starts."),
        key("every", Kind::Duration, Optional("the grid"), "Time from one start of a span to the next."),
        key("length", Kind::Durations, Required, "Its length, breaks included."),
        key("days", Kind::Weekdays, Optional("every day"), "The days on which it starts."),
        key("least", PEOPLE, Default("0"), "Least people on each of its days."),
        key("most", PEOPLE, Optional("no limit"), "Most people on each of its days."),
        key("cost_per_hour", COST, Optional("the group's"), "Cost of a paid hour."),
        key("breaks", Kind::Tables(&BREAK), Optional("no breaks"), "Breaks, in the order in which they are taken."),
    ],
};

/// A break of a type of shift.
pub static BREAK: Section = Section {
    what: "a break",
    keys: &[
        key("name", Kind::Name, Default("break"), "Name of the break."),
        key("length", Kind::Duration, Required, "Its length."),
        key("earliest", Kind::Duration, Required, "Earliest start after the start of the shift."),
        key("latest", Kind::Duration, Optional("as earliest"), "Latest start after the start of the shift."),
        key("paid", Kind::Flag, Default("false"), "Whether it is paid."),
    ],
};

/// `[[shifts.contracts]]`
pub static CONTRACT: Section = Section {
    what: "a contract",
    keys: &[
        key("name", Kind::Name, Required, "Name of the contract."),
        key("groups", Kind::References("groups"), Optional("every group"), "The groups of its people; a person belongs to one."),
        key("types", Kind::References("types"), Optional("every type"), "The types of shift that they work."),
        key("least_shifts", Kind::Whole { least: 0, most: 7 }, Default("0"), "Least shifts in the week."),
        key("most_shifts", Kind::Whole { least: 1, most: 7 }, Default("7"), "Most shifts in the week."),
        key("least_hours", Kind::Duration, Default("0s"), "Least paid time in the week."),
        key("most_hours", Kind::Duration, Default("7d"), "Most paid time in the week."),
        key("rest", Kind::Duration, Optional("that of [shifts]"), "Least time between two shifts."),
        key("same_shift", Kind::Flag, Default("false"), "Whether all shifts of the week have the same type, start and length."),
        key("most_people", PEOPLE, Optional("no limit"), "Most people with this contract."),
    ],
};

/// `[[shifts.premiums]]`
pub static PREMIUM: Section = Section {
    what: "a premium",
    keys: &[
        key("name", Kind::Name, Required, "Name of the premium."),
        key("hours", Kind::Span, Default("00:00-24:00"), "Hours in which it is due."),
        key("days", Kind::Weekdays, Optional("every day"), "Calendar days on which it is due."),
        key("extra", Kind::Extra, Required, "How much an hour costs on top, as a share of its cost; several premiums add up."),
    ],
};

/// `[[shifts.blocks]]`
pub static BLOCK: Section = Section {
    what: "a block",
    keys: &[
        key("name", Kind::Name, Required, "What it is: training, a meeting, an absence."),
        key("group", Kind::Reference("groups"), Required, "The group whose people are away."),
        key("days", Kind::Weekdays, Optional("every day"), "The days."),
        key("hours", Kind::Hours, Required, "From when to when, within a day."),
        key("people", PEOPLE, Required, "How many people at each time of it."),
    ],
};

/// `keep` of the shifts.
pub static KEEP: Section = Section {
    what: "a plan to keep to",
    keys: &[
        key("file", Kind::File, Required, "The CSV file of the published plan, as `acdsim shifts --csv` writes it."),
        key("cost_per_change", COST, Required, "Cost of each published shift that is not kept."),
    ],
};

/// The file of shift rules that stand alone.
pub static RULES_FILE: Section = Section {
    what: "the file of shift rules",
    keys: &[
        key("scenario", Kind::File, Optional("the day is named on the command line"), "The scenario of a plan of one day."),
        key("days", Kind::Table(&WEEK), Optional("a plan of one day"), "The scenarios of a week by weekday; a day without one is closed."),
        key("shifts", Kind::Table(&SHIFTS), Required, "What people may work."),
    ],
};

/// `[days]` of a file of shift rules.
pub static WEEK: Section = Section {
    what: "the section [days]",
    keys: &[
        key("mon", Kind::File, Optional("closed"), "The scenario of Monday."),
        key("tue", Kind::File, Optional("closed"), "The scenario of Tuesday."),
        key("wed", Kind::File, Optional("closed"), "The scenario of Wednesday."),
        key("thu", Kind::File, Optional("closed"), "The scenario of Thursday."),
        key("fri", Kind::File, Optional("closed"), "The scenario of Friday."),
        key("sat", Kind::File, Optional("closed"), "The scenario of Saturday."),
        key("sun", Kind::File, Optional("closed"), "The scenario of Sunday."),
    ],
};

/// `[stress]`
pub static STRESS: Section = Section {
    what: "the section [stress]",
    keys: &[
        key("name", Kind::Name, Optional("no name"), "Name of the profile, for reports."),
        key("stages", Kind::Stages, Optional("the scenario's volume all day"), "Volume of first attempts, of every call type without a load of its own."),
        key("loads", Kind::Tables(&LOAD), Optional("all call types alike"), "Volumes of single call types."),
        key("faults", Kind::Tables(&CHANGE), Optional("nothing fails"), "What fails, and when."),
        key("actions", Kind::Tables(&CHANGE), Optional("nothing is done"), "What is done about it, and when."),
        key("expect", Kind::Expectations, Optional("nothing is expected"), "What is expected of the load test."),
    ],
};

/// `[[stress.loads]]`
pub static LOAD: Section = Section {
    what: "a load",
    keys: &[
        key("call_types", Kind::References("call_types"), Optional("every call type"), "The call types whose volume it is."),
        key("stages", Kind::Stages, Optional("`volume` says it"), "Volume in the course of the day, in per cent of the scenario's."),
        key("volume", Kind::Series(Item::Volume), Optional("`stages` say it"), "Expected first attempts per interval, in place of the scenario's: a recorded day."),
    ],
};

/// `[[stress.faults]]` and `[[stress.actions]]`
pub static CHANGE: Section = Section {
    what: "a change",
    keys: &[
        key("kind", Kind::Word(&KINDS), Required, "What changes."),
        key("at", Kind::Instant, Default("0m"), "When it begins: a time of day, or the time after opening."),
        key("for", Kind::Duration, Optional("until closing"), "How long it lasts, in whole minutes; no time at all changes nothing."),
        key("groups", Kind::References("groups"), Optional("every group"), "Agent groups."),
        key("trunks", Kind::References("trunks"), Optional("every trunk group"), "Trunk groups."),
        key("call_types", Kind::References("call_types"), Optional("every call type"), "Call types."),
        key("share", Kind::Fraction, Optional("all of them"), "How many of the agents, or lines, of each; rounded up."),
        key("lines", Kind::Whole { least: 0, most: MOST_LINES }, Optional("all of them"), "How many lines of each trunk group are lost."),
        key("mode", Kind::Word(&MODES), Default("skipped"), "Where the IVR is down, callers go straight to the queue, or hear the busy tone."),
        key("contained", Kind::Fraction, Optional("nobody"), "Share of those in the IVR whose need it meets."),
        key("factor", Kind::Number { least: f64::MIN_POSITIVE, most: MOST_FACTOR }, Optional("`talk` needs it"), "How many times as long talk and wrap-up take, by the time of the answer."),
        key("policy", Kind::Policy, Optional("`queue` and `agents` say it"), "The routing policy."),
        key("queue", Kind::Reference("queues"), Optional("`policy` says it"), "The queue that others serve."),
        key("agents", Kind::Agents, Optional("`policy` says it"), "Who serves that queue, in order of preference."),
        key("more", Kind::Whole { least: 0, most: MOST_AGENTS }, Optional("`agents` and `lines` need it"), "How many more agents in each group, or lines in each trunk group."),
    ],
};

/// What a change may be: its kind, the keys that it has besides when and how long, and what it does.
pub const CHANGES: [(&str, &[&str], &str); 9] = [
    ("absent", &["groups", "share"], "A share of the agents is not there; who is on a call finishes it first."),
    ("site_lost", &["groups"], "All agents are gone at once: the calls that they talk on are cut, those that wait stay."),
    ("lines_lost", &["trunks", "share", "lines"], "Lines are out of order; those in use end with their call."),
    ("ivr_down", &["call_types", "mode"], "The IVR does not work: nobody is contained, or hangs up, in it."),
    ("containment", &["call_types", "contained"], "The IVR meets the need of another share of those in it; without a share, of nobody."),
    ("talk", &["call_types", "factor"], "Talk and wrap-up take longer, or shorter."),
    ("routing", &["policy", "queue", "agents"], "Another routing policy, or other agents for a queue."),
    ("agents", &["groups", "more"], "More agents."),
    ("lines", &["trunks", "more"], "More lines."),
];

const KINDS: [&str; CHANGES.len()] = {
    let mut names = [""; CHANGES.len()];
    let mut i = 0;
    while i < names.len() {
        names[i] = CHANGES[i].0;
        i += 1;
    }
    names
};

/// The file of a profile that stands alone.
pub static PROFILE_FILE: Section = Section {
    what: "the file of a profile",
    keys: &[
        key("stress", Kind::Table(&STRESS), Required, "What happens to the day."),
    ],
};

/// A series in a CSV file.
pub static SERIES_FILE: Section = Section {
    what: "a series in a CSV file",
    keys: &[
        key("file", Kind::Text, Required, "The CSV file, relative to the scenario file."),
        key("column", Kind::Text, Required, "The name of the column."),
        key("where", Kind::Texts, Optional("all rows"), "Rows are read whose columns of these names hold these values."),
    ],
};

/// The file of a gate.
pub static REGRESSION: Section = Section {
    what: "the file of a gate",
    keys: &[
        key("scenario", Kind::Text, Optional("--scenario names it"), "The scenario file that is checked."),
        key("baseline", Kind::Text, Optional("each difference names its own with vs"), "The scenario or lock file that differences are from where they name no other."),
        key("seed", Kind::Whole { least: 0, most: u64::MAX }, Optional("the scenario's"), "Seed of all random numbers."),
        key("alpha", Kind::Fraction, Default("0.05"), "Error rate: to fail though all is true, and to pass though something is not."),
        key("max_replications", GATE_REPLICATIONS, Default("20000"), "Days of each side, at most."),
        key("expect", Kind::Tables(&EXPECT), Optional("--expect says it"), "What is expected."),
    ],
};

/// `[[expect]]` of a gate.
pub static EXPECT: Section = Section {
    what: "an expectation",
    keys: &[
        key("that", Kind::Text, Required, "What is expected: \"queues.sales.service_level >= 80%\"."),
        key("name", Kind::Text, Optional("the expectation itself"), "What it is called in reports."),
        key("max_replications", GATE_REPLICATIONS, Optional("those of the file"), "Days of each side, at most."),
    ],
};

const GATE_REPLICATIONS: Kind = Kind::Whole { least: 2, most: MOST_REPLICATIONS };

/// A random duration given by its values.
pub static EMPIRICAL: Section = Section {
    what: "an empirical distribution",
    keys: &[
        key("empirical", Kind::Times, Required, "The values, one of which is taken at random."),
        key("source", Kind::Text, Default(""), "Where the values came from."),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_described_by_a_sentence() {
        let all = [
            &FILE, &SCENARIO, &RUN, &TRUNK, &QUEUE, &AGENTS, &CALL_TYPE, &IVR, &RECONNECT, &REDIAL,
            &GROUP, &SKILL, &SERIES_FILE, &EMPIRICAL, &ROUTING, &POLICIES, &RANDOM,
            &ACCUMULATING_PRIORITY, &GENERALISED_CMU, &FIXED_QUEUE_RATIO, &RESERVE, &RESERVE_PAIR,
            &WEIGHTS, &WEIGHT_PAIR, &SCRIPT, &REGRESSION, &EXPECT, &SHIFTS,
            &SHIFT_TYPE, &BREAK, &CONTRACT, &PREMIUM, &BLOCK, &KEEP, &RULES_FILE, &WEEK,
            &STRESS, &LOAD, &CHANGE, &PROFILE_FILE,
        ];
        for section in all {
            for key in section.keys {
                assert!(key.about.ends_with('.'), "{}", key.name);
                let same = section.keys.iter().filter(|k| k.name == key.name);
                assert_eq!(same.count(), 1, "{}", key.name);
            }
        }
    }
}
