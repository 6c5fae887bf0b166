//! `--set PATH=VALUE`: changes to the tree of a scenario before it is checked.
//!
//! Here the path is resolved and the place in the tree found or made; `change` computes what `+=`, `-=` and `*=` make of
//! a value.

use std::ops::Range;

use super::change::{self, Operation};
use super::fields::{Checker, default_node, listed, nearest, quoted_list};
use super::schema::{self, Item, Key, Kind, Presence, Section};
use super::tree::{self, Entry, Node, Span, Table, Value, quoted};
use super::values::format_rate;

/// A step on the way from the root of the tree to a value.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    /// Into a table, by a declared key or by the name of a skill.
    Key(String, Span),
    /// Into a list.
    Index(usize),
}

/// What a path leads to.
struct Goal {
    steps: Vec<Step>,
    /// The last declared key on the way.
    key: &'static Key,
    /// The elements meant, if the value is a list of which not all are.
    selection: Option<(Range<usize>, Span)>,
    /// The path as written.
    span: Span,
}

const GRAMMAR: &str = "write PART.NAME.KEY=VALUE, for example queues.sales.target=90/15, \
                       groups.sales team.staff+=1 or run.seed=7";

/// The text of one `--set`, of which pieces are looked at.
#[derive(Clone, Copy)]
struct Argument<'s> {
    text: &'s str,
    source: u32,
}

impl Argument<'_> {
    /// The place of a piece of the text, which must be a slice of it.
    fn span(self, piece: &str) -> Span {
        let start = (piece.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        Span {
            source: self.source,
            start: start as u32,
            end: (start + piece.len()) as u32,
        }
    }
}

