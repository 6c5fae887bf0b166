//! Random scenarios for property tests: small days with every feature switched on and off.

use proptest::prelude::*;
use std::fmt::Write;

fn duration_distribution() -> impl Strategy<Value = String> {
    prop_oneof![
        (1u32..400).prop_map(|m| format!("exp({m}s)")),
        (0u32..300).prop_map(|m| format!("fixed({m}s)")),
        (10u32..300, 0u32..400).prop_map(|(m, sd)| format!("lognormal({m}s, sd {sd}s)")),
        (10u32..300, 1u32..300).prop_map(|(m, sd)| format!("gamma({m}s, sd {sd}s)")),
        (10u32..300, 1u32..5).prop_map(|(m, k)| format!("erlang({m}s, k {k})")),
        (0u32..50, 50u32..300).prop_map(|(a, b)| format!("uniform({a}s, {b}s)")),
        (1u32..60, 60u32..600).prop_map(|(a, b)| format!("hyperexp(0.25: {a}s, 0.75: {b}s)")),
        (5u32..25, 10u32..300)
            .prop_map(|(k, s)| format!("weibull(shape {}, scale {s}s)", f64::from(k) / 10.0)),
    ]
}

#[derive(Debug, Clone)]
struct Type {
    queue: usize,
    trunk: Option<usize>,
    volumes: Vec<u32>,
    talk: String,
    wrap_up: Option<String>,
    patience: Option<String>,
    balk: f64,
    ivr: Option<(String, f64, f64)>,
    resolution: f64,
    redial: Option<(f64, f64, u32, Option<u32>)>,
    reconnect: Option<(f64, u32)>,
}

const INTERVALS: usize = 4;

fn call_type(queues: usize, trunks: usize) -> impl Strategy<Value = Type> {
    let fraction = prop_oneof![Just(0.0), Just(1.0), 0.0..1.0f64];
    (
        (
            0..queues,
            prop::option::of(0..trunks.max(1)),
            prop::collection::vec(0u32..60, INTERVALS),
            duration_distribution(),
            prop::option::of(duration_distribution()),
        ),
        (
            prop::option::weighted(0.8, duration_distribution()),
            prop_oneof![3 => Just(0.0), 1 => 0.0..0.5f64],
            prop::option::weighted(0.4, (duration_distribution(), 0.0..0.4f64, 0.0..0.4f64)),
            prop_oneof![Just(1.0), 0.0..1.0f64],
            prop::option::of((
                fraction.clone(),
                fraction.clone(),
                1u32..900,
                prop::option::of(1u32..4),
            )),
            prop::option::of((fraction, 1u32..3600)),
        ),
    )
        .prop_map(
            move |(
                (queue, trunk, volumes, talk, wrap_up),
                (patience, balk, ivr, resolution, redial, reconnect),
            )| Type {
                queue,
                trunk: trunk.filter(|_| trunks > 0),
                volumes,
                talk,
                wrap_up,
                patience,
                balk,
                ivr,
                resolution,
                redial,
                reconnect,
            },
        )
}

#[derive(Debug, Clone)]
struct Group {
    skills: Vec<bool>,
    staff: Vec<u32>,
    factor: f64,
    own_priority: bool,
}

fn group(queues: usize) -> impl Strategy<Value = Group> {
    (
        prop::collection::vec(prop::bool::weighted(0.7), queues),
        prop::collection::vec(0u32..9, INTERVALS),
        0.5..1.5f64,
        any::<bool>(),
    )
        .prop_map(|(mut skills, staff, factor, own_priority)| {
            if !skills.contains(&true) {
                skills[0] = true;
            }
            Group {
                skills,
                staff,
                factor,
                own_priority,
            }
        })
}

#[derive(Debug, Clone)]
struct Queue {
    priority: u32,
    limit: Option<u32>,
    /// Delay in seconds of each group's tier; `None` is the default tier of all groups.
    tiers: Option<Vec<u32>>,
}

fn queue(groups: usize) -> impl Strategy<Value = Queue> {
    (
        1u32..4,
        prop::option::weighted(0.4, 0u32..6),
        prop::option::of(prop::collection::vec(
            prop_oneof![2 => Just(0u32), 1 => 1u32..120],
            groups,
        )),
    )
        .prop_map(|(priority, limit, tiers)| Queue {
            priority,
            limit,
            tiers,
        })
}

