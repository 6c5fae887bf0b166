//! The path of a `--set`: from its text to a place in the tree.

use std::ops::Range;

use super::fields::Checker;
use super::schema::{self, Key, Kind, Section};
use super::tree::{Node, Span};
use super::words::{listed, nearest, quoted, quoted_list};

/// A step on the way from the root of the tree to a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// Into a table, by a declared key or by the name of a skill.
    Key(String, Span),
    /// Into a list.
    Index(usize),
}

/// What a path leads to.
pub(super) struct Goal {
    pub steps: Vec<Step>,
    /// The last declared key on the way.
    pub key: &'static Key,
    /// The elements meant, if the value is a list of which not all are.
    pub selection: Option<(Range<usize>, Span)>,
    /// The path as written.
    pub span: Span,
}

pub(super) const GRAMMAR: &str = "write PART.NAME.KEY=VALUE, for example queues.sales.target=90/15, \
                       groups.sales team.staff+=1 or run.seed=7";

/// The text of one `--set`, of which pieces are looked at.
#[derive(Clone, Copy)]
pub(super) struct Argument<'s> {
    pub text: &'s str,
    pub source: u32,
}

impl Argument<'_> {
    /// The place of a piece of the text, which must be a slice of it.
    pub fn span(self, piece: &str) -> Span {
        let start = (piece.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        Span {
            source: self.source,
            start: start as u32,
            end: (start + piece.len()) as u32,
        }
    }
}

impl Checker<'_> {
    /// Finds out what a path means.
    pub fn resolve(&mut self, root: &Node, argument: Argument<'_>, path: &str) -> Option<Goal> {
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
}

/// What follows a name in a path, if the path starts with it.
fn after_name<'s>(path: &'s str, name: &str) -> Option<&'s str> {
    let rest = path.strip_prefix(name)?;
    match rest.is_empty() {
        true => Some(rest),
        false => rest.strip_prefix('.'),
    }
}

/// Where the name of a part ends in the text of a `--set`, as it may hold "=" itself; 0 where no name is known.
pub(super) fn end_of_name(root: &Node, text: &str) -> usize {
    let Some((part, rest)) = text.split_once('.') else {
        return 0;
    };
    let list = root.as_table().and_then(|table| table.get(part.trim()));
    let parts = list.and_then(Node::as_list).unwrap_or(&[]).iter();
    let names = parts.filter_map(|node| node.as_table()?.get("name")?.as_text());
    let own = names.filter(|name| after_name(rest, name).is_some_and(|key| !key.is_empty()));
    let longest = own.map(str::len).max();
    longest.map_or(0, |length| part.len() + 1 + length)
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
