//! `--set PATH=VALUE`: changes to the tree of a scenario before it is checked.
//!
//! `path` finds out which value is meant. Here its place in the tree is found or made and the value put there; `change`
//! computes what `+=`, `-=` and `*=` make of a value.

use super::change::{self, Operation};
use super::fields::Checker;
use super::nodes::default_node;
use super::path::{Argument, GRAMMAR, Goal, Step, end_of_name};
use super::schema::{self, Item, Key, Kind, Presence};
use super::tree::{self, Entry, Node, Span, Table, Value};
use super::types::Demand;
use super::values::format_rate;

impl Checker<'_> {
    /// Applies one `--set` to the tree, or notes why it cannot be. `source` is its number, from 1.
    pub fn set(&mut self, root: &mut Node, text: &str, source: u32) -> Option<()> {
        let argument = Argument { text, source };
        let name = end_of_name(root, text);
        let Some(at) = text[name..].find('=').map(|at| name + at) else {
            self.find(
                argument.span(text),
                "a --set needs PATH=VALUE",
                "there is no \"=\"",
                GRAMMAR,
            );
            return None;
        };
        let (path, value) = (&text[..at], &text[at + 1..]);
        let (operation, path) = match path.char_indices().next_back() {
            Some((at, '+')) => (Some(Operation::Add), &path[..at]),
            Some((at, '-')) => (Some(Operation::Subtract), &path[..at]),
            Some((at, '*')) => (Some(Operation::Multiply), &path[..at]),
            _ => (None, path),
        };
        let goal = self.resolve(root, argument, path.trim())?;
        let value = parse_value(argument, value.trim(), goal.key);
        match (operation, &goal.selection) {
            (None, None) => {
                self.place(root, &goal)?.clone_from(&value);
                drop_alternative(root, &goal);
                Some(())
            }
            _ => self.update(root, &goal, operation, &value),
        }
    }

    /// The value that the path leads to. What is missing on the way is made, as an empty table.
    fn place<'n>(&mut self, root: &'n mut Node, goal: &Goal) -> Option<&'n mut Node> {
        let mut node = root;
        for step in &goal.steps {
            match step {
                Step::Key(key, span) => {
                    unfold(node, key);
                    let found = node.describe();
                    let Value::Table(table) = &mut node.value else {
                        self.find(
                            *span,
                            format!("there is no `{key}` here"),
                            format!("the value that should hold it is {found}"),
                            GRAMMAR,
                        );
                        return None;
                    };
                    node = table.entry(key, *span, || {
                        Node::new(Value::Table(Table::default()), goal.span)
                    });
                }
                Step::Index(index) => {
                    let length = node.as_list().map_or(0, <[Node]>::len);
                    let Value::List(list) = &mut node.value else {
                        self.out_of_list(goal.span, *index, length);
                        return None;
                    };
                    let Some(entry) = list.get_mut(*index) else {
                        self.out_of_list(goal.span, *index, length);
                        return None;
                    };
                    node = entry;
                }
            }
        }
        Some(node)
    }

    fn out_of_list(&mut self, span: Span, index: usize, length: usize) {
        self.find(
            span,
            format!("there is no value at position {index}"),
            format!("the list has {length}, counted from 0"),
            "",
        );
    }

    /// Changes a value in relation to what it is, or some elements of a list.
    fn update(
        &mut self,
        root: &mut Node,
        goal: &Goal,
        operation: Option<Operation>,
        operand: &Node,
    ) -> Option<()> {
        let current = existing(root, &goal.steps).cloned();
        let default = match goal.key.presence {
            Presence::Default(text) => Some(default_node(text, goal.span)),
            _ => None,
        };
        let Some(mut node) = current.or(default) else {
            self.find(
                goal.span,
                format!("`{}` has no value to change", goal.key.name),
                "the scenario does not set it",
                "set it with \"=\" first",
            );
            return None;
        };
        let from_file = matches!(node.value, Value::Table(_));
        let spelt_out = goal.selection.is_some() && node.as_list().is_none();
        if let Kind::Series(item) = goal.key.kind
            && (from_file || spelt_out)
        {
            self.day_of(root)?;
            let values = self.series_values(goal.key, &node)?;
            let node_of = |value| Node::new(item_value(item, value), operand.span);
            node.value = Value::List(values.into_iter().map(node_of).collect());
        }
        match &goal.selection {
            None => {
                if let Some(operation) = operation {
                    node = self.changed(&node, operation, operand, goal)?;
                }
            }
            Some((range, span)) => {
                let length = node.as_list().map_or(0, <[Node]>::len);
                let Value::List(list) = &mut node.value else {
                    self.find(
                        *span,
                        format!("`{}` is no list", goal.key.name),
                        format!("it is {}", node.describe()),
                        "leave the index out",
                    );
                    return None;
                };
                if range.end > length {
                    self.out_of_list(*span, range.end - 1, length);
                    return None;
                }
                let operands = operand.as_list();
                if operands.is_some_and(|operands| operands.len() != range.len()) {
                    self.wrong_length(goal, operand, range.len());
                    return None;
                }
                for (i, place) in list[range.clone()].iter_mut().enumerate() {
                    let operand = operands.map_or(operand, |operands| &operands[i]);
                    *place = match operation {
                        None => operand.clone(),
                        Some(operation) => self.changed(place, operation, operand, goal)?,
                    };
                }
            }
        }
        *self.place(root, goal)? = node;
        Some(())
    }

    fn wrong_length(&mut self, goal: &Goal, operand: &Node, expected: usize) {
        let found = operand.as_list().map_or(1, <[Node]>::len);
        self.find(
            operand.span,
            format!("`{}` needs {expected} values here", goal.key.name),
            format!("this list has {found}"),
            "write one value for all, or one for each",
        );
    }

    /// What an operation makes of a value; of a list, element by element.
    fn changed(
        &mut self,
        node: &Node,
        operation: Operation,
        operand: &Node,
        goal: &Goal,
    ) -> Option<Node> {
        if let Some(list) = node.as_list() {
            let operands = operand.as_list();
            if operands.is_some_and(|operands| operands.len() != list.len()) {
                self.wrong_length(goal, operand, list.len());
                return None;
            }
            let changed: Option<Vec<Node>> = list
                .iter()
                .enumerate()
                .map(|(i, node)| {
                    let operand = operands.map_or(operand, |operands| &operands[i]);
                    self.changed(node, operation, operand, goal)
                })
                .collect();
            return Some(Node::new(Value::List(changed?), operand.span));
        }
        let whole = matches!(
            goal.key.kind,
            Kind::Whole { .. } | Kind::Series(Item::Agents)
        );
        match change::scalar(node, operation, operand, whole, self.base_dir) {
            Ok(value) => Some(Node::new(value, operand.span)),
            Err(wrong) => {
                self.find(
                    operand.span,
                    format!("`{}` cannot be changed so", goal.key.name),
                    wrong,
                    "`+=` and `-=` take a value of the same unit, `*=` a number; or set the value with \"=\"",
                );
                None
            }
        }
    }

    /// Reads the day, on which the length of series depends.
    fn day_of(&mut self, root: &Node) -> Option<()> {
        let empty = Node::new(Value::Table(Table::default()), root.span);
        let day = root.as_table().and_then(|table| table.get("scenario"));
        // Keys that are not known are noted by the check that follows.
        let found = self.findings.len();
        let fields = self.open(day.unwrap_or(&empty), &schema::SCENARIO)?;
        self.findings.truncate(found);
        self.grid(&fields).map(|_| ())
    }
}