impl Checker<'_> {
    /// Applies one `--set` to the tree, or notes why it cannot be. `source` is its number, from 1.
    pub fn set(&mut self, root: &mut Node, text: &str, source: u32) -> Option<()> {
        let argument = Argument { text, source };
        let Some((path, value)) = text.split_once('=') else {
            self.find(
                argument.span(text),
                "a --set needs PATH=VALUE",
                "there is no \"=\"",
                GRAMMAR,
            );
            return None;
        };
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

    fn resolve(&mut self, root: &Node, argument: Argument<'_>, path: &str) -> Option<Goal> {
        let (part, rest) = path.split_once('.').unwrap_or(path.split_at(path.len()));
        let Some(declared) = schema::FILE.key(part) else {
            let near = nearest(part, schema::FILE.keys.iter().map(|key| key.name));
            let label = match near {
                Some(near) => format!("there is no such part; did you mean {near}?"),
                None => "there is no such part".to_owned(),
            };
            let parts: Vec<&str> = schema::FILE.keys.iter().map(|key| key.name).collect();
            self.find(
                argument.span(part),
                format!("unknown part {}", quoted(part)),
                label,
                format!("a path starts with {}", listed(&parts, "or")),
            );
            return None;
        };
        let mut steps = vec![Step::Key(part.to_owned(), argument.span(part))];
        let (section, rest) = match declared.kind {
            Kind::Tables(section) => {
                let (index, rest) = self.part_named(root, argument, part, rest)?;
                steps.push(Step::Index(index));
                (section, rest)
            }
            Kind::Table(section) => (section, rest),
            _ => return None,
        };
        let mut goal = Goal {
            steps,
            key: declared,
            selection: None,
            span: argument.span(path),
        };
        self.keys(root, argument, section, rest, &mut goal)?;
        Some(goal)
    }

    /// The part whose name the text starts with, the longest if there are several, and what follows.
    fn part_named<'s>(
        &mut self,
        root: &Node,
        argument: Argument<'_>,
        part: &str,
        rest: &'s str,
    ) -> Option<(usize, &'s str)> {
        let list = root.as_table().and_then(|table| table.get(part));
        let names: Vec<(usize, &str)> = list
            .and_then(Node::as_list)
            .unwrap_or(&[])
            .iter()
            .enumerate()
            .filter_map(|(i, node)| Some((i, node.as_table()?.get("name")?.as_text()?)))
            .collect();
        let longest = names
            .iter()
            .filter_map(|(i, name)| Some((name.len(), *i, after_name(rest, name)?)))
            .max_by_key(|(length, i, _)| (*length, std::cmp::Reverse(*i)));
        if let Some((_, index, rest)) = longest {
            return Some((index, rest));
        }
        let names: Vec<&str> = names.into_iter().map(|(_, name)| name).collect();
        self.no_such_name(argument, rest, part, &names);
        None
    }

    fn no_such_name(&mut self, argument: Argument<'_>, rest: &str, part: &str, names: &[&str]) {
        // The name may hold points itself: the start of the text that is most like a name is taken for it.
        let starts = rest.match_indices('.').map(|(at, _)| &rest[..at]).take(50);
        let mut starts: Vec<&str> = starts.collect();
        starts.push(rest);
        let near = starts
            .iter()
            .find_map(|start| nearest(start, names.iter().copied()).map(|near| (*start, near)));
        let written = near.map_or(starts[0], |(start, _)| start);
        let label = match near {
            Some((_, near)) => format!("no part has this name; did you mean {}?", quoted(near)),
            None => "no part has this name".to_owned(),
        };
        let help = match names {
            [] => format!("the scenario has no {part}"),
            _ => format!("the {part} of this scenario are {}", quoted_list(names)),
        };
        self.find(
            argument.span(written),
            format!("unknown name {} in {part}", quoted(written)),
            label,
            help,
        );
    }

    /// Resolves what follows the name: keys, indices, and the names of skills.
    fn keys(
        &mut self,
        root: &Node,
        argument: Argument<'_>,
        section: &'static Section,
        path: &str,
        goal: &mut Goal,
    ) -> Option<()> {
        let end = path.find(['.', '[']).unwrap_or(path.len());
        let (name, mut rest) = path.split_at(end);
        let Some(key) = section.key(name) else {
            let span = match name.is_empty() {
                true => goal.span,
                false => argument.span(name),
            };
            self.unknown_key(name, span, section);
            return None;
        };
        goal.key = key;
        goal.steps
            .push(Step::Key(name.to_owned(), argument.span(name)));
        if rest.starts_with('[') {
            let end = rest.find(']').map_or(rest.len(), |at| at + 1);
            let (index, after) = rest.split_at(end);
            let Some(range) = parse_index(index) else {
                self.find(
                    argument.span(index),
                    format!("{} is no index", quoted(index)),
                    "expected one position or a range of them",
                    "write [4] for the fifth value, [4..8] for the fifth to the eighth",
                );
                return None;
            };
            goal.selection = Some((range, argument.span(index)));
            rest = after;
        }
        if rest.is_empty() {
            return Some(());
        }
        let Some(below) = rest.strip_prefix('.') else {
            self.find(
                argument.span(rest),
                format!("{} is not understood", quoted(rest)),
                "expected \".\" and a key, or \"=\"",
                GRAMMAR,
            );
            return None;
        };
        match key.kind {
            Kind::Table(section) => self.keys(root, argument, section, below, goal),
            Kind::Series(_) if goal.selection.is_none() => {
                self.keys(root, argument, &schema::SERIES_FILE, below, goal)
            }
            Kind::Texts => {
                goal.steps
                    .push(Step::Key(below.to_owned(), argument.span(below)));
                Some(())
            }
            Kind::Agents if goal.selection.as_ref().is_some_and(|(r, _)| r.len() == 1) => {
                let index = goal.selection.take().map_or(0, |(range, _)| range.start);
                goal.steps.push(Step::Index(index));
                self.keys(root, argument, &schema::AGENTS, below, goal)
            }
            Kind::Skills => self.skill_key(root, argument, below, goal),
            _ => {
                self.find(
                    argument.span(below),
                    format!("`{name}` has no parts"),
                    "nothing can follow here",
                    GRAMMAR,
                );
                None
            }
        }
    }

    /// `skills.sales`, `skills.sales.factor`: the names are those of queues.
    fn skill_key(
        &mut self,
        root: &Node,
        argument: Argument<'_>,
        path: &str,
        goal: &mut Goal,
    ) -> Option<()> {
        let queues = root.as_table().and_then(|table| table.get("queues"));
        let names: Vec<&str> = queues
            .and_then(Node::as_list)
            .unwrap_or(&[])
            .iter()
            .filter_map(|node| node.as_table()?.get("name")?.as_text())
            .collect();
        let longest = names
            .iter()
            .filter_map(|name| Some((name.len(), *name, after_name(path, name)?)))
            .max_by_key(|(length, ..)| *length);
        let Some((_, name, rest)) = longest else {
            self.no_such_name(argument, path, "queues", &names);
            return None;
        };
        goal.steps
            .push(Step::Key(name.to_owned(), argument.span(path)));
        let key = match rest.is_empty() {
            // The value of a skill is its factor.
            true => "factor",
            false => rest,
        };
        let Some(declared) = schema::SKILL.key(key) else {
            self.unknown_key(key, argument.span(rest), &schema::SKILL);
            return None;
        };
        goal.key = declared;
        goal.steps
            .push(Step::Key(key.to_owned(), argument.span(path)));
        Some(())
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

/// What follows a name in a path, if the path starts with it.
fn after_name<'s>(path: &'s str, name: &str) -> Option<&'s str> {
    let rest = path.strip_prefix(name)?;
    match rest.is_empty() {
        true => Some(rest),
        false => rest.strip_prefix('.'),
    }
}

/// `[4]` or `[4..8]`
fn parse_index(text: &str) -> Option<Range<usize>> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let position = |text: &str| text.trim().parse::<usize>().ok();
    match inner.split_once("..") {
        Some((start, end)) => {
            let range = position(start)?..position(end)?;
            (!range.is_empty()).then_some(range)
        }
        None => {
            let at = position(inner)?;
            Some(at..at.checked_add(1)?)
        }
    }
}

/// TOML if it is, else text. A number where the key takes a text is one.
fn parse_value(argument: Argument<'_>, text: &str, key: &Key) -> Node {
    let span = argument.span(text);
    let as_text = || Node::new(Value::Text(text.to_owned()), span);
    let texts = matches!(
        key.kind,
        Kind::Name | Kind::Text | Kind::Reference(_) | Kind::Word(_) | Kind::Texts
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
