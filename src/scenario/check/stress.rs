//! Profiles of a load test.

use std::collections::HashSet;

use super::whole::MOST_ATTEMPTS;
use super::{Known, Names, known};
use crate::scenario::fields::{Checker, Fields, Grid};
use crate::scenario::nodes::{self, Read, clock, clock_text, other};
use crate::scenario::schema::{self, CHANGES, MOST_AGENTS};
use crate::scenario::stress::*;
use crate::scenario::tree::Node;
use crate::scenario::types::{Group, Scenario};
use crate::scenario::values::{ValueError, format_duration, parse_duration, parse_share};
use crate::scenario::words::{listed, quoted};

/// How stages are written, for messages.
const STAGES: &str = "stages of a volume";
const EXPECT_HELP: &str =
    "write for example expect = [\"recovery < 45m\", \"breaking_point >= 130%\"]";
const STAGES_HELP: &str =
    "write for example \"30m:100%, 2h:150%, 0s:300%, 1h:100%\": in so much time to so much volume";

/// What a profile may refer to.
struct Parts<'t> {
    names: Names<'t>,
    call_types: Known<'t>,
    with_ivr: Known<'t>,
    groups: &'t [Group],
}

impl<'t> Parts<'t> {
    fn of(scenario: &'t Scenario) -> Self {
        let mut names = Names {
            trunks: known(scenario.trunks.iter().map(|t| t.name.as_str())),
            queues: known(scenario.queues.iter().map(|q| q.name.as_str())),
            groups: known(scenario.groups.iter().map(|g| g.name.as_str())),
            ..Names::default()
        };
        for group in &scenario.groups {
            for skill in &group.skills {
                let servers = names.servers.entry(skill.queue.clone()).or_default();
                servers.push(group.name.clone());
            }
            names.skilled.insert(group.name.clone());
        }
        let types = || scenario.call_types.iter();
        Self {
            names,
            call_types: known(types().map(|t| t.name.as_str())),
            groups: &scenario.groups,
            with_ivr: known(types().filter(|t| t.ivr.is_some()).map(|t| t.name.as_str())),
        }
    }
}

