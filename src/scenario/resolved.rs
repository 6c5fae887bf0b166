//! A scenario written out with every default filled in: as TOML for people, as JSON in results. Both say the same, and
//! the TOML reads back as the same scenario.

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::nodes::clock_text;
use super::schema::{self, Presence, Section};
use super::types::*;
use super::values::{format_duration, format_fraction, format_points, format_rate};

impl Scenario {
    /// The scenario as a file would say it, without its files: series stand in line.
    pub fn to_json(&self) -> Value {
        let steady = matches!(self.run.mode, Mode::Steady { .. });
        let mut scenario = Map::new();
        let idle = self.idle_in_steady();
        let shown = |key: &str| !steady || idle.contains(&key);
        let interval = format_duration(Duration::from_secs(u64::from(self.interval_min) * 60));
        let closing = match self.closing {
            Closing::Drain => "drain",
            Closing::Cut => "cut",
        };
        scenario.insert("name".into(), json!(self.name));
        if shown("open") {
            scenario.insert("open".into(), json!(self.hours()));
        }
        scenario.insert("interval".into(), json!(interval));
        if shown("closing") {
            scenario.insert("closing".into(), json!(closing));
        }
        if shown("busyness_cv") {
            scenario.insert("busyness_cv".into(), number(self.busyness_cv));
        }
        let mut document = Map::new();
        document.insert("scenario".into(), Value::Object(scenario));
        document.insert("run".into(), run(&self.run, shown));
        let mut part = |name: &str, parts: Vec<Value>| {
            if !parts.is_empty() {
                document.insert(name.into(), Value::Array(parts));
            }
        };
        part("trunks", self.trunks.iter().map(trunk).collect());
        part("queues", self.queues.iter().map(queue).collect());
        let types = self.call_types.iter();
        part("call_types", types.map(|c| call_type(c, steady)).collect());
        part("groups", self.groups.iter().map(group).collect());
        document.insert("routing".into(), json!({ "policy": policy(&self.routing) }));
        if let Some(shifts) = &self.shifts {
            document.insert("shifts".into(), shifts.to_json());
        }
        if let Some(stress) = &self.stress {
            document.insert("stress".into(), stress.to_json(self.open_min));
        }
        Value::Object(document)
    }

    /// Keys that have no effect in a steady run and yet are not as by default. They are kept, so that a scenario that is
    /// written out is remarked on like the one that it came from.
    pub(super) fn idle_in_steady(&self) -> Vec<&'static str> {
        let run = &self.run;
        let own = |section: &Section, key: &str, value: &str| {
            let key = section.key(key).map(|key| key.presence);
            !matches!(key, Some(Presence::Default(text)) if text == value)
        };
        let number = |key: &str, n: u32| own(&schema::RUN, key, &n.to_string());
        let keys = [
            ("replications", number("replications", run.replications)),
            ("until_precise", run.until_precise.is_some()),
            (
                "max_replications",
                number("max_replications", run.max_replications),
            ),
            ("open", own(&schema::SCENARIO, "open", &self.hours())),
            ("closing", self.closing != Closing::Drain),
            ("busyness_cv", self.busyness_cv != 0.0),
        ];
        let idle = keys.into_iter().filter(|(_, own)| *own);
        idle.map(|(key, _)| key).collect()
    }

    fn hours(&self) -> String {
        let (open, close) = (clock_text(self.open_min), clock_text(self.close_min));
        format!("{open}-{close}")
    }

    /// The scenario as a file that a person reads, with every default filled in.
    pub fn to_toml(&self) -> String {
        file(&self.to_json())
    }

    /// Fingerprint of the scenario: SHA-256 of its compact JSON, in hexadecimal.
    pub fn sha256(&self) -> String {
        let digest = Sha256::digest(self.to_json().to_string().as_bytes());
        digest.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

/// The file that says what the JSON says.
pub(super) fn file(document: &Value) -> String {
    let mut out = String::new();
    for (name, part) in document.as_object().into_iter().flatten() {
        let name = toml_edit::Key::new(name.as_str());
        let (tables, header) = match part {
            Value::Array(parts) => (parts.as_slice(), format!("[[{name}]]")),
            one => (std::slice::from_ref(one), format!("[{name}]")),
        };
        for table in tables {
            if !out.is_empty() {
                out.push('\n');
            }
            // Writing to a string does not fail.
            let _ = writeln!(out, "{header}");
            for (key, value) in table.as_object().into_iter().flatten() {
                let key = toml_edit::Key::new(key.as_str()).to_string();
                let _ = writeln!(out, "{key} = {}", toml(value, key.len() + 3));
            }
        }
    }
    out
}

/// A number, whole ones without a point.
fn number(x: f64) -> Value {
    // 2^53: below, every whole number is exact.
    match x.fract() == 0.0 && x.abs() < 9_007_199_254_740_992.0 {
        true => json!(x as i64),
        false => json!(x),
    }
}

/// One value if all are equal.
fn series(values: &[f64], item: impl Fn(f64) -> Value) -> Value {
    match values.split_first() {
        Some((first, rest)) if rest.iter().all(|value| value == first) => item(*first),
        _ => values.iter().map(|value| item(*value)).collect(),
    }
}

fn fraction(x: f64) -> Value {
    json!(format_fraction(x))
}

/// A fraction alone is a percentage; in a list plain numbers are easier on the eye.
fn fractions(values: &[f64]) -> Value {
    match values {
        [only] => fraction(*only),
        _ => values.iter().map(|x| number(*x)).collect(),
    }
}

fn duration(duration: Duration) -> Value {
    json!(format_duration(duration))
}

fn random(distribution: &Distribution) -> Value {
    match distribution {
        Distribution::Empirical { values_s, source } => json!({
            "empirical": values_s.iter().map(|x| number(*x)).collect::<Value>(),
            "source": source,
        }),
        other => json!(other.to_string()),
    }
}

/// A table from its entries; those without a value are left out.
fn table<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    let entries = entries.into_iter();
    Value::Object(
        entries
            .filter_map(|(key, value)| Some((key.to_owned(), value?)))
            .collect(),
    )
}

