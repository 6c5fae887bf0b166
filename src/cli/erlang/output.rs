//! Answers as text, JSON and CSV.

use super::super::{Failure, print, print_json, print_with, width};
use super::figures::{Figure, Unit, counted, exact, shown};
use super::given::{self, Given, Varied};
use crate::erlang::Error;
use crate::report::files::Place;
use clap::Args;
use serde_json::{Map, Value, json};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Flags {
    /// Print every figure as one JSON document
    #[arg(long)]
    json: bool,
    /// Write every figure as CSV into a file, or to standard output
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-", conflicts_with = "json")]
    csv: Option<PathBuf>,
    /// Overwrite the file if it exists
    #[arg(long, requires = "csv")]
    force: bool,
}

/// What was found for one set of numbers.
pub struct Answer {
    /// In words.
    pub sentence: String,
    pub figures: Vec<Figure>,
    /// What one less (or more) would give, and how it is called.
    pub beside: Option<(String, Result<Vec<Figure>, Error>)>,
    /// How the columns are called where there is one beside.
    pub called: String,
}

impl Answer {
    /// The figures with a number of servers, and beside them those with `one_less`.
    pub fn of_servers(
        sentence: String,
        servers: f64,
        what: &str,
        one_less: bool,
        figures: impl Fn(f64) -> Result<Vec<Figure>, Error>,
    ) -> Result<Self, Error> {
        let less = (one_less && servers >= 1.0).then_some(servers - 1.0);
        Ok(Self {
            sentence,
            figures: figures(servers)?,
            beside: less.map(|less| (counted(less, what), figures(less))),
            called: counted(servers, what),
        })
    }
}

/// `8 agents are needed for 80 % in 20 s.`
pub fn needed(servers: f64, what: &str, targets: &str) -> String {
    let verb = if servers == 1.0 { "is" } else { "are" };
    format!("{} {verb} needed for {targets}.", counted(servers, what))
}

/// `Up to 100 calls/h can be taken with 80 % in 20 s.`
pub fn most(done: &str, targets: &str) -> String {
    format!("Up to {done} with {targets}.")
}

/// Whether a target is met, in a word.
pub fn verdict(met: bool) -> &'static str {
    match met {
        true => "Met",
        false => "Missed",
    }
}

