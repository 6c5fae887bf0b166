//! Which routing policy, and its parameters.

use serde_json::{Map, Value, json};

use super::Names;
use crate::scenario::fields::{Checker, Fields};
use crate::scenario::nodes;
use crate::scenario::schema::{self, Key, Kind, LUA, PREFERENCE, Presence, Section};
use crate::scenario::script;
use crate::scenario::tree::{Node, Table, Value as Tree};
use crate::scenario::types::Rule;
use crate::scenario::words::quoted;

const HELP: &str =
    "write for example \"longest_queue\", { random = { stream = 1 } }, or a list of two policies";

impl Checker<'_> {
    /// The rules of `[routing]`; the default policy has none.
    pub(super) fn routing(&mut self, node: &Node, names: &Names<'_>) -> Option<Vec<Rule>> {
        let f = self.open(node, &schema::ROUTING)?;
        self.nested(&f, "policy", |c, key, node| c.rules(key, node, names))
    }

    /// A policy, or a list of them.
    pub(super) fn rules(&mut self, key: &Key, node: &Node, names: &Names<'_>) -> Option<Vec<Rule>> {
        let list = match node.as_list() {
            Some(list) if !list.is_empty() => list,
            Some(_) => {
                let fault = nodes::other(node, "a routing policy", HELP);
                return self.settle(key.name, Err(fault));
            }
            None => std::slice::from_ref(node),
        };
        let rules: Vec<Option<Rule>> = list.iter().map(|n| self.rule(key, n, names)).collect();
        let rules: Vec<Rule> = rules.into_iter().collect::<Option<_>>()?;
        self.one_of_a_kind(&rules, node);
        let other = |rule: &Rule| rule.policy != PREFERENCE;
        Some(rules.into_iter().filter(other).collect())
    }

    /// `"longest_queue"`, or `{ random = { stream = 1 } }`.
    fn rule(&mut self, key: &Key, node: &Node, names: &Names<'_>) -> Option<Rule> {
        let policies = schema::POLICIES.keys;
        let none = Node::new(Tree::Table(Table::default()), node.span);
        let (declared, parameters) = match node.as_table() {
            None => {
                // A script has no name of its own; who writes `"lua"` is told what it needs.
                let asks = |key: &&Key| key.name != LUA || node.as_text() == Some(LUA);
                let named: Vec<&Key> = policies.iter().filter(asks).collect();
                let names: Vec<&str> = named.iter().map(|key| key.name).collect();
                let at = self.settle(key.name, nodes::word(node, &names))?;
                (named[at], &none)
            }
            Some(table) => {
                self.open(node, &schema::POLICIES)?;
                let [entry] = table.0.as_slice() else {
                    let fault =
                        nodes::other(node, "the name of one policy with its parameters", HELP);
                    return self.settle(key.name, Err(fault));
                };
                (schema::POLICIES.key(&entry.key)?, &entry.node)
            }
        };
        let parameters = match declared.kind {
            Kind::Table(section) => self.parameters(parameters, section, names)?,
            _ => self.script(declared, parameters)?,
        };
        Some(Rule {
            policy: declared.name.to_owned(),
            parameters,
        })
    }

    /// `"my-routing.lua"`, or `{ file = "my-routing.lua", source = "…" }`: the file, if named, and the text.
    fn script(&mut self, key: &Key, node: &Node) -> Option<Map<String, Value>> {
        const HELP: &str =
            "write { lua = \"my-routing.lua\" }; the path is relative to the scenario file";
        let (file, source) = match node.as_table() {
            None => (Some(self.settle(key.name, nodes::file(node))?), None),
            Some(_) => {
                let f = self.open(node, &schema::SCRIPT)?;
                let file = self.value(&f, "file", nodes::file);
                let source = self.value(&f, "source", nodes::text);
                if f.has("file") != file.is_some() || f.has("source") != source.is_some() {
                    return None;
                }
                (file, source)
            }
        };
        let name = script::shown_name(file.as_deref().unwrap_or("script"));
        let text = match (&file, source) {
            (_, Some(source)) if source.len() as u64 > script::MAX_SCRIPT => {
                Err(script::TOO_LARGE.to_owned())
            }
            (_, Some(source)) => Ok(source),
            (Some(file), None) => script::read(&self.base_dir.join(file)),
            // Unknown keys have been complained of.
            (None, None) if node.as_table().is_some_and(|table| !table.0.is_empty()) => {
                return None;
            }
            (None, None) => {
                self.find(
                    node.span,
                    "`lua` needs the file of a script",
                    "none is named",
                    HELP,
                );
                return None;
            }
        };
        let text = match text {
            Ok(text) => text.replace("\r\n", "\n"),
            Err(wrong) => {
                let message = format!("cannot read the script {}", quoted(&name));
                self.find(node.span, message, wrong, HELP);
                return None;
            }
        };
        if let Some(wrong) = script::wrong(&name, &text) {
            let message = format!("cannot use the script {}", quoted(&name));
            self.find(
                node.span,
                message,
                wrong,
                "scripts are in Lua 5.4: see docs/routing-lua.md",
            );
            return None;
        }
        let file = file.map(|file| ("file".to_owned(), json!(file)));
        let source = ("source".to_owned(), json!(text));
        Some(file.into_iter().chain([source]).collect())
    }

    /// A policy for all decisions stands alone; of the others there is one for either.
    fn one_of_a_kind(&mut self, rules: &[Rule], node: &Node) {
        let decides = |rule: &Rule| schema::decides(&rule.policy);
        let (mut calls, mut agents) = (0, 0);
        for rule in rules {
            let (of_calls, of_agents) = decides(rule);
            calls += u32::from(of_calls);
            agents += u32::from(of_agents);
        }
        let what = match (calls > 1, agents > 1) {
            (false, false) => return,
            (true, _) => "which agent takes a call",
            (false, true) => "which call an agent takes",
        };
        self.find(
            node.span,
            "these policies exclude each other",
            format!("more than one of them says {what}"),
            "list at most one policy for calls and one for agents; some are for both",
        );
    }

    /// A table as JSON, with its defaults.
    fn parameters(
        &mut self,
        node: &Node,
        section: &'static Section,
        names: &Names<'_>,
    ) -> Option<Map<String, Value>> {
        let f = self.open(node, section)?;
        let mut parameters = Map::new();
        let mut good = true;
        for key in section.keys {
            let written = f.has(key.name) || !matches!(key.presence, Presence::Optional(_));
            let value = self.parameter(&f, key, names);
            good &= value.is_some() || !written;
            parameters.extend(value.map(|value| (key.name.to_owned(), value)));
        }
        good.then_some(parameters)
    }

    fn parameter(&mut self, f: &Fields<'_>, key: &'static Key, names: &Names<'_>) -> Option<Value> {
        match key.kind {
            Kind::Whole { .. } => self.whole(f, key.name).map(|n| json!(n)),
            Kind::Number { .. } => self.number(f, key.name).map(|x| json!(x)),
            Kind::Reference("groups") => {
                let name = self.named(f, key.name, "group", &names.groups);
                name.map(|name| json!(name))
            }
            Kind::Reference(_) => {
                let name = self.named(f, key.name, "queue", &names.queues);
                name.map(|name| json!(name))
            }
            Kind::ByQueue { least, most } => self.nested(f, key.name, |c, key, node| {
                c.by_queue(key, node, (least, most), names)
            }),
            Kind::Tables(section) => self.nested(f, key.name, |c, key, node| {
                let Some(list) = node.as_list() else {
                    let fault = nodes::other(node, "a list of tables", "write [{ … }, { … }]");
                    return c.settle(key.name, Err(fault));
                };
                let of_one = |node| c.parameters(node, section, names).map(Value::Object);
                let read: Vec<Option<Value>> = list.iter().map(of_one).collect();
                read.into_iter()
                    .collect::<Option<Vec<Value>>>()
                    .map(Value::Array)
            }),
            _ => {
                debug_assert!(false, "policies have no parameters like {}", key.name);
                None
            }
        }
    }

    /// `{ sales = 3, service = 1 }`
    fn by_queue(
        &mut self,
        key: &Key,
        node: &Node,
        (least, most): (f64, f64),
        names: &Names<'_>,
    ) -> Option<Value> {
        let Some(table) = node.as_table() else {
            let help = "write for example { sales = 3, service = 1 }";
            let fault = nodes::other(node, "a table of numbers by queue", help);
            return self.settle(key.name, Err(fault));
        };
        let mut values = Map::new();
        let mut good = true;
        for entry in &table.0 {
            let known = self.reference(&entry.key, entry.key_span, "queue", &names.queues);
            let value = self.settle(key.name, nodes::within(&entry.node, least, most));
            good &= known.is_some() && value.is_some();
            values.extend(value.map(|x| (entry.key.clone(), json!(x))));
        }
        good.then_some(Value::Object(values))
    }
}
