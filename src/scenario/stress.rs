//! A load test: what becomes of the volume in the course of the day, what fails, and what is done about it.

use std::time::Duration;

use serde_json::{Map, Value, json};

pub use super::expectation::{Expectation, MOST_EXPECTATIONS, Of, Quantity};
use super::nodes::clock_text;
use super::resolved::{policy, tiers};
use super::types::{Rule, Tier};
use super::values::{format_duration, format_fraction};

/// Largest volume of a stage, as a multiple of today's.
pub const MOST_VOLUME: f64 = 100.0;

/// Most stages of a profile.
pub const MOST_STAGES: usize = 1_000;

/// Most faults, and most actions, of a profile.
pub const MOST_CHANGES: usize = 100;

/// What happens to a day: `[stress]`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Profile {
    /// What it is called.
    pub name: Option<String>,
    /// The volume of every call type that has no load of its own.
    pub stages: Vec<Stage>,
    /// The volume of some call types.
    pub loads: Vec<Load>,
    /// What fails.
    pub faults: Vec<Change>,
    /// What is done about it.
    pub actions: Vec<Change>,
    /// What is expected of it.
    pub expect: Vec<Expectation>,
}

/// A stage of a profile: in so much time the volume changes, evenly, from that of the stage before to this. The first one
/// starts at 100 %; after the last one the volume stays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stage {
    /// How long it takes; in no time it is a step.
    pub duration: Duration,
    /// Volume at its end, as a multiple of the scenario's at the same time.
    pub volume: f64,
}

/// What becomes of the volume of some call types.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// Their names.
    pub call_types: Vec<String>,
    /// Their volume.
    pub volume: Volume,
}

/// A volume in the course of the day.
#[derive(Debug, Clone, PartialEq)]
pub enum Volume {
    /// As a multiple of the scenario's.
    Stages(Vec<Stage>),
    /// First attempts by interval, in place of the scenario's.
    Recorded(Vec<f64>),
}

/// A change for a while.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// From when on, in minutes after opening.
    pub from_min: u32,
    /// Until when, in minutes after opening; none is closing.
    pub until_min: Option<u32>,
    /// What is changed.
    pub effect: Effect,
}

/// What a change does. Lists of names are never empty.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A share of the agents of groups is not there; who is on a call finishes first. The number away is rounded up.
    Absent {
        /// Groups.
        groups: Vec<String>,
        /// Of their agents.
        share: f64,
    },
    /// The agents of groups are gone at once, and the calls that they talk on are cut.
    SiteLost {
        /// Groups.
        groups: Vec<String>,
    },
    /// Lines are out of order; those in use end with their call.
    LinesLost {
        /// Trunk groups.
        trunks: Vec<String>,
        /// How many.
        lost: Lost,
    },
    /// The IVR does not work.
    IvrDown {
        /// Call types that have one.
        call_types: Vec<String>,
        /// Callers hear the busy tone; else they go straight to the queue.
        busy: bool,
    },
    /// The IVR meets the need of another share of those in it.
    Containment {
        /// Call types that have an IVR.
        call_types: Vec<String>,
        /// That share.
        contained: f64,
    },
    /// Talk and wrap-up take so many times as long.
    Talk {
        /// Call types.
        call_types: Vec<String>,
        /// The factor.
        factor: f64,
    },
    /// Another routing policy.
    Policy(Vec<Rule>),
    /// Other agents serve a queue.
    Agents {
        /// Name of the queue.
        queue: String,
        /// In order of preference.
        tiers: Vec<Tier>,
    },
    /// More agents in each of some groups.
    MoreAgents {
        /// Groups.
        groups: Vec<String>,
        /// How many more in each.
        more: u32,
    },
    /// More lines in each of some trunk groups.
    MoreLines {
        /// Trunk groups.
        trunks: Vec<String>,
        /// How many more in each.
        more: u32,
    },
}

/// How many lines are lost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lost {
    /// A share of them, rounded up.
    Share(f64),
    /// A number of them.
    Lines(u32),
}

impl Change {
    /// Whether it lasts no time.
    pub fn is_nothing(&self) -> bool {
        self.until_min.is_some_and(|until| until <= self.from_min)
    }
}