/// The system and the numbers that are given.
pub fn title(name: &str, given: &[Given<'_>]) -> String {
    let name = std::iter::once(name.to_owned());
    let parts: Vec<String> = name.chain(given.iter().filter_map(Given::words)).collect();
    parts.join(" · ")
}

/// A system with the numbers given.
pub trait Question {
    fn model(&self) -> &'static str;
    fn title(&self) -> String;
    /// The numbers, one of which may be a range.
    fn given(&self) -> Vec<Given<'_>>;
    /// What is given beside them, as documents name it; what is null was not.
    fn more(&self) -> Vec<(&'static str, Value)>;
    /// What is wrong whatever the value of the varied flag.
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }
    /// With the value of the varied flag.
    fn answer(&self, varied: Option<f64>) -> Result<Answer, Error>;
    /// Name of the figure that a chart shows: what is solved for, or how well it goes.
    fn charted(&self) -> &'static str;
}

/// What was asked, as documents have it.
fn input(question: &dyn Question) -> Map<String, Value> {
    let mut input = given::document(&question.given());
    let more = question.more().into_iter();
    let more = more.filter(|(_, value)| !value.is_null());
    input.extend(more.map(|(name, value)| (name.to_owned(), value)));
    input
}

/// Prints the answer; `false` if there is none, which is said.
pub fn show(question: &dyn Question, flags: &Flags) -> Result<bool, Failure> {
    let path = flags.csv.as_ref().filter(|path| *path != "-");
    let place = path.map(|path| Place::given(path, flags.force));
    if let Some(place) = &place {
        place.may_save_file()?;
    }
    let failed = |error: Error| match flags.json {
        true => print_json(&error_document(&error)).map(|()| false),
        false => Err(Failure::bad_input(error)),
    };
    let varied = match question
        .check()
        .and_then(|()| given::varied(&question.given()))
    {
        Ok(varied) => varied,
        Err(error) => return failed(error),
    };
    let rows = match &varied {
        None => match question.answer(None) {
            Ok(answer) => vec![(None, Ok(answer))],
            Err(error) => return failed(error),
        },
        Some(varied) => {
            let rows = varied.values.iter();
            rows.map(|value| (Some(*value), question.answer(Some(*value))))
                .collect()
        }
    };
    // What makes no sense for any value is no table.
    let senseless = |(_, answer): &Row| matches!(answer, Err(Error::BadInput(_)));
    if let ([(_, Err(error)), ..], true) = (rows.as_slice(), rows.iter().all(senseless)) {
        return failed(error.clone());
    }
    if flags.json {
        print_json(&document(question, &varied, &rows))?;
    } else if flags.csv.is_some() {
        match place {
            Some(place) => {
                place.save_file(|out| write_csv(&varied, &rows, out))?;
            }
            None => print_with(|out| write_csv(&varied, &rows, out))?,
        }
    } else {
        let is_terminal = std::io::stdout().is_terminal();
        let ascii = is_terminal && !supports_unicode::on(supports_unicode::Stream::Stdout);
        let page = Page {
            width: width(is_terminal),
            ascii,
        };
        let text = match &varied {
            None => page.single(question, &rows),
            Some(varied) => page.table(question, varied, &rows),
        };
        print(&text)?;
    }
    Ok(rows.iter().any(|(_, answer)| answer.is_ok()))
}

/// What the command line itself is wrong in, as a document.
pub fn show_usage_error(message: &str) -> Result<(), Failure> {
    print_json(&error_document(&Error::BadInput(message.to_owned())))
}

type Row = (Option<f64>, Result<Answer, Error>);

/// An error as JSON.
fn error_document(error: &Error) -> Value {
    let mut document = json!({ "error": error.kind(), "message": error.to_string() });
    match error {
        Error::Unstable { least_agents, .. } => document["least_agents"] = json!(least_agents),
        Error::Unreachable { best, .. } => document["best_attainable"] = json!(best),
        _ => {}
    }
    document
}

/// In words the service levels come first; in documents they are the last.
fn in_order(figures: &[Figure]) -> impl Iterator<Item = &Figure> {
    let within = |figure: &&Figure| figure.name.contains('.');
    let plain = figures.iter().filter(move |figure| !within(figure));
    plain.chain(figures.iter().filter(within))
}

fn document(question: &dyn Question, varied: &Option<Varied>, rows: &[Row]) -> Value {
    let result = |(value, answer): &Row| match answer {
        Err(error) => {
            let mut document = error_document(error);
            if let (Some(value), Some(varied)) = (value, varied) {
                document[varied.kind.name] = exact(*value, varied.kind.unit);
            }
            document
        }
        Ok(answer) => {
            let mut map = Map::new();
            for figure in in_order(&answer.figures) {
                match figure.name.split_once('.') {
                    None => {
                        map.insert(figure.name.to_owned(), figure.exact());
                    }
                    Some((object, name)) => {
                        let object = map.entry(object).or_insert_with(|| json!({}));
                        object[name] = figure.exact();
                    }
                }
            }
            Value::Object(map)
        }
    };
    let mut document = json!({
        "schema": "acdsim.erlang/1",
        "model": question.model(),
        "input": input(question),
    });
    match rows {
        [row @ (None, _)] => document["result"] = result(row),
        rows => document["results"] = rows.iter().map(result).collect(),
    }
    document
}

/// One row for each value; figures that there are not stay empty.
fn write_csv(varied: &Option<Varied>, rows: &[Row], out: &mut dyn Write) -> std::io::Result<()> {
    let name = |figure: &Figure| {
        figure
            .name
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    // The varied one is the first column, also where there is no answer.
    let first = varied.as_ref().map(|varied| varied.kind.name);
    let columns: Vec<String> = rows
        .iter()
        .find_map(|(_, answer)| answer.as_ref().ok())
        .map(|answer| {
            in_order(&answer.figures)
                .filter(|figure| Some(figure.name) != first)
                .map(name)
                .collect()
        })
        .unwrap_or_default();
    let mut table = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    table.write_record(
        first
            .into_iter()
            .chain(columns.iter().map(String::as_str))
            .chain(["error"]),
    )?;
    for (value, answer) in rows {
        let unit = varied
            .as_ref()
            .map_or(Unit::Number, |varied| varied.kind.unit);
        let mut cells: Vec<String> = value
            .iter()
            .map(|value| exact(*value, unit).to_string())
            .collect();
        match answer {
            Ok(answer) => {
                for figure in in_order(&answer.figures).filter(|figure| Some(figure.name) != first)
                {
                    cells.push(match figure.exact() {
                        Value::Null => String::new(),
                        value => value.to_string(),
                    });
                }
                cells.push(String::new());
            }
            Err(error) => {
                cells.extend(columns.iter().map(|_| String::new()));
                cells.push(error.kind().to_owned());
            }
        }
        table.write_record(cells)?;
    }
    table.flush()
}

struct Page {
    width: usize,
    ascii: bool,
}

impl Page {
    /// One answer: the sentence, then figure by figure.
    fn single(&self, question: &dyn Question, rows: &[Row]) -> String {
        let mut out = format!("{}\n\n", question.title());
        let [(_, Ok(answer))] = rows else {
            return out;
        };
        out += &format!("  {}\n\n", answer.sentence);
        // How many stands over the columns, where there are two.
        let several = answer.beside.is_some();
        let in_rows =
            |figure: &&Figure| !(figure.label.is_empty() || several && figure.unit == Unit::Count);
        let shown_of = |figures: &[Figure]| -> Vec<String> {
            let labelled = figures.iter().filter(in_rows);
            labelled.map(|figure| figure.shown()).collect()
        };
        let labels: Vec<&str> = answer
            .figures
            .iter()
            .filter(in_rows)
            .map(|figure| figure.label.as_str())
            .collect();
        let mut columns = vec![(answer.called.clone(), shown_of(&answer.figures))];
        let mut note = None;
        match &answer.beside {
            Some((called, Ok(figures))) => columns.push((called.clone(), shown_of(figures))),
            Some((called, Err(error))) => note = Some(format!("  With {called}: {error}\n")),
            None => {}
        }
        let first = labels.iter().map(|label| label.chars().count()).max();
        let first = first.unwrap_or(0);
        let widths: Vec<usize> = columns
            .iter()
            .map(|(head, cells)| {
                let cells = cells.iter().map(|cell| cell.chars().count());
                cells.chain([head.chars().count()]).max().unwrap_or(0)
            })
            .collect();
        if columns.len() > 1 {
            out += &format!("  {:first$}", "");
            for ((head, _), width) in columns.iter().zip(&widths) {
                out += &format!("  {head:>width$}");
            }
            out += "\n";
        }
        for (i, label) in labels.iter().enumerate() {
            out += &format!("  {label:first$}");
            for ((_, cells), width) in columns.iter().zip(&widths) {
                let empty = String::new();
                out += &format!("  {:>width$}", cells.get(i).unwrap_or(&empty));
            }
            out += "\n";
        }
        out + &note.unwrap_or_default()
    }

    /// A row for each value, with a bar.
    fn table(&self, question: &dyn Question, varied: &Varied, rows: &[Row]) -> String {
        let charted = question.charted();
        // The varied one has the first column.
        let has_column =
            |figure: &&Figure| !(figure.head.is_empty() || figure.name == varied.kind.name);
        let heads: Vec<&str> = rows
            .iter()
            .find_map(|(_, answer)| answer.as_ref().ok())
            .map(|answer| {
                let shown = answer.figures.iter().filter(has_column);
                shown.map(|figure| figure.head).collect()
            })
            .unwrap_or_default();
        let mut table: Vec<Vec<String>> = vec![
            std::iter::once(varied.kind.name.replace('_', " "))
                .chain(heads.iter().map(|head| (*head).to_owned()))
                .collect(),
        ];
        let mut bars: Vec<Result<(f64, Unit), String>> = Vec::new();
        for (value, answer) in rows {
            let mut cells = vec![shown(*value, varied.kind.unit)];
            match answer {
                Ok(answer) => {
                    let mut bar = (f64::NAN, Unit::Number);
                    for figure in &answer.figures {
                        if has_column(&figure) {
                            cells.push(figure.shown());
                        }
                        if figure.name == charted {
                            bar = (figure.value.unwrap_or(f64::NAN), figure.unit);
                        }
                    }
                    bars.push(Ok(bar));
                }
                Err(error) => {
                    cells.extend(heads.iter().map(|_| "–".to_owned()));
                    bars.push(Err(match error {
                        Error::Unstable { least_agents, .. } => {
                            format!(
                                "unstable: at least {}",
                                counted(*least_agents as f64, "agent")
                            )
                        }
                        error => error.kind().replace('_', " "),
                    }));
                }
            }
            table.push(cells);
        }
        let widths: Vec<usize> = (0..table[0].len())
            .map(|column| {
                let cells = table.iter().filter_map(|row| row.get(column));
                cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        let used: usize = widths.iter().map(|width| width + 2).sum();
        let room = self.width.saturating_sub(used + 2).min(50);
        // Fractions fill the room at 100 %, numbers at their largest.
        let largest = bars.iter().flatten().map(|(value, unit)| match unit {
            Unit::Percent => 1.0,
            _ => *value,
        });
        let largest = largest
            .filter(|value| value.is_finite())
            .fold(0.0, f64::max);
        let mut out = format!("{}\n\n", question.title());
        for (i, row) in table.iter().enumerate() {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line += &format!("  {cell:>width$}");
            }
            line += "  ";
            match i.checked_sub(1).map(|i| &bars[i]) {
                None => {
                    let label = rows.iter().find_map(|(_, answer)| answer.as_ref().ok());
                    let label = label.and_then(|answer| {
                        let mut figures = answer.figures.iter();
                        figures.find(|figure| figure.name == charted)
                    });
                    // A count has its column already; of a fraction the label says more than its head.
                    let label = label.filter(|figure| figure.unit == Unit::Percent);
                    line += label.map_or("", |figure| figure.label.as_str());
                }
                Some(Ok((value, _))) => line += &self.bar(value / largest, room),
                Some(Err(why)) => line += why,
            }
            out += line.trim_end();
            out += "\n";
        }
        out
    }

    /// A bar of a fraction of the room, in eighths of a column.
    fn bar(&self, fraction: f64, room: usize) -> String {
        const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
        if !fraction.is_finite() {
            return String::new();
        }
        if self.ascii {
            return "#".repeat((fraction * room as f64).round() as usize);
        }
        let eighths = (fraction * room as f64 * 8.0).round() as usize;
        "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_fill_their_room() {
        let page = |ascii: bool| Page { width: 80, ascii };
        assert_eq!(page(false).bar(1.0, 4), "████");
        assert_eq!(page(false).bar(0.4, 4), "█▋");
        assert_eq!(page(true).bar(0.4, 5), "##");
        assert_eq!(page(false).bar(f64::NAN, 4), "");
    }
}