fn run(run: &RunSettings, shown: impl Fn(&str) -> bool) -> Value {
    let day = run.mode == Mode::Day;
    let (mode, warm_up, length) = match run.mode {
        Mode::Day => ("day", None, None),
        Mode::Steady { warm_up, length } => {
            ("steady", Some(duration(warm_up)), Some(duration(length)))
        }
    };
    // The two exclude each other.
    let replications = shown("replications") && !(day && run.until_precise.is_some());
    // TOML has no whole numbers beyond 63 bits.
    let seed = match i64::try_from(run.seed) {
        Ok(seed) => json!(seed),
        Err(_) => json!(run.seed.to_string()),
    };
    table([
        ("mode", Some(json!(mode))),
        (
            "replications",
            replications.then(|| json!(run.replications)),
        ),
        (
            "until_precise",
            run.until_precise.map(|x| json!(format_points(x))),
        ),
        (
            "max_replications",
            shown("max_replications").then(|| json!(run.max_replications)),
        ),
        ("warm_up", warm_up),
        ("length", length),
        ("seed", Some(seed)),
        ("confidence", Some(number(run.confidence))),
    ])
}

fn trunk(trunk: &Trunk) -> Value {
    table([
        ("name", Some(json!(trunk.name))),
        ("lines", Some(json!(trunk.lines))),
        ("max_blocking", trunk.max_blocking.map(fraction)),
        ("cost_per_line_hour", trunk.cost_per_line_hour.map(number)),
    ])
}

/// Who serves a queue.
pub(super) fn tiers(tiers: &[Tier]) -> Value {
    let tiers = tiers.iter().map(|tier| {
        let groups = match tier.groups.as_slice() {
            [only] => json!(only),
            several => json!(several),
        };
        match tier.after.is_zero() {
            true => groups,
            false => json!({ "group": groups, "after": format_duration(tier.after) }),
        }
    });
    tiers.collect()
}

fn queue(queue: &Queue) -> Value {
    let agents = (!queue.tiers.is_empty()).then(|| tiers(&queue.tiers));
    table([
        ("name", Some(json!(queue.name))),
        ("target", Some(json!(queue.target.to_string()))),
        ("service_level", Some(json!(queue.formula.name()))),
        ("short_abandon", Some(duration(queue.short_abandon))),
        ("max_abandonment", queue.max_abandonment.map(fraction)),
        ("max_asa", queue.max_asa.map(duration)),
        ("priority", Some(json!(queue.priority))),
        ("limit", queue.limit.map(|n| json!(n))),
        ("agents", agents),
    ])
}

/// The key of a demand and its value.
pub(super) fn demand(demand: &Demand) -> (&'static str, Value) {
    match demand {
        Demand::Volume(values) => ("volume", series(values, number)),
        Demand::RatePerHour(values) => ("rate", series(values, |x| json!(format_rate(x)))),
    }
}