impl Effect {
    /// The word for it in the file.
    pub fn kind(&self) -> &'static str {
        match self {
            Effect::Absent { .. } => "absent",
            Effect::SiteLost { .. } => "site_lost",
            Effect::LinesLost { .. } => "lines_lost",
            Effect::IvrDown { .. } => "ivr_down",
            Effect::Containment { .. } => "containment",
            Effect::Talk { .. } => "talk",
            Effect::Policy(_) | Effect::Agents { .. } => "routing",
            Effect::MoreAgents { .. } => "agents",
            Effect::MoreLines { .. } => "lines",
        }
    }

    /// What two changes at the same time must not both say something of.
    pub(super) fn touches(&self) -> Vec<(&'static str, &str)> {
        fn each<'n>(what: &'static str, names: &'n [String]) -> Vec<(&'static str, &'n str)> {
            names.iter().map(|name| (what, name.as_str())).collect()
        }
        match self {
            Effect::Absent { groups, .. } | Effect::SiteLost { groups } => each("group", groups),
            Effect::LinesLost { trunks, .. } => each("trunk group", trunks),
            Effect::IvrDown { call_types, .. } | Effect::Containment { call_types, .. } => {
                each("IVR of the call type", call_types)
            }
            Effect::Talk { call_types, .. } => each("talk of the call type", call_types),
            Effect::Policy(_) => vec![("routing policy", "")],
            Effect::Agents { queue, .. } => vec![("agents of the queue", queue)],
            Effect::MoreAgents { groups, .. } => each("additional agents of the group", groups),
            Effect::MoreLines { trunks, .. } => each("additional lines of the trunk group", trunks),
        }
    }
}

impl Profile {
    /// Whether nothing happens, whatever is expected.
    pub fn is_empty(&self) -> bool {
        let Self {
            name: _,
            stages,
            loads,
            faults,
            actions,
            expect: _,
        } = self;
        stages.is_empty() && loads.is_empty() && faults.is_empty() && actions.is_empty()
    }

    /// The profile as a file would say it.
    pub(super) fn to_json(&self, open_min: u32) -> Value {
        let mut table = Map::new();
        let mut set = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                table.insert(key.into(), value);
            }
        };
        set("name", self.name.as_ref().map(|name| json!(name)));
        set("stages", written(&self.stages));
        let mut list = |key: &str, entries: Vec<Value>| {
            set(key, (!entries.is_empty()).then_some(Value::Array(entries)));
        };
        list("loads", self.loads.iter().map(load).collect());
        let change = |of: &Change| change(of, open_min);
        list("faults", self.faults.iter().map(change).collect());
        list("actions", self.actions.iter().map(change).collect());
        let expect = self.expect.iter();
        list("expect", expect.map(|of| json!(of.text)).collect());
        Value::Object(table)
    }
}

/// Stages as a file says them; none where there are none.
fn written(stages: &[Stage]) -> Option<Value> {
    let one = |stage: &Stage| {
        format!(
            "{}:{}",
            format_duration(stage.duration),
            format_fraction(stage.volume)
        )
    };
    let all: Vec<String> = stages.iter().map(one).collect();
    (!all.is_empty()).then(|| json!(all.join(", ")))
}

fn load(of: &Load) -> Value {
    match &of.volume {
        Volume::Stages(stages) => json!({ "call_types": of.call_types, "stages": written(stages) }),
        Volume::Recorded(volumes) => json!({ "call_types": of.call_types, "volume": volumes }),
    }
}

fn change(of: &Change, open_min: u32) -> Value {
    let mut table = Map::new();
    table.insert("kind".into(), json!(of.effect.kind()));
    table.insert("at".into(), json!(clock_text(open_min + of.from_min)));
    if let Some(until) = of.until_min {
        let time = Duration::from_secs(60 * u64::from(until.saturating_sub(of.from_min)));
        table.insert("for".into(), json!(format_duration(time)));
    }
    let effect = match &of.effect {
        Effect::Absent { groups, share } => {
            json!({ "groups": groups, "share": format_fraction(*share) })
        }
        Effect::SiteLost { groups } => json!({ "groups": groups }),
        Effect::LinesLost { trunks, lost } => match lost {
            Lost::Share(share) => json!({ "trunks": trunks, "share": format_fraction(*share) }),
            Lost::Lines(lines) => json!({ "trunks": trunks, "lines": lines }),
        },
        Effect::IvrDown { call_types, busy } => {
            json!({ "call_types": call_types, "mode": MODES[usize::from(*busy)] })
        }
        Effect::Containment {
            call_types,
            contained,
        } => json!({ "call_types": call_types, "contained": format_fraction(*contained) }),
        Effect::Talk { call_types, factor } => {
            json!({ "call_types": call_types, "factor": factor })
        }
        Effect::Policy(rules) => json!({ "policy": policy(rules) }),
        Effect::Agents { queue, tiers: of } => json!({ "queue": queue, "agents": tiers(of) }),
        Effect::MoreAgents { groups, more } => json!({ "groups": groups, "more": more }),
        Effect::MoreLines { trunks, more } => json!({ "trunks": trunks, "more": more }),
    };
    if let Value::Object(effect) = effect {
        table.extend(effect);
    }
    Value::Object(table)
}

/// What callers meet where the IVR is down: the queue, or the busy tone.
pub(super) const MODES: [&str; 2] = ["skipped", "busy"];