/// The text of a random scenario, simulated for a few days.
pub fn scenario() -> impl Strategy<Value = String> {
    (1usize..4, 1usize..4, 1usize..4, 0usize..3)
        .prop_flat_map(|(types, queues, groups, trunks)| {
            (
                prop::collection::vec(call_type(queues, trunks), types),
                prop::collection::vec(queue(groups), queues),
                prop::collection::vec(group(queues), groups),
                prop::collection::vec(0u32..30, trunks),
                any::<bool>(),
                prop_oneof![Just(0.0), 0.0..1.0f64],
                any::<u32>(),
            )
        })
        .prop_map(|(types, queues, groups, trunks, cut, busyness, seed)| {
            let mut text = format!(
                "[scenario]\nname = \"random\"\nopen = \"08:00-10:00\"\ninterval = \"30m\"\nclosing = \"{}\"\n\
                 busyness_cv = {busyness}\n[run]\nreplications = 5\nseed = {seed}\n",
                if cut { "cut" } else { "drain" }
            );
            for (i, lines) in trunks.iter().enumerate() {
                let _ = write!(text, "[[trunks]]\nname = \"t{i}\"\nlines = {lines}\n");
            }
            for (i, queue) in queues.iter().enumerate() {
                let _ = write!(
                    text,
                    "[[queues]]\nname = \"q{i}\"\npriority = {}\nshort_abandon = \"7s\"\n",
                    queue.priority
                );
                if let Some(limit) = queue.limit {
                    let _ = writeln!(text, "limit = {limit}");
                }
                if let Some(tiers) = &queue.tiers {
                    let entries: Vec<String> = tiers
                        .iter()
                        .enumerate()
                        .filter(|&(g, _)| groups[g].skills[i])
                        .map(|(g, after)| format!("{{ group = \"g{g}\", after = \"{after}s\" }}"))
                        .collect();
                    if !entries.is_empty() {
                        let _ = writeln!(text, "agents = [{}]", entries.join(", "));
                    }
                }
            }
            for (i, t) in types.iter().enumerate() {
                let _ = write!(
                    text,
                    "[[call_types]]\nname = \"c{i}\"\nqueue = \"q{}\"\nvolume = {:?}\ntalk = \"{}\"\nbalk = {}\n\
                     resolution = {}\n",
                    t.queue, t.volumes, t.talk, t.balk, t.resolution
                );
                if let Some(trunk) = t.trunk {
                    let _ = writeln!(text, "trunk = \"t{trunk}\"");
                }
                if let Some(wrap_up) = &t.wrap_up {
                    let _ = writeln!(text, "wrap_up = \"{wrap_up}\"");
                }
                if let Some(patience) = &t.patience {
                    let _ = writeln!(text, "patience = \"{patience}\"");
                }
                if let Some((time, contained, abandoned)) = &t.ivr {
                    let _ = writeln!(
                        text,
                        "ivr = {{ time = \"{time}\", contained = {contained}, abandoned = {abandoned} }}"
                    );
                }
                if let Some((abandoned, blocked, delay, most)) = t.redial {
                    let most = most.map_or(String::new(), |n| format!(", max_attempts = {n}"));
                    let _ = writeln!(
                        text,
                        "redial = {{ abandoned = {abandoned}, blocked = [{blocked}, 0.5], delay = \"exp({delay}s)\"{most} }}"
                    );
                }
                if let Some((probability, delay)) = t.reconnect {
                    let _ = writeln!(
                        text,
                        "reconnect = {{ probability = {probability}, delay = \"exp({delay}s)\" }}"
                    );
                }
            }
            for (i, group) in groups.iter().enumerate() {
                let skills: Vec<String> = (0..queues.len())
                    .filter(|&q| group.skills[q])
                    .map(|q| {
                        let own = if group.own_priority {
                            format!(", priority = {}", 1 + (q + i) % 3)
                        } else {
                            String::new()
                        };
                        format!("q{q} = {{ factor = {}{own} }}", group.factor)
                    })
                    .collect();
                let _ = write!(
                    text,
                    "[[groups]]\nname = \"g{i}\"\nskills = {{ {} }}\nstaff = {:?}\n",
                    skills.join(", "),
                    group.staff
                );
            }
            text
        })
}
