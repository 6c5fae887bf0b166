//! Series: a value per interval of the day, and other values that may come from a file.

use super::columns::{self, Query};
use super::distribution::{MOST_VALUES, check_value, parse_distribution};
use super::fields::{Checker, Fields};
use super::nodes::{
    Fault, clock, clock_text, duration, fraction, other, random_help, rate, text, whole, within,
};
use super::schema::{self, Item, Key, Kind};
use super::tree::{Node, Span, Value};
use super::types::Distribution;
use super::values::{ValueError, parse_rate};
use super::words::{number, quoted};

impl Checker<'_> {
    /// Reads a series: one value per interval of the day.
    pub fn series(&mut self, fields: &Fields<'_>, key: &str) -> Option<Vec<f64>> {
        let values = self.nested(fields, key, |checker, key, node| {
            checker.series_values(key, node)
        })?;
        let equal = values.windows(2).all(|pair| pair[0] == pair[1]);
        if self.steady && !equal {
            self.find(
                fields.span_of(key),
                format!("`{key}` must be one value in a steady run"),
                "this varies over the day",
                "a steady run has constant rates; write one value, or mode = \"day\"",
            );
            return None;
        }
        Some(values)
    }

    /// The values of a series in whatever way it is written.
    pub fn series_values(&mut self, key: &'static Key, node: &Node) -> Option<Vec<f64>> {
        let Kind::Series(item) = key.kind else {
            debug_assert!(false, "{} is no series", key.name);
            return None;
        };
        let intervals = self.grid.map(|grid| grid.intervals());
        match &node.value {
            Value::Table(_) => self.in_file(key, item, node),
            Value::List(list) => {
                let mut values = Vec::with_capacity(list.len());
                for entry in list {
                    let value = item_of(item, entry);
                    values.push(self.settle(key.name, value)?);
                }
                self.check_length(key, node.span, values.len(), "values")?;
                Some(values)
            }
            _ => {
                let value = item_of(item, node).map_err(|mut fault| {
                    fault.error.help = instead(item, node).unwrap_or(fault.error.help);
                    fault
                });
                let value = self.settle(key.name, value)?;
                Some(vec![value; intervals.unwrap_or(1)])
            }
        }
    }

    fn check_length(&mut self, key: &Key, span: Span, found: usize, what: &str) -> Option<()> {
        let grid = self.grid?;
        let expected = grid.intervals();
        if found == expected {
            return Some(());
        }
        let (open, close) = (clock_text(grid.open), clock_text(grid.close));
        self.find(
            span,
            format!("`{}` must have one value per interval", key.name),
            format!("{found} {what}, but the day has {expected} intervals"),
            format!(
                "the day is {open}-{close} by {} minutes; one value alone holds for the whole day",
                grid.interval
            ),
        );
        None
    }

    fn in_file(&mut self, key: &'static Key, item: Item, node: &Node) -> Option<Vec<f64>> {
        let fields = self.open(node, &schema::SERIES_FILE)?;
        let file = self.value(&fields, "file", text);
        let column = self.value(&fields, "column", text);
        let select = match fields.has("where") {
            true => self.nested(&fields, "where", Checker::texts)?,
            false => Vec::new(),
        };
        let (file, column) = (file?, column?);
        let query = Query {
            file: &file,
            column: &column,
            select: &select,
            // More than the day can have; the message then says both lengths.
            most: 100_000,
        };
        let read = columns::read(self.base_dir, &query, |cell| item_in_text(item, cell));
        let cells = match read {
            Ok(cells) => cells,
            Err(wrong) => {
                self.find(
                    fields.span_of("file"),
                    format!("`{}` cannot be read", key.name),
                    wrong,
                    "a CSV file has a header and one row per interval in order; its path is \
                     relative to the scenario file",
                );
                return None;
            }
        };
        let what = match select.is_empty() {
            true => "rows",
            false => "rows that `where` selects",
        };
        self.check_length(key, node.span, cells.len(), what)?;
        let grid = self.grid?;
        for (i, cell) in cells.iter().enumerate() {
            let expected = grid.open + i as u32 * grid.interval;
            if let Some(start) = &cell.start
                && clock(start) != Some(expected)
            {
                self.find(
                    fields.span_of("file"),
                    format!("`{}` does not fit the day", key.name),
                    format!(
                        "{file}, line {}: `start` is {}, but this interval starts at {}",
                        cell.line,
                        quoted(start),
                        clock_text(expected)
                    ),
                    match clock(start) {
                        Some(_) => "the rows must be the intervals of the day in order",
                        None => "write times of day as HH:MM",
                    },
                );
                return None;
            }
        }
        Some(cells.into_iter().map(|cell| cell.value).collect())
    }

    /// A table of texts; numbers and dates are taken as they are written.
    fn texts(&mut self, key: &'static Key, node: &Node) -> Option<Vec<(String, String)>> {
        let help = "write for example { date = \"2003-03-03\" }";
        let Some(table) = node.as_table() else {
            return self.settle(key.name, Err(other(node, "a table of texts", help)));
        };
        let mut texts = Vec::new();
        for entry in &table.0 {
            let text = match &entry.node.value {
                Value::Text(text) | Value::Date(text) => text.clone(),
                Value::Integer(n) => n.to_string(),
                Value::Float(x) => x.to_string(),
                Value::Bool(b) => b.to_string(),
                _ => {
                    let fault = other(&entry.node, "a table of texts", help);
                    return self.settle(key.name, Err(fault));
                }
            };
            texts.push((entry.key.clone(), text));
        }
        Some(texts)
    }

    /// Reads a random duration. Only patience may be without end.
    pub fn random(&mut self, fields: &Fields<'_>, key: &str) -> Option<Distribution> {
        self.nested(fields, key, |checker, key, node| {
            let distribution = match &node.value {
                Value::Text(text) => {
                    let parsed = parse_distribution(text, checker.base_dir);
                    checker.settle(key.name, parsed.map_err(|e| e.at(node)))?
                }
                Value::Table(_) => checker.given_values(node)?,
                _ => return checker.settle(key.name, Err(random_help(node))),
            };
            if distribution == Distribution::Never && key.name != "patience" {
                let error = ValueError::new(
                    "a random duration that ends",
                    "\"never\" is for patience only",
                    "write for example \"exp(180s)\"",
                );
                return checker.settle(key.name, Err(error.at(node)));
            }
            Some(distribution)
        })
    }

    /// `{ empirical = [12, 34] }`
    fn given_values(&mut self, node: &Node) -> Option<Distribution> {
        let fields = self.open(node, &schema::EMPIRICAL)?;
        let source = self.value(&fields, "source", text);
        let values_s = self.nested(&fields, "empirical", |checker, key, node| {
            let help =
                "write a list of times, for example [12.5, 40, \"2m\"]; bare numbers are seconds";
            let list = match node.as_list() {
                Some(list) if !list.is_empty() && list.len() <= MOST_VALUES => list,
                _ => {
                    let expected = format!("a list of 1 to {MOST_VALUES} times");
                    return checker.settle(key.name, Err(other(node, &expected, help)));
                }
            };
            let mut values = Vec::with_capacity(list.len());
            for entry in list {
                let value = match entry.as_number() {
                    Some(x) => check_value(x).ok_or_else(|| {
                        let wrong = format!("{} is not between 0 and 10 years", number(x));
                        ValueError::new("a list of times", wrong, help).at(entry)
                    }),
                    None => duration(entry).map(|d| d.as_secs_f64()),
                };
                values.push(checker.settle(key.name, value)?);
            }
            Some(values)
        });
        Some(Distribution::Empirical {
            values_s: values_s?,
            source: source?,
        })
    }
}