/// TOML if it is, else text. A number where the key takes a text is one.
fn parse_value(argument: Argument<'_>, text: &str, key: &Key) -> Node {
    let span = argument.span(text);
    let as_text = || Node::new(Value::Text(text.to_owned()), span);
    // TOML has no whole numbers beyond 63 bits; a seed may be one.
    if let Kind::Whole { most, .. } = key.kind
        && most > i64::MAX as u64
        && text.parse::<u64>().is_ok_and(|n| n > i64::MAX as u64)
    {
        return as_text();
    }
    let texts = matches!(
        key.kind,
        Kind::Name
            | Kind::Text
            | Kind::File
            | Kind::Reference(_)
            | Kind::References(_)
            | Kind::Word(_)
            | Kind::Texts
    );
    match tree::value(text, argument.source, span.start as usize) {
        Ok(node) if texts => match node.value {
            Value::Text(_) | Value::List(_) | Value::Table(_) => node,
            _ => as_text(),
        },
        Ok(node) => node,
        Err(_) => as_text(),
    }
}

/// An element of a series as one would write it.
fn item_value(item: Item, value: f64) -> Value {
    match item {
        Item::Rate => Value::Text(format_rate(value)),
        Item::Agents => Value::Integer(value as i64),
        Item::Volume | Item::Factor | Item::Share => Value::Float(value),
    }
}