impl Checker<'_> {
    /// `[stress]` for a scenario.
    pub(in crate::scenario) fn stress(
        &mut self,
        node: &Node,
        scenario: &Scenario,
    ) -> Option<Profile> {
        let f = self.open(node, &schema::STRESS)?;
        let day = Grid {
            open: scenario.open_min,
            close: scenario.close_min,
            interval: scenario.interval_min,
        };
        self.grid = Some(day);
        let parts = Parts::of(scenario);
        let name = f.has("name").then(|| self.name(&f));
        let stages = match f.has("stages") {
            true => self.stages(&f, day),
            false => Some(Vec::new()),
        };
        let mut loaded: HashSet<String> = HashSet::new();
        let mut recorded = 0.0;
        let loads = self.entries(&f, "loads", &schema::LOAD, |c, f| {
            let load = c.load(f, day, &parts.call_types)?;
            for name in &load.call_types {
                if !loaded.insert(name.clone()) {
                    c.find(
                        f.span_of("call_types"),
                        format!("the call type {} has two loads", quoted(name)),
                        "an earlier entry of `loads` names it too",
                        "name each call type in one of them",
                    );
                }
            }
            if let Volume::Recorded(volumes) = &load.volume {
                let before = recorded;
                recorded += volumes.iter().sum::<f64>() * load.call_types.len() as f64;
                if before <= MOST_ATTEMPTS && recorded > MOST_ATTEMPTS {
                    c.find(
                        f.span_of("volume"),
                        "the load test has too many calls",
                        format!(
                            "{recorded:.3e} expected first attempts in one day, at most 1e8 are allowed"
                        ),
                        "lower `volume`",
                    );
                }
            }
            Some(load)
        });
        let mut before: Vec<Change> = Vec::new();
        let mut changes = |c: &mut Self, list: &str| {
            c.few_changes(node, list)?;
            c.entries(&f, list, &schema::CHANGE, |c, f| {
                let change = c.change(f, day, &parts)?;
                c.apart(f, &change, &before);
                before.push(change.clone());
                Some(change)
            })
        };
        let (faults, actions) = (changes(self, "faults"), changes(self, "actions"));
        let expect = match f.has("expect") {
            true => self.nested(&f, "expect", |c, _, node| c.expectations(node)),
            false => Some(Vec::new()),
        };
        let profile = Profile {
            name: name.flatten(),
            stages: stages?,
            loads: loads?,
            faults: faults?,
            actions: actions?,
            expect: expect?,
        };
        // The breaking point is one of any day.
        let of_the_day = |expected: &Expectation| expected.of == Of::Day;
        let nothing = profile.expect.is_empty() || profile.expect.iter().any(of_the_day);
        if profile.is_empty() && nothing {
            self.find(
                node.span,
                "nothing happens in this load test",
                "it has no `stages`, `loads`, `faults` or `actions`",
                STAGES_HELP,
            );
        }
        Some(profile)
    }

    /// A list of texts.
    fn expectations(&mut self, node: &Node) -> Option<Vec<Expectation>> {
        let Some(list) = node.as_list() else {
            self.find(
                node.span,
                "`expect` must be a list of expectations",
                format!("this is {}", node.describe()),
                EXPECT_HELP,
            );
            return None;
        };
        if list.len() > MOST_EXPECTATIONS {
            self.find(
                list[MOST_EXPECTATIONS].span,
                "too many expectations",
                format!(
                    "there are {}, at most {MOST_EXPECTATIONS} are allowed",
                    list.len()
                ),
                "",
            );
            return None;
        }
        let mut all: Vec<Expectation> = Vec::with_capacity(list.len());
        for node in list {
            let Some(text) = node.as_text() else {
                self.find(
                    node.span,
                    "an expectation must be a text",
                    format!("this is {}", node.describe()),
                    EXPECT_HELP,
                );
                continue;
            };
            match Expectation::parse(text) {
                Ok(expected) if all.iter().any(|other| other.says_the_same(&expected)) => self
                    .find(
                        node.span,
                        format!("{} is expected twice", quoted(&expected.text)),
                        "an earlier entry says the same",
                        "leave one of them out",
                    ),
                Ok(expected) => all.push(expected),
                Err(wrong) => {
                    let span = node.span.within(text, wrong.span);
                    self.find(span, wrong.message, wrong.label, wrong.help);
                }
            }
        }
        (all.len() == list.len()).then_some(all)
    }

    /// Each change makes another state of the whole scenario.
    fn few_changes(&mut self, node: &Node, list: &str) -> Option<()> {
        let Some(written) = node.as_table().and_then(|table| table.get(list)) else {
            return Some(());
        };
        let Some(all) = written.as_list() else {
            let expected = format!("a list of at most {MOST_CHANGES} tables");
            let fault = other(written, &expected, "write a list of tables");
            return self.settle(list, Err(fault));
        };
        if all.len() > MOST_CHANGES {
            self.find(
                all[MOST_CHANGES].span,
                format!("too many {list}"),
                format!(
                    "there are {}, at most {MOST_CHANGES} are allowed",
                    all.len()
                ),
                "",
            );
            return None;
        }
        Some(())
    }

    fn stages(&mut self, f: &Fields<'_>, day: Grid) -> Option<Vec<Stage>> {
        self.nested(f, "stages", |c, key, node| {
            let read = stages(node, day);
            c.settle(key.name, read)
        })
    }

    fn load(&mut self, f: &Fields<'_>, day: Grid, call_types: &Known<'_>) -> Option<Load> {
        let call_types = self.names_of(f, "call_types", "call type", call_types);
        let volume = match (f.has("stages"), f.has("volume")) {
            (true, false) => self.stages(f, day).map(Volume::Stages),
            (false, true) => self.series(f, "volume").map(Volume::Recorded),
            (both, _) => {
                let label = match both {
                    true => "both are written",
                    false => "neither is written",
                };
                self.find(
                    f.span_of("volume"),
                    "a load needs `stages` or `volume`",
                    label,
                    "`stages` are in per cent of the scenario's volume, `volume` is in first attempts by interval",
                );
                None
            }
        };
        Some(Load {
            call_types: call_types?,
            volume: volume?,
        })
    }

    fn change(&mut self, f: &Fields<'_>, day: Grid, parts: &Parts<'_>) -> Option<Change> {
        let kind = self.word(f, "kind")?;
        let (kind, own, _) = CHANGES[kind];
        self.only_own_keys(f, kind, own);
        let from = self.value(f, "at", |node| instant(node, day));
        let until = match f.has("for") {
            true => self.value(f, "for", super::shifts::minutes).map(Some),
            false => Some(None),
        };
        let effect = self.effect(f, kind, parts);
        let (from_min, lasts) = (from?, until?);
        let until_min = lasts.map(|lasts| from_min.saturating_add(lasts));
        if until_min.is_some_and(|until| until > day.close - day.open) {
            self.find(
                f.span_of("for"),
                "`for` must end by closing",
                format!("the day closes at {}", clock_text(day.close)),
                "leave it out for a change that lasts until closing",
            );
            return None;
        }
        Some(Change {
            from_min,
            until_min,
            effect: effect?,
        })
    }

    fn only_own_keys(&mut self, f: &Fields<'_>, kind: &str, own: &[&str]) {
        let keys = schema::CHANGE.keys.iter().map(|key| key.name);
        for key in keys.filter(|key| !["kind", "at", "for"].contains(key)) {
            if f.has(key) && !own.contains(&key) {
                self.find(
                    f.span_of(key),
                    format!("`{key}` is no key of a change of the kind \"{kind}\""),
                    "it would have no effect",
                    format!("its keys are {}", listed(own, "and")),
                );
            }
        }
    }

    fn effect(&mut self, f: &Fields<'_>, kind: &str, parts: &Parts<'_>) -> Option<Effect> {
        let names = &parts.names;
        Some(match kind {
            "absent" => {
                let share = self.value(f, "share", nodes::fraction);
                Effect::Absent {
                    groups: self.some_of(f, "groups", "group", &names.groups)?,
                    share: share.or((!f.has("share")).then_some(1.0))?,
                }
            }
            "site_lost" => Effect::SiteLost {
                groups: self.some_of(f, "groups", "group", &names.groups)?,
            },
            "lines_lost" => {
                let trunks = self.some_of(f, "trunks", "trunk group", &names.trunks);
                let lost = match (f.has("share"), f.has("lines")) {
                    (true, true) => {
                        self.find(
                            f.span_of("lines"),
                            "`share` and `lines` exclude each other",
                            "both are written",
                            "leave one of them out",
                        );
                        None
                    }
                    (true, false) => self.value(f, "share", nodes::fraction).map(Lost::Share),
                    (false, true) => self.whole_u32(f, "lines").map(Lost::Lines),
                    (false, false) => Some(Lost::Share(1.0)),
                };
                Effect::LinesLost {
                    trunks: trunks?,
                    lost: lost?,
                }
            }
            "ivr_down" => {
                let call_types = self.some_of(f, "call_types", IVR_TYPE, &parts.with_ivr);
                Effect::IvrDown {
                    busy: self.word(f, "mode")? == 1,
                    call_types: call_types?,
                }
            }
            "containment" => {
                let call_types = self.some_of(f, "call_types", IVR_TYPE, &parts.with_ivr);
                let contained = self.value(f, "contained", nodes::fraction);
                Effect::Containment {
                    call_types: call_types?,
                    contained: contained.or((!f.has("contained")).then_some(0.0))?,
                }
            }
            "talk" => {
                let call_types = self.some_of(f, "call_types", "call type", &parts.call_types);
                let factor = self.must(f, kind, "factor", |c| c.number(f, "factor"));
                Effect::Talk {
                    call_types: call_types?,
                    factor: factor?,
                }
            }
            "agents" => {
                let groups = self.some_of(f, "groups", "group", &names.groups);
                let more = self.must(f, kind, "more", |c| c.whole_u32(f, "more"));
                let (groups, more) = (groups?, more?);
                self.not_too_many(f, &groups, more, parts)?;
                Effect::MoreAgents { groups, more }
            }
            "lines" => {
                let trunks = self.some_of(f, "trunks", "trunk group", &names.trunks);
                let more = self.must(f, kind, "more", |c| c.whole_u32(f, "more"));
                Effect::MoreLines {
                    trunks: trunks?,
                    more: more?,
                }
            }
            _ => self.other_routing(f, names)?,
        })
    }

    fn not_too_many(
        &mut self,
        f: &Fields<'_>,
        groups: &[String],
        more: u32,
        parts: &Parts<'_>,
    ) -> Option<()> {
        let of = parts.groups.iter().filter(|g| groups.contains(&g.name));
        let most = of.flat_map(|g| &g.staff).max().copied().unwrap_or(0);
        let all = u64::from(most) + u64::from(more);
        if all > MOST_AGENTS {
            self.find(
                f.span_of("more"),
                "there would be too many agents",
                format!("{all} in a group, at most {MOST_AGENTS} are allowed"),
                "",
            );
            return None;
        }
        Some(())
    }

    /// `policy`, or `queue` with its `agents`.
    fn other_routing(&mut self, f: &Fields<'_>, names: &Names<'_>) -> Option<Effect> {
        match (f.has("policy"), f.has("queue") || f.has("agents")) {
            (true, false) => self
                .nested(f, "policy", |c, key, node| c.rules(key, node, names))
                .map(Effect::Policy),
            (false, true) => {
                let queue = self.must(f, "routing", "queue", |c| {
                    c.named(f, "queue", "queue", &names.queues)
                });
                let queue = queue?;
                let servers = names.servers.get(&queue).map_or(&[][..], Vec::as_slice);
                // Who is left out is so on purpose here.
                let warnings = self.warnings.len();
                let tiers = self.must(f, "routing", "agents", |c| {
                    c.nested(f, "agents", |c, key, node| {
                        c.tiers(key, node, &queue, servers, names)
                    })
                });
                self.warnings.truncate(warnings);
                Some(Effect::Agents {
                    tiers: tiers?,
                    queue,
                })
            }
            (both, _) => {
                let label = match both {
                    true => "both are written",
                    false => "neither is written",
                };
                self.find(
                    f.span_of("policy"),
                    "a change of routing needs `policy`, or `queue` with `agents`",
                    label,
                    "write for example policy = \"longest_queue\", or queue = \"sales\" and agents = [\"sales team\"]",
                );
                None
            }
        }
    }

    /// A key that this kind of change needs.
    fn must<T>(
        &mut self,
        f: &Fields<'_>,
        kind: &str,
        key: &'static str,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        if !f.has(key) {
            let about = schema::CHANGE.key(key).map_or("", |key| key.about);
            self.find(
                f.span_of(key),
                format!("a change of the kind \"{kind}\" needs `{key}`"),
                format!("`{key}` is missing"),
                format!("`{key}`: {about}"),
            );
            return None;
        }
        read(self)
    }

    /// Names of parts, of which there must be some.
    fn some_of(
        &mut self,
        f: &Fields<'_>,
        key: &str,
        what: &str,
        known: &Known<'_>,
    ) -> Option<Vec<String>> {
        let names = self.names_of(f, key, what, known)?;
        if names.is_empty() {
            self.find(
                f.span_of(key),
                format!("there is no {what} that this could change"),
                format!("the scenario has no {what}"),
                "leave this change out",
            );
            return None;
        }
        Some(names)
    }

    /// Two changes that say something of the same at the same time.
    fn apart(&mut self, f: &Fields<'_>, change: &Change, before: &[Change]) {
        let until = |of: &Change| of.until_min.unwrap_or(u32::MAX);
        for other in before {
            let meet = change.from_min.max(other.from_min) < until(change).min(until(other));
            let theirs = other.effect.touches();
            let mut same = change.effect.touches().into_iter();
            if let Some((what, name)) = same.find(|of| meet && theirs.contains(of)) {
                let name = match name {
                    "" => String::new(),
                    name => format!(" {}", quoted(name)),
                };
                self.find(
                    f.span_of("at"),
                    format!("two changes of the {what}{name} overlap"),
                    "an earlier entry changes the same at that time",
                    "let one end before the other begins, or write them as one",
                );
                return;
            }
        }
    }
}