fn call_type(call_type: &CallType, steady: bool) -> Value {
    let (volume, rate) = match demand(&call_type.demand) {
        ("volume", values) => (Some(values), None),
        (_, values) => (None, Some(values)),
    };
    let volume_is = match call_type.volume_is {
        VolumeIs::FirstAttempts => "first_attempts",
        VolumeIs::AllAttempts => "all_attempts",
    };
    let busyness = !steady || call_type.busyness_cv != 0.0;
    let ivr = call_type.ivr.as_ref().map(|ivr| {
        table([
            ("time", Some(random(&ivr.time))),
            ("contained", Some(fraction(ivr.contained))),
            ("abandoned", Some(fraction(ivr.abandoned))),
        ])
    });
    let reconnect = call_type.reconnect.as_ref().map(|reconnect| {
        table([
            ("probability", Some(fraction(reconnect.probability))),
            ("delay", Some(random(&reconnect.delay))),
        ])
    });
    let redial = call_type.redial.as_ref().map(|redial| {
        table([
            ("abandoned", Some(fractions(&redial.abandoned))),
            ("blocked", Some(fractions(&redial.blocked))),
            ("delay", Some(random(&redial.delay))),
            ("max_attempts", redial.max_attempts.map(|n| json!(n))),
        ])
    });
    table([
        ("name", Some(json!(call_type.name))),
        ("queue", Some(json!(call_type.queue))),
        ("trunk", call_type.trunk.as_ref().map(|name| json!(name))),
        ("volume", volume),
        ("rate", rate),
        ("volume_is", Some(json!(volume_is))),
        (
            "busyness_cv",
            busyness.then(|| number(call_type.busyness_cv)),
        ),
        ("ivr", ivr),
        ("patience", Some(random(&call_type.patience))),
        ("balk", Some(fraction(call_type.balk))),
        ("talk", Some(random(&call_type.talk))),
        ("wrap_up", Some(random(&call_type.wrap_up))),
        ("talk_factor", Some(series(&call_type.talk_factor, number))),
        ("resolution", Some(fraction(call_type.resolution))),
        ("reconnect", reconnect),
        ("redial", redial),
        ("cost_per_attempt", call_type.cost_per_attempt.map(number)),
        (
            "cost_per_lost_caller",
            call_type.cost_per_lost_caller.map(number),
        ),
    ])
}

fn group(group: &Group) -> Value {
    let plain = |skill: &Skill| skill.factor == 1.0 && skill.priority.is_none();
    let skills = if group.skills.iter().all(plain) {
        group
            .skills
            .iter()
            .map(|skill| json!(skill.queue))
            .collect()
    } else {
        let entries = group.skills.iter().map(|skill| {
            let value = match skill.priority {
                None => number(skill.factor),
                Some(priority) => json!({ "factor": number(skill.factor), "priority": priority }),
            };
            (skill.queue.clone(), value)
        });
        Value::Object(entries.collect())
    };
    let staff: Vec<f64> = group.staff.iter().map(|n| f64::from(*n)).collect();
    let shrinkage = match series(&group.shrinkage, number) {
        Value::Array(list) => Value::Array(list),
        _ => fraction(group.shrinkage.first().copied().unwrap_or(0.0)),
    };
    table([
        ("name", Some(json!(group.name))),
        ("skills", Some(skills)),
        ("staff", Some(series(&staff, number))),
        ("cost_per_hour", group.cost_per_hour.map(number)),
        ("shrinkage", Some(shrinkage)),
        ("max_occupancy", group.max_occupancy.map(fraction)),
    ])
}

pub(super) fn policy(rules: &[Rule]) -> Value {
    let one = |rule: &Rule| match rule.parameters.is_empty() {
        true => json!(rule.policy),
        false => json!({ &rule.policy: rule.parameters }),
    };
    match rules {
        [] => json!(schema::PREFERENCE),
        [only] => one(only),
        several => several.iter().map(one).collect(),
    }
}

/// Lists are broken into lines beyond this width.
const WIDTH: usize = 100;

/// A value in TOML that starts at column `at`.
pub(super) fn toml(value: &Value, at: usize) -> String {
    match value {
        Value::String(text) => toml_edit::Value::from(text.as_str()).to_string(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| toml(item, 0)).collect();
            list(&items, at)
        }
        Value::Object(table) => {
            let entries: Vec<String> = table
                .iter()
                .map(|(key, value)| {
                    let key = toml_edit::Key::new(key.as_str()).to_string();
                    format!("{key} = {}", toml(value, 0))
                })
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

fn list(items: &[String], at: usize) -> String {
    let line = format!("[{}]", items.join(", "));
    if at + line.chars().count() <= WIDTH {
        return line;
    }
    let mut out = String::from("[");
    let mut width = WIDTH;
    for item in items {
        let length = item.chars().count() + 2;
        if width + length > WIDTH {
            out.push_str("\n    ");
            width = 4;
        } else {
            out.push(' ');
        }
        width += length;
        out.push_str(item);
        out.push(',');
    }
    out.push_str("\n]");
    out
}