/// Follows the steps as far as there is something.
fn existing<'n>(root: &'n Node, steps: &[Step]) -> Option<&'n Node> {
    let mut node = root;
    for (i, step) in steps.iter().enumerate() {
        node = match (step, &node.value) {
            (Step::Key(key, _), Value::Table(table)) => table.get(key)?,
            (Step::Index(index), Value::List(list)) => list.get(*index)?,
            // A skill that is written as its factor alone, or an entry that is a group alone.
            (Step::Key(key, _), Value::Integer(_) | Value::Float(_)) if key == "factor" => node,
            (Step::Key(key, _), Value::Text(_)) if key == "group" => node,
            (Step::Key(..), Value::List(_)) => {
                // A list of skills: none has a value of its own yet.
                debug_assert!(i > 0);
                return None;
            }
            _ => return None,
        };
    }
    Some(node)
}

/// Gives a short form the table that it stands for, before `key` is looked up in it.
fn unfold(node: &mut Node, key: &str) {
    let span = node.span;
    let alone = |key: &str, node: Node| {
        let entry = Entry {
            key: key.to_owned(),
            key_span: span,
            node,
        };
        Value::Table(Table(vec![entry]))
    };
    match &node.value {
        Value::List(names) => {
            let entries = names.iter().filter_map(|name| {
                Some(Entry {
                    key: name.as_text()?.to_owned(),
                    key_span: name.span,
                    node: Node::new(Value::Integer(1), name.span),
                })
            });
            node.value = Value::Table(Table(entries.collect()));
        }
        Value::Integer(_) | Value::Float(_) if matches!(key, "factor" | "priority") => {
            node.value = alone("factor", node.clone());
        }
        Value::Text(_) if matches!(key, "group" | "after") => {
            node.value = alone("group", node.clone());
        }
        _ => {}
    }
}

/// Of keys that exclude each other the one that is set stays.
fn drop_alternative(root: &mut Node, goal: &Goal) {
    let other = match (goal.key.presence, goal.key.name) {
        (Presence::Either(other), _) => other,
        (_, "replications") => "until_precise",
        (_, "until_precise") => "replications",
        _ => return,
    };
    let mut node = root;
    for step in &goal.steps[..goal.steps.len() - 1] {
        let next = match (step, &mut node.value) {
            (Step::Key(key, _), Value::Table(table)) => table.get_mut(key),
            (Step::Index(index), Value::List(list)) => list.get_mut(*index),
            _ => None,
        };
        match next {
            Some(next) => node = next,
            None => return,
        }
    }
    if let Value::Table(table) = &mut node.value {
        table.remove(other);
    }
}

/// Replaces the demand of a call type in the tree by first attempts.
pub(super) fn demand(root: &mut Node, call_type: &str, demand: &Demand) -> bool {
    let Value::Table(file) = &mut root.value else {
        return false;
    };
    let Some(Value::List(types)) = file.get_mut("call_types").map(|node| &mut node.value) else {
        return false;
    };
    let (key, item, values) = match demand {
        Demand::Volume(values) => ("volume", Item::Volume, values),
        Demand::RatePerHour(values) => ("rate", Item::Rate, values),
    };
    for node in types {
        let span = node.span;
        if let Value::Table(table) = &mut node.value
            && table.get("name").and_then(Node::as_text) == Some(call_type)
        {
            let list = values.iter().map(|x| Node::new(item_value(item, *x), span));
            let list = Value::List(list.collect());
            table.remove("rate");
            table.remove("volume_is");
            table.remove("volume");
            table.entry(key, span, || Node::new(list, span));
            return true;
        }
    }
    false
}