/// What was probably meant by a text that is no value of the series.
fn instead(item: Item, node: &Node) -> Option<String> {
    let text = node.as_text()?;
    if text.to_lowercase().ends_with(".csv") {
        let file = quoted(text);
        return Some(format!(
            "a column of a CSV file is written {{ file = {file}, column = \"…\" }}"
        ));
    }
    (item == Item::Volume && parse_rate(text).is_ok()).then(|| {
        format!(
            "calls per time are a rate: write rate = {} in place of volume",
            quoted(text)
        )
    })
}

const AGENTS_HELP: &str = "write a whole number, for example 12";

fn item_of(item: Item, node: &Node) -> Result<f64, Fault> {
    match item {
        Item::Volume => within(node, 0.0, f64::MAX),
        Item::Rate => rate(node),
        Item::Agents => whole(node, 0, schema::MOST_AGENTS).map(|n| n as f64),
        Item::Factor => within(node, f64::MIN_POSITIVE, schema::MOST_FACTOR),
        Item::Share => fraction(node).and_then(|x| match x < 1.0 {
            true => Ok(x),
            false => Err(ValueError::new(
                "a fraction below 1",
                "nobody would be productive",
                "write for example 0.3 or \"30%\"",
            )
            .at(node)),
        }),
    }
}

/// A cell of a CSV file.
fn item_in_text(item: Item, cell: &str) -> Result<f64, String> {
    if item == Item::Rate {
        return parse_rate(cell).map_err(|e| e.to_string());
    }
    let node = match cell.parse() {
        Ok(x) => Node::new(Value::Float(x), Span::default()),
        Err(_) => Node::new(Value::Text(cell.to_owned()), Span::default()),
    };
    item_of(item, &node).map_err(|fault| {
        let help = match item {
            Item::Agents => AGENTS_HELP,
            _ => "write a number, for example 12.5",
        };
        let cell = quoted(cell);
        format!("{cell} is not {}; {help}", fault.error.expected)
    })
}
