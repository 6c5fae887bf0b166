//! From the tree to a checked scenario. Each part is read as far as it goes, so that one look at the file tells all that
//! is wrong with it; a part with a problem gives none, and then there is no scenario.

use std::collections::HashMap;
use std::time::Duration;

use super::fields::{
    self, Checker, Fields, Grid, clock_text, fraction, listed, nearest, quoted_list,
};
use super::schema::{self, Key, MOST_PARTS, Section};
use super::tree::{Node, Span, Table, quoted};
use super::types::*;

/// Most expected first attempts of one replication.
const MOST_ATTEMPTS: f64 = 1e8;

/// Most accumulators that a run may need: parts of the scenario times intervals.
const MOST_CELLS: usize = 500_000;

/// What other parts may refer to.
#[derive(Default)]
struct Names<'t> {
    trunks: Vec<&'t str>,
    queues: Vec<&'t str>,
    groups: Vec<&'t str>,
    /// Which groups can serve a queue, in file order; a group whose skills are wrong is in none.
    servers: HashMap<String, Vec<String>>,
    /// Groups whose skills are known.
    skilled: Vec<String>,
}

impl<'t> Names<'t> {
    fn of(table: &'t Table) -> Names<'t> {
        let names = |part: &str| {
            let parts = table.get(part).and_then(Node::as_list).unwrap_or(&[]);
            parts
                .iter()
                .filter_map(|part| part.as_table()?.get("name")?.as_text())
                .take(MOST_PARTS)
                .collect()
        };
        Names {
            trunks: names("trunks"),
            queues: names("queues"),
            groups: names("groups"),
            ..Names::default()
        }
    }
}

impl Checker<'_> {
    /// The scenario that the tree says, unless something is wrong with it.
    pub fn scenario(&mut self, root: &Node) -> Option<Scenario> {
        let file = self.open(root, &schema::FILE)?;
        let table = root.as_table()?;
        let mut names = Names::of(table);

        let run = match table.get("run") {
            Some(node) => self.run(node),
            None => self.run(&Node::new(
                super::tree::Value::Table(Table::default()),
                root.span,
            )),
        };
        let day = self.nested(&file, "scenario", |c, _, node| c.day(node));
        let trunks = self.parts(&file, "trunks", |c, f| c.trunk(f));
        let groups = self.parts(&file, "groups", |c, f| c.group(f, &mut names));
        let queues = self.parts(&file, "queues", |c, f| c.queue(f, &names));
        let call_types = self.parts(&file, "call_types", |c, f| c.call_type(f, &names));
        if !self.findings.is_empty() {
            return None;
        }
        let scenario = Scenario {
            run: run?,
            trunks: trunks?,
            queues: queues?,
            call_types: call_types?,
            groups: groups?,
            ..day?
        };
        self.limits(&scenario, table);
        self.notes(&scenario, table);
        self.findings.is_empty().then_some(scenario)
    }

