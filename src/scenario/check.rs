//! From the tree to a checked scenario. Each part is read as far as it goes, so that one look at the file tells all that
//! is wrong with it; a part with a problem gives none, and then there is no scenario.

mod agents;
mod callers;
mod routing;
mod run;
mod shifts;
mod stress;
mod whole;

pub(super) use stress::stages;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::fields::{Checker, Fields, Grid};
use super::nodes::{self, clock_text, fraction};
use super::schema::{self, MOST_PARTS, Section};
use super::tree::{Node, Span, Table};
use super::types::*;
use super::words::{nearest, quoted, quoted_list};

/// The names of a part's members, for references to them.
#[derive(Default)]
struct Known<'t> {
    in_order: Vec<&'t str>,
    set: HashSet<&'t str>,
}

/// What other parts may refer to.
#[derive(Default)]
struct Names<'t> {
    trunks: Known<'t>,
    queues: Known<'t>,
    groups: Known<'t>,
    /// Which groups can serve a queue, in file order; a group whose skills are wrong is in none.
    servers: HashMap<String, Vec<String>>,
    /// Groups whose skills are known.
    skilled: HashSet<String>,
}

fn known<'n>(names: impl IntoIterator<Item = &'n str>) -> Known<'n> {
    let in_order: Vec<&str> = names.into_iter().collect();
    let set = in_order.iter().copied().collect();
    Known { in_order, set }
}

impl<'t> Names<'t> {
    fn of(table: &'t Table) -> Names<'t> {
        let names = |part: &str| {
            let parts = table.get(part).and_then(Node::as_list).unwrap_or(&[]);
            let named = parts
                .iter()
                .filter_map(|part| part.as_table()?.get("name")?.as_text());
            known(named.take(MOST_PARTS))
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
        let routing = match file.has("routing") {
            true => self.nested(&file, "routing", |c, _, node| c.routing(node, &names)),
            false => Some(Vec::new()),
        };
        let shifts = match (file.has("shifts"), self.grid) {
            (true, Some(grid)) => {
                let groups = &names.groups.in_order;
                self.nested(&file, "shifts", |c, _, node| {
                    c.shifts(node, groups, grid.interval)
                })
            }
            _ => None,
        };
        if !self.findings.is_empty() {
            return None;
        }
        let mut scenario = Scenario {
            shifts: shifts.map(Box::new),
            run: run?,
            trunks: trunks?,
            queues: queues?,
            call_types: call_types?,
            groups: groups?,
            routing: routing?,
            ..day?
        };
        self.limits(&scenario, table);
        self.notes(&scenario);
        let stress = self.nested(&file, "stress", |c, _, node| c.stress(node, &scenario));
        scenario.stress = stress.map(Box::new);
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
            checker.tables(list, part, section, &mut read)
        })
    }

    /// Reads every table of a list. Names must differ where they must be written.
    fn tables<T>(
        &mut self,
        list: &[Node],
        part: &str,
        section: &'static Section,
        read: &mut impl FnMut(&mut Self, &Fields<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let named = section.key("name").map(|key| key.presence);
        let mut seen: HashMap<String, Span> = HashMap::new();
        let mut tables = Vec::with_capacity(list.len());
        for node in list {
            if self.full() {
                return None;
            }
            let Some(fields) = self.open(node, section) else {
                continue;
            };
            if named == Some(schema::Presence::Required) {
                self.unique(&fields, part, section, &mut seen);
            }
            tables.extend(read(self, &fields));
        }
        (tables.len() == list.len()).then_some(tables)
    }

    fn unique(
        &mut self,
        fields: &Fields<'_>,
        part: &str,
        section: &Section,
        seen: &mut HashMap<String, Span>,
    ) {
        let Some(name) = fields.text("name") else {
            return;
        };
        if seen
            .insert(name.to_owned(), fields.span_of("name"))
            .is_some()
        {
            self.find(
                fields.span_of("name"),
                format!("two {part} have the name {}", quoted(name)),
                format!("{} before this one has the same name", section.what),
                "the names of one kind of part must differ",
            );
        }
    }

    /// The day that `[scenario]` says, or its default; noted in `self.grid`.
    pub fn grid(&mut self, fields: &Fields<'_>) -> Option<Grid> {
        let hours = self.value(fields, "open", nodes::hours);
        let interval = self.value(fields, "interval", nodes::interval);
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
            routing: Vec::new(),
            shifts: None,
            stress: None,
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

    /// Reads the name of another part.
    fn named(
        &mut self,
        f: &Fields<'_>,
        key: &str,
        what: &str,
        known: &Known<'_>,
    ) -> Option<String> {
        self.nested(f, key, |checker, key, node| {
            let name = checker.settle(key.name, nodes::text(node))?;
            checker.reference(&name, node.span, what, known)?;
            Some(name)
        })
    }

    /// Checks that a name refers to something.
    fn reference(&mut self, name: &str, span: Span, what: &str, known: &Known<'_>) -> Option<()> {
        if known.set.contains(name) {
            return Some(());
        }
        let label = match nearest(name, known.in_order.iter().copied()) {
            Some(near) => format!("no {what} has this name; did you mean {}?", quoted(near)),
            None => format!("no {what} has this name"),
        };
        let help = match known.in_order.as_slice() {
            [] => format!("the scenario has no {what}s"),
            [only] => format!("the only {what} of this scenario is {}", quoted(only)),
            all => format!("the {what}s of this scenario are {}", quoted_list(all)),
        };
        self.find(
            span,
            format!("unknown {what} {}", quoted(name)),
            label,
            help,
        );
        None
    }
}