const IVR_TYPE: &str = "call type with an IVR";

/// `"30m:100%, 2h:150%"`, or a list of such texts.
pub(in crate::scenario) fn stages(node: &Node, day: Grid) -> Read<Vec<Stage>> {
    let nodes = match node.as_list() {
        Some(list) => list,
        None => std::slice::from_ref(node),
    };
    let mut all = Vec::new();
    let mut end = std::time::Duration::ZERO;
    let open = std::time::Duration::from_secs(60 * u64::from(day.close - day.open));
    for node in nodes {
        let text = node
            .as_text()
            .ok_or_else(|| other(node, STAGES, STAGES_HELP))?;
        for part in text.split(',').map(str::trim) {
            let wrong = |wrong: String| ValueError::new(STAGES, wrong, STAGES_HELP).at(node);
            if all.len() == MOST_STAGES {
                return Err(wrong(format!("there are more than {MOST_STAGES} of them")));
            }
            let number = all.len() + 1;
            let Some((duration, volume)) = part.split_once(':') else {
                return Err(wrong(format!(
                    "stage {number}, {}, is no duration and volume with a colon between them",
                    quoted(part)
                )));
            };
            let of_stage = |error: ValueError| wrong(format!("stage {number}: {}", error.wrong));
            let duration = parse_duration(duration).map_err(of_stage)?;
            let volume = parse_share(volume, MOST_VOLUME).map_err(|error| {
                let mut fault = of_stage(error);
                fault.error.help = format!(
                    "a volume is from 0% to {}%: {STAGES_HELP}",
                    100.0 * MOST_VOLUME
                );
                fault
            })?;
            end = end.saturating_add(duration);
            if end > open {
                return Err(wrong(format!(
                    "stage {number} ends {} after opening; the day is open for {}",
                    format_duration(end),
                    format_duration(open)
                )));
            }
            all.push(Stage { duration, volume });
        }
    }
    match all.is_empty() {
        true => Err(other(node, STAGES, STAGES_HELP)),
        false => Ok(all),
    }
}

/// `"10:00"`, or the time after opening: `"2h"`. In minutes after opening, before closing.
fn instant(node: &Node, day: Grid) -> Read<u32> {
    let expected = "a time of the day";
    let help = "write a time of day, \"10:30\", or the time after opening, \"2h30m\"";
    let text = node.as_text().ok_or_else(|| other(node, expected, help))?;
    let hours = format!("{}-{}", clock_text(day.open), clock_text(day.close));
    let outside = || {
        let wrong = format!("{} is not within the day, {hours}", quoted(text));
        ValueError::new(expected, wrong, help).at(node)
    };
    let minute = match clock(text) {
        Some(minute) => minute.checked_sub(day.open).ok_or_else(outside)?,
        None if text.contains(':') => return Err(other(node, expected, help)),
        None => super::shifts::minutes(node)?,
    };
    match minute < day.close - day.open {
        true => Ok(minute),
        false => Err(outside()),
    }
}