    /// Reads a list of parts, whose names must differ.
    fn parts<T>(
        &mut self,
        file: &Fields<'_>,
        part: &'static str,
        mut read: impl FnMut(&mut Self, &Fields<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Some(schema::Kind::Tables(section)) = schema::FILE.key(part).map(|key| key.kind) else {
            debug_assert!(false, "{part} is no list of tables");
            return None;
        };
        if !file.has(part)
            && schema::FILE
                .key(part)
                .is_some_and(|k| k.presence != schema::Presence::Required)
        {
            return Some(Vec::new());
        }
        self.nested(file, part, |checker, key, node| {
            let Some(list) = node.as_list() else {
                checker.find(
                    node.span,
                    format!("`{part}` must be a list of tables"),
                    format!("this is {}", node.describe()),
                    format!("start each {} with [[{part}]]", &section.what[2..]),
                );
                return None;
            };
            if list.len() > MOST_PARTS {
                checker.find(
                    list[MOST_PARTS].span,
                    format!("too many {part}"),
                    format!("there are {}, at most {MOST_PARTS} are allowed", list.len()),
                    "",
                );
                return None;
            }
            if list.is_empty() && key.presence == schema::Presence::Required {
                checker.find(
                    node.span,
                    format!("the scenario has no {part}"),
                    "this list is empty",
                    format!("start each {} with [[{part}]]", &section.what[2..]),
                );
            }
            let mut seen: HashMap<String, Span> = HashMap::new();
            let mut parts = Vec::with_capacity(list.len());
            for node in list {
                if checker.full() {
                    return None;
                }
                let Some(fields) = checker.open(node, section) else {
                    continue;
                };
                checker.unique(&fields, section, &mut seen);
                parts.extend(read(checker, &fields));
            }
            (parts.len() == list.len()).then_some(parts)
        })
    }

    fn unique(&mut self, fields: &Fields<'_>, section: &Section, seen: &mut HashMap<String, Span>) {
        let Some(name) = fields.text("name") else {
            return;
        };
        if seen
            .insert(name.to_owned(), fields.span_of("name"))
            .is_some()
        {
            self.find(
                fields.span_of("name"),
                format!("two parts have the name {}", quoted(name)),
                format!("{} before this one has the same name", section.what),
                "names must differ within a part of the scenario",
            );
        }
    }

    /// The day that `[scenario]` says, or its default; noted in `self.grid`.
    pub fn grid(&mut self, fields: &Fields<'_>) -> Option<Grid> {
        let hours = self.value(fields, "open", fields::hours);
        let interval = self.value(fields, "interval", fields::duration);
        let (open, close) = hours?;
        let interval = interval?;
        let minutes = interval.as_secs() / 60;
        let day = u64::from(close - open);
        let help = "the interval is a grid of whole minutes, for example \"30m\" or \"15m\"";
        let wrong = if interval != Duration::from_secs(minutes * 60) || minutes == 0 {
            "this is no number of whole minutes".to_owned()
        } else if day % minutes != 0 {
            let (open, close) = (clock_text(open), clock_text(close));
            format!("{minutes} minutes do not divide the {day} minutes of {open}-{close}")
        } else {
            let grid = Grid {
                open,
                close,
                interval: minutes as u32,
            };
            self.grid = Some(grid);
            return Some(grid);
        };
        self.find(
            fields.span_of("interval"),
            "`interval` must divide the day",
            wrong,
            help,
        );
        None
    }

    /// A scenario with what `[scenario]` says and nothing else.
    fn day(&mut self, node: &Node) -> Option<Scenario> {
        let f = self.open(node, &schema::SCENARIO)?;
        let name = self.name(&f);
        let grid = self.grid(&f);
        let closing = self.word(&f, "closing");
        let busyness_cv = self.number(&f, "busyness_cv");
        let grid = grid?;
        Some(Scenario {
            name: name?,
            open_min: grid.open,
            close_min: grid.close,
            interval_min: grid.interval,
            closing: match closing? {
                0 => Closing::Drain,
                _ => Closing::Cut,
            },
            busyness_cv: busyness_cv?,
            run: RunSettings {
                mode: Mode::Day,
                replications: 0,
                until_precise: None,
                max_replications: 0,
                seed: 0,
                confidence: 0.0,
            },
            trunks: Vec::new(),
            queues: Vec::new(),
            call_types: Vec::new(),
            groups: Vec::new(),
        })
    }

    fn run(&mut self, node: &Node) -> Option<RunSettings> {
        let f = self.open(node, &schema::RUN)?;
        let mode = self.word(&f, "mode");
        self.steady = mode == Some(1);
        let replications = self.whole_u32(&f, "replications");
        let max_replications = self.whole_u32(&f, "max_replications");
        let until_precise = self.value(&f, "until_precise", |node| {
            fields::points(node).and_then(|points| above_zero(points, node))
        });
        let warm_up = self.value(&f, "warm_up", fields::duration);
        let length = self.value(&f, "length", fields::duration);
        let seed = self.whole(&f, "seed");
        let confidence = self.value(&f, "confidence", confidence);
        if f.has("until_precise") && f.has("replications") && !self.steady {
            self.find(
                f.span_of("until_precise"),
                "`replications` and `until_precise` exclude each other",
                "which is it: a number of days, or as many as this needs?",
                "leave one of them out; `max_replications` bounds `until_precise`",
            );
        }
        if length == Some(Duration::ZERO) {
            self.find(
                f.span_of("length"),
                "`length` must be above 0",
                "nothing would be observed",
                "write for example \"2000h\"",
            );
        }
        let idle: &[&str] = match self.steady {
            true => &["replications", "until_precise", "max_replications"],
            false => &["warm_up", "length"],
        };
        let written: Vec<String> = idle
            .iter()
            .filter(|key| f.has(key))
            .map(|key| format!("`{key}`"))
            .collect();
        if !written.is_empty() {
            let kind = match self.steady {
                true => "a steady run",
                false => "a run of days",
            };
            let (what, have) = (listed(&written, "and"), have(written.len()));
            self.warnings
                .push(format!("{what} {have} no effect in {kind}"));
        }
        Some(match self.steady {
            false => RunSettings {
                mode: Mode::Day,
                replications: replications?,
                until_precise,
                max_replications: max_replications?,
                seed: seed?,
                confidence: confidence?,
            },
            // What has no effect is not kept, so that it is not printed either.
            true => RunSettings {
                mode: Mode::Steady {
                    warm_up: warm_up?,
                    length: length?,
                },
                replications: default_u32("replications"),
                until_precise: None,
                max_replications: default_u32("max_replications"),
                seed: seed?,
                confidence: confidence?,
            },
        })
    }

    fn trunk(&mut self, f: &Fields<'_>) -> Option<Trunk> {
        let name = self.name(f);
        let lines = self.whole_u32(f, "lines");
        let max_blocking = self.value(f, "max_blocking", fraction);
        let cost_per_line_hour = self.number(f, "cost_per_line_hour");
        Some(Trunk {
            name: name?,
            lines: lines?,
            max_blocking,
            cost_per_line_hour,
        })
    }

    fn group(&mut self, f: &Fields<'_>, names: &mut Names<'_>) -> Option<Group> {
        let name = self.name(f);
        let skills = self.nested(f, "skills", |c, key, node| {
            c.skills(key, node, &names.queues)
        });
        let staff = self.series(f, "staff");
        let cost_per_hour = self.number(f, "cost_per_hour");
        let shrinkage = self.series(f, "shrinkage");
        let max_occupancy = self.value(f, "max_occupancy", fraction);
        let (name, skills) = (name?, skills?);
        for skill in &skills {
            let servers = names.servers.entry(skill.queue.clone()).or_default();
            servers.push(name.clone());
        }
        names.skilled.push(name.clone());
        Some(Group {
            name,
            skills,
            staff: staff?.into_iter().map(|agents| agents as u32).collect(),
            cost_per_hour,
            shrinkage: shrinkage?,
            max_occupancy,
        })
    }

    /// `["service"]`, or `{ sales = 1.0, service = { factor = 1.15, priority = 2 } }`.
    fn skills(&mut self, key: &Key, node: &Node, queues: &[&str]) -> Option<Vec<Skill>> {
        let help = "write for example [\"sales\"] or { sales = 1.0, service = 1.15 }";
        let mut skills: Vec<Option<Skill>> = Vec::new();
        if let Some(list) = node.as_list() {
            for entry in list {
                let Some(queue) = entry.as_text() else {
                    let fault = fields::other(entry, "a list of names of queues", help);
                    return self.settle(key.name, Err(fault));
                };
                let known = self.reference(queue, entry.span, "queue", queues);
                let repeated = skills.iter().flatten().any(|skill| skill.queue == queue);
                if repeated {
                    self.find(
                        entry.span,
                        "a skill twice",
                        "this skill is listed before",
                        "",
                    );
                }
                skills.push(known.map(|()| Skill {
                    queue: queue.to_owned(),
                    factor: 1.0,
                    priority: None,
                }));
            }
        } else if let Some(table) = node.as_table() {
            for entry in &table.0 {
                let known = self.reference(&entry.key, entry.key_span, "queue", queues);
                let skill = match entry.node.as_table() {
                    Some(_) => self.skill(&entry.node),
                    // A factor alone is read as the key of that name.
                    None => self.skill(&Node::new(
                        super::tree::Value::Table(Table(vec![super::tree::Entry {
                            key: "factor".to_owned(),
                            key_span: entry.key_span,
                            node: entry.node.clone(),
                        }])),
                        entry.node.span,
                    )),
                };
                skills.push(known.and(skill).map(|(factor, priority)| Skill {
                    queue: entry.key.clone(),
                    factor,
                    priority,
                }));
            }
        } else {
            return self.settle(key.name, Err(fields::other(node, "names of queues", help)));
        }
        if skills.is_empty() {
            let fault = fields::other(node, "the name of at least one queue", help);
            return self.settle(key.name, Err(fault));
        }
        skills.into_iter().collect()
    }

    fn skill(&mut self, node: &Node) -> Option<(f64, Option<u32>)> {
        let f = self.open(node, &schema::SKILL)?;
        let priority = self.whole_u32(&f, "priority");
        Some((self.number(&f, "factor")?, priority))
    }

    fn queue(&mut self, f: &Fields<'_>, names: &Names<'_>) -> Option<Queue> {
        let name = self.name(f);
        let target = self.value(f, "target", fields::target);
        let formula = self.word(f, "service_level");
        let short_abandon = self.value(f, "short_abandon", fields::duration);
        let max_abandonment = self.value(f, "max_abandonment", fraction);
        let max_asa = self.value(f, "max_asa", fields::duration);
        let priority = self.whole_u32(f, "priority");
        let limit = self.whole_u32(f, "limit");
        let name = name?;
        let servers = names.servers.get(&name).map_or(&[][..], Vec::as_slice);
        let tiers = match f.has("agents") {
            true => self.nested(f, "agents", |c, key, node| {
                c.tiers(key, node, &name, servers, names)
            }),
            false if servers.is_empty() => Some(Vec::new()),
            false => Some(vec![Tier {
                groups: servers.to_vec(),
                after: Duration::ZERO,
            }]),
        };
        Some(Queue {
            target: target?,
            formula: Formula::ALL.get(formula?)?.0,
            short_abandon: short_abandon?,
            max_abandonment,
            max_asa,
            priority: priority?,
            limit,
            tiers: tiers?,
            name,
        })
    }

    /// `["generalists", ["a", "b"], { group = "sales team", after = "60s" }]`
    fn tiers(
        &mut self,
        key: &Key,
        node: &Node,
        queue: &str,
        servers: &[String],
        names: &Names<'_>,
    ) -> Option<Vec<Tier>> {
        let help = "write for example [\"a\", [\"b\", \"c\"], { group = \"d\", after = \"60s\" }]; \
                    without the key every group with the skill serves the queue";
        let list = match node.as_list() {
            Some(list) if !list.is_empty() => list,
            _ => {
                let fault = fields::other(node, "a list of groups", help);
                return self.settle(key.name, Err(fault));
            }
        };
        let mut tiers = Vec::new();
        let mut good = true;
        // In which entry a group was listed.
        let mut listed: HashMap<&str, ()> = HashMap::new();
        for entry in list {
            let (groups, after) = match entry.as_table() {
                None => (entry, Some(Duration::ZERO)),
                Some(table) => {
                    let f = self.open(entry, &schema::AGENTS)?;
                    let after = self.value(&f, "after", fields::duration);
                    match table.get("group") {
                        Some(groups) => (groups, after),
                        None => {
                            self.nested(&f, "group", |_, _, _| Some(()));
                            good = false;
                            continue;
                        }
                    }
                }
            };
            let equals = match groups.as_list() {
                Some(list) if !list.is_empty() => list,
                Some(_) => {
                    let fault = fields::other(groups, "a list of groups", help);
                    return self.settle(key.name, Err(fault));
                }
                None => std::slice::from_ref(groups),
            };
            let mut tier = Vec::new();
            for node in equals {
                let Some(group) = node.as_text() else {
                    let fault = fields::other(node, "a list of groups", help);
                    return self.settle(key.name, Err(fault));
                };
                if self
                    .reference(group, node.span, "group", &names.groups)
                    .is_none()
                {
                    good = false;
                    continue;
                }
                if listed.insert(group, ()).is_some() {
                    self.find(
                        node.span,
                        format!("group {} is listed twice", quoted(group)),
                        "it stands before in the same list",
                        "a group stands in one entry of `agents` only",
                    );
                }
                // A group whose own skills are wrong has its own problem.
                let skilled = names.skilled.iter().any(|name| name == group);
                if skilled && !servers.iter().any(|server| server == group) {
                    self.find(
                        node.span,
                        format!("group {} cannot serve {}", quoted(group), quoted(queue)),
                        format!("this group has no skill {}", quoted(queue)),
                        format!("add {} to the `skills` of the group", quoted(queue)),
                    );
                }
                tier.push(group.to_owned());
            }
            good &= after.is_some();
            tiers.push(Tier {
                groups: tier,
                after: after.unwrap_or_default(),
            });
        }
        for server in servers.iter().filter(|s| !listed.contains_key(s.as_str())) {
            self.warnings.push(format!(
                "group {} has the skill {}, but is not among that queue's `agents`: it does not serve it",
                quoted(server),
                quoted(queue)
            ));
        }
        good.then_some(tiers)
    }

    fn call_type(&mut self, f: &Fields<'_>, names: &Names<'_>) -> Option<CallType> {
        let name = self.name(f);
        let queue = self.named(f, "queue", "queue", &names.queues);
        let trunk = self.named(f, "trunk", "trunk group", &names.trunks);
        let demand = self.demand(f);
        let volume_is = self.word(f, "volume_is");
        let busyness_cv = self.number(f, "busyness_cv");
        let ivr = self.nested(f, "ivr", |c, _, node| c.ivr(node));
        let patience = self.random(f, "patience");
        let balk = self.value(f, "balk", fraction);
        let talk = self.random(f, "talk");
        let wrap_up = self.random(f, "wrap_up");
        let talk_factor = self.series(f, "talk_factor");
        let resolution = self.value(f, "resolution", fraction);
        let reconnect = self.nested(f, "reconnect", |c, _, node| c.reconnect(node));
        let redial = self.nested(f, "redial", |c, _, node| c.redial(node));
        let cost_per_attempt = self.number(f, "cost_per_attempt");
        let cost_per_lost_caller = self.number(f, "cost_per_lost_caller");
        Some(CallType {
            name: name?,
            queue: queue?,
            trunk,
            demand: demand?,
            volume_is: match volume_is? {
                0 => VolumeIs::FirstAttempts,
                _ => VolumeIs::AllAttempts,
            },
            busyness_cv: busyness_cv?,
            ivr,
            patience: patience?,
            balk: balk?,
            talk: talk?,
            wrap_up: wrap_up?,
            talk_factor: talk_factor?,
            resolution: resolution?,
            reconnect,
            redial,
            cost_per_attempt,
            cost_per_lost_caller,
        })
    }

    fn demand(&mut self, f: &Fields<'_>) -> Option<Demand> {
        match (f.has("volume"), f.has("rate")) {
            (true, false) => self.series(f, "volume").map(Demand::Volume),
            (false, true) => self.series(f, "rate").map(Demand::RatePerHour),
            (false, false) => {
                if let Some(key) = schema::CALL_TYPE.key("volume") {
                    self.missing(f, key);
                }
                None
            }
            (true, true) => {
                self.find(
                    f.span_of("rate"),
                    "`volume` and `rate` exclude each other",
                    "`volume` is written too",
                    "`volume` is first attempts per interval, `rate` per time; leave one out",
                );
                None
            }
        }
    }

    fn ivr(&mut self, node: &Node) -> Option<Ivr> {
        let f = self.open(node, &schema::IVR)?;
        let time = self.random(&f, "time");
        let contained = self.value(&f, "contained", fraction);
        let abandoned = self.value(&f, "abandoned", fraction);
        let (contained, abandoned) = (contained?, abandoned?);
        // Sums such as 0.7 + 0.3 may miss 1 by a rounding.
        if contained + abandoned > 1.0 + 1e-12 {
            self.find(
                f.span_of("abandoned"),
                "more than all callers end in the voice response",
                format!(
                    "`contained` and `abandoned` add up to {}",
                    contained + abandoned
                ),
                "together they may be at most 1; the rest goes on to the queue",
            );
        }
        Some(Ivr {
            time: time?,
            contained,
            abandoned,
        })
    }

    fn reconnect(&mut self, node: &Node) -> Option<Reconnect> {
        let f = self.open(node, &schema::RECONNECT)?;
        let probability = self.value(&f, "probability", fraction);
        let delay = self.delay(&f);
        Some(Reconnect {
            probability: probability?,
            delay: delay?,
        })
    }

    fn redial(&mut self, node: &Node) -> Option<Redial> {
        let f = self.open(node, &schema::REDIAL)?;
        let abandoned = self.nested(&f, "abandoned", Checker::fractions);
        let blocked = self.nested(&f, "blocked", Checker::fractions);
        let delay = self.delay(&f);
        let max_attempts = self.whole_u32(&f, "max_attempts");
        Some(Redial {
            abandoned: abandoned?,
            blocked: blocked?,
            delay: delay?,
            max_attempts,
        })
    }

    /// Callers who call again at once would fill the system within an instant.
    fn delay(&mut self, f: &Fields<'_>) -> Option<Distribution> {
        let delay = self.random(f, "delay")?;
        if delay.mean_s() < 1.0 {
            self.find(
                f.span_of("delay"),
                "`delay` must have a mean of at least 1 s",
                format!(
                    "its mean is {}",
                    super::values::format_seconds(delay.mean_s())
                ),
                "write for example \"exp(10m)\"",
            );
        }
        Some(delay)
    }

    /// `0.8`, or `[0.8, 0.5]`.
    fn fractions(&mut self, key: &'static Key, node: &Node) -> Option<Vec<f64>> {
        const MOST: usize = 1000;
        let list = match node.as_list() {
            None => std::slice::from_ref(node),
            Some(list) if !list.is_empty() && list.len() <= MOST => list,
            Some(_) => {
                let expected = format!("a fraction or a list of 1 to {MOST} of them");
                let fault = fields::other(node, &expected, "write for example [0.8, 0.5]");
                return self.settle(key.name, Err(fault));
            }
        };
        let read: Result<_, _> = list.iter().map(fraction).collect();
        self.settle(key.name, read)
    }

    /// Reads the name of another part.
    fn named(&mut self, f: &Fields<'_>, key: &str, what: &str, known: &[&str]) -> Option<String> {
        self.nested(f, key, |checker, key, node| {
            let name = checker.settle(key.name, fields::text(node))?;
            checker.reference(&name, node.span, what, known)?;
            Some(name)
        })
    }

    /// Checks that a name refers to something.
    fn reference(&mut self, name: &str, span: Span, what: &str, known: &[&str]) -> Option<()> {
        if known.contains(&name) {
            return Some(());
        }
        let label = match nearest(name, known.iter().copied()) {
            Some(near) => format!("no {what} has this name; did you mean {}?", quoted(near)),
            None => format!("no {what} has this name"),
        };
        let help = match known {
            [] => format!("the scenario has no {what}s"),
            [only] => format!("the only {what} of this scenario is {}", quoted(only)),
            _ => format!("the {what}s of this scenario are {}", quoted_list(known)),
        };
        self.find(
            span,
            format!("unknown {what} {}", quoted(name)),
            label,
            help,
        );
        None
    }

    /// Bounds on the whole.
    fn limits(&mut self, scenario: &Scenario, root: &Table) {
        let span = |part: &str| root.get(part).map_or(Span::default(), |node| node.span);
        let parts = scenario.call_types.len()
            + scenario.queues.len()
            + scenario.groups.len()
            + scenario.trunks.len()
            + 1;
        let intervals = scenario.intervals();
        if parts * (intervals + 1) > MOST_CELLS {
            self.find(
                span("scenario"),
                "the scenario is too large",
                format!(
                    "{parts} parts by {intervals} intervals are more than {MOST_CELLS} figures"
                ),
                "use fewer or longer intervals, or fewer call types, queues, groups and trunks",
            );
        }
        let hours = match scenario.run.mode {
            Mode::Day => None,
            Mode::Steady { warm_up, length } => Some((warm_up + length).as_secs_f64() / 3600.0),
        };
        let interval_h = f64::from(scenario.interval_min) / 60.0;
        let attempts: f64 = scenario
            .call_types
            .iter()
            .map(|call_type| {
                let (values, per_hour) = match &call_type.demand {
                    Demand::Volume(values) => (values, 1.0 / interval_h),
                    Demand::RatePerHour(values) => (values, 1.0),
                };
                let each = hours.unwrap_or(interval_h * values.len() as f64) / values.len() as f64;
                values
                    .iter()
                    .map(|value| value * per_hour * each)
                    .sum::<f64>()
            })
            .sum();
        // Not `>`: a sum of infinities and nothing else is too large as well.
        if !(attempts <= MOST_ATTEMPTS) {
            let what = match hours {
                Some(_) => "steady run",
                None => "day",
            };
            self.find(
                span("call_types"),
                "the scenario has too many calls",
                format!(
                    "{attempts:.3e} expected first attempts in one {what}, at most 1e8 are allowed"
                ),
                "lower `volume` or `rate`, or shorten the run",
            );
        }
    }

    /// What is allowed but probably not meant.
    fn notes(&mut self, scenario: &Scenario, root: &Table) {
        let used = |queue: &Queue| scenario.call_types.iter().any(|c| c.queue == queue.name);
        for queue in &scenario.queues {
            let name = quoted(&queue.name);
            if !used(queue) {
                self.warnings
                    .push(format!("queue {name}: no call type uses it"));
            }
            if queue.tiers.is_empty() {
                self.warnings
                    .push(format!("queue {name}: no group serves it"));
            }
        }
        let serving: std::collections::HashSet<&str> = scenario
            .queues
            .iter()
            .flat_map(|queue| &queue.tiers)
            .flat_map(|tier| &tier.groups)
            .map(String::as_str)
            .collect();
        for group in &scenario.groups {
            if !serving.contains(group.name.as_str()) {
                let name = quoted(&group.name);
                self.warnings.push(format!("group {name} serves no queue"));
            }
        }
        if self.steady {
            let day = root.get("scenario").and_then(Node::as_table);
            let mut written: Vec<String> = ["open", "closing", "busyness_cv"]
                .into_iter()
                .filter(|key| day.is_some_and(|day| day.get(key).is_some()))
                .map(|key| format!("`{key}`"))
                .collect();
            let types = root
                .get("call_types")
                .and_then(Node::as_list)
                .unwrap_or(&[]);
            let of_type = |node: &Node| {
                node.as_table()
                    .is_some_and(|t| t.get("busyness_cv").is_some())
            };
            if types.iter().any(of_type) && !written.iter().any(|key| key == "`busyness_cv`") {
                written.push("`busyness_cv`".to_owned());
            }
            if !written.is_empty() {
                let (what, have) = (listed(&written, "and"), have(written.len()));
                self.warnings
                    .push(format!("{what} {have} no effect in a steady run"));
            }
        }
    }
}

fn have(number: usize) -> &'static str {
    match number {
        1 => "has",
        _ => "have",
    }
}

/// The default of a key of `[run]`.
fn default_u32(key: &str) -> u32 {
    match schema::RUN.key(key).map(|key| key.presence) {
        Some(schema::Presence::Default(text)) => text.parse().unwrap_or_default(),
        _ => 0,
    }
}

fn above_zero(points: f64, node: &Node) -> fields::Read<f64> {
    match points > 0.0 {
        true => Ok(points),
        false => Err(super::values::ValueError::new(
            "a difference above 0",
            "no number of days is as precise as this",
            "write for example \"0.5pp\"",
        )
        .at(node)),
    }
}

fn confidence(node: &Node) -> fields::Read<f64> {
    let level = fraction(node)?;
    match level > 0.0 && level < 1.0 {
        true => Ok(level),
        false => Err(super::values::ValueError::new(
            "a level between 0 and 1",
            "both ends are excluded",
            "write for example 0.95 or \"95%\"",
        )
        .at(node)),
    }
}
