//! What is wrong with a scenario: said with the place, what was expected and what to do.

use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::tree::Span;
use super::words::is_unseen;

/// At most this many problems are shown of one scenario.
pub(super) const MOST_PROBLEMS: usize = 20;

/// A problem as it is found: the place is a span in a source that is still at hand.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub message: String,
    pub label: String,
    pub help: Option<String>,
    pub span: Span,
}

/// One thing that is wrong with a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// What is wrong, in one line.
    pub message: String,
    /// Where, and what stands there; none where no text could be read.
    pub place: Option<Place>,
    /// What to do.
    pub help: Option<String>,
}

/// A place in a scenario file or in a `--set`.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The file as it was named, or `--set`.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What to say about it.
    pub label: String,
    /// The line, or the part of it around the place.
    excerpt: String,
    /// The place within the excerpt, in bytes.
    mark: std::ops::Range<usize>,
}

/// Why a scenario could not be read: everything that was found wrong with it, in the order of the file's parts.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioError {
    problems: Vec<Problem>,
    more: usize,
}

impl ScenarioError {
    /// A problem that has no place, such as a file that is not there.
    pub(super) fn plain(message: String, help: &str) -> ScenarioError {
        ScenarioError {
            problems: vec![Problem {
                message,
                place: None,
                help: Some(help.to_owned()),
            }],
            more: 0,
        }
    }

    /// The findings with their places looked up. `source` gives name and text of a source.
    pub(super) fn new<'a>(
        findings: &[Finding],
        source: impl Fn(u32) -> (&'a str, &'a str),
    ) -> ScenarioError {
        let problems = findings
            .iter()
            .take(MOST_PROBLEMS)
            .map(|finding| {
                let (name, text) = source(finding.span.source);
                Problem {
                    message: finding.message.clone(),
                    place: Some(Place::find(name, text, finding.span, &finding.label)),
                    help: finding.help.clone(),
                }
            })
            .collect();
        ScenarioError {
            problems,
            more: findings.len().saturating_sub(MOST_PROBLEMS),
        }
    }

    /// What is wrong, at most twenty things.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The report for a person: each problem with the line it stands on. Signs beyond ASCII are used where standard
    /// error can show them.
    pub fn render(&self, color: bool, width: usize) -> String {
        let unicode = supports_unicode::on(supports_unicode::Stream::Stderr);
        self.render_with(color, unicode, width)
    }

    /// The report, with the choice of signs left to the caller.
    pub fn render_with(&self, color: bool, unicode: bool, width: usize) -> String {
        let handler = GraphicalReportHandler::new_themed(theme(color, unicode))
            .with_width(width.clamp(40, 1000))
            .with_links(false);
        let mut out = String::new();
        for problem in &self.problems {
            if !out.is_empty() {
                out.push('\n');
            }
            let mut report = String::new();
            if handler.render_report(&mut report, problem).is_err() {
                report = format!("error: {problem}\n");
            }
            // miette indents the headline; everything else is in its place.
            out.push_str(report.trim_start_matches([' ', '\n']));
        }
        if self.more > 0 {
            out.push_str(&format!("\nand {} more\n", self.more));
        }
        if !unicode {
            // Messages themselves say "1 … 1000" and the like.
            out = out.replace('…', "...");
        }
        out
    }
}

fn theme(color: bool, unicode: bool) -> GraphicalTheme {
    let mut characters = match unicode {
        true => ThemeCharacters::unicode(),
        false => ThemeCharacters::ascii(),
    };
    characters.error = "error:".to_owned();
    let styles = match color {
        true => ThemeStyles::ansi(),
        false => ThemeStyles::none(),
    };
    GraphicalTheme { characters, styles }
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
            if let Some(place) = &problem.place {
                write!(f, " ({}:{}:{})", place.file, place.line, place.column)?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for ScenarioError {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl miette::Diagnostic for Problem {
    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.place.as_ref().map(|place| place as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.place.as_ref()?;
        let label = (!place.label.is_empty()).then(|| place.label.clone());
        let span = LabeledSpan::new(label, place.mark.start, place.mark.len());
        Some(Box::new(std::iter::once(span)))
    }
}

impl Place {
    /// Most characters shown before and after the start of the marked text.
    const BEFORE: usize = 40;
    const AFTER: usize = 60;

    fn find(file: &str, text: &str, span: Span, label: &str) -> Place {
        let start = floor_char(text, span.start as usize);
        let end = floor_char(text, span.end as usize).max(start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let before = &text[line_start..start];
        let marked = &text[start..end.min(line_end)];
        let after = &text[start + marked.len()..line_end];

        // Only what fits a screen: a line may be as long as the whole file.
        let shown = |text: &str, most: usize| -> (String, bool) {
            let part: String = text.chars().take(most).map(visible).collect();
            (part, text.chars().nth(most).is_some())
        };
        let cut = before
            .char_indices()
            .rev()
            .nth(Self::BEFORE)
            .map(|(at, c)| at + c.len_utf8());
        let mut excerpt = match cut {
            Some(at) => format!("…{}", shown(&before[at..], Self::BEFORE).0),
            None => shown(before, Self::BEFORE).0,
        };
        let (marked_shown, marked_cut) = shown(marked, Self::AFTER);
        let mark = excerpt.len()..excerpt.len() + marked_shown.len();
        excerpt.push_str(&marked_shown);
        if marked_cut {
            excerpt.push('…');
        } else {
            let left = Self::AFTER.saturating_sub(marked_shown.chars().count());
            let (rest, rest_cut) = shown(after.trim_end(), left);
            excerpt.push_str(&rest);
            if rest_cut {
                excerpt.push('…');
            }
        }
        // At the end of a line there is nothing to mark; a mark there would not be shown, nor what is said of it.
        if mark.start == excerpt.len() && !label.is_empty() {
            excerpt.push(' ');
        }
        Place {
            file: file.to_owned(),
            line: 1 + text.as_bytes()[..start]
                .iter()
                .filter(|b| **b == b'\n')
                .count(),
            column: 1 + before.chars().count(),
            label: label.to_owned(),
            excerpt,
            mark,
        }
    }
}

/// Control characters would act on the terminal; tabs would misplace the marks.
fn visible(c: char) -> char {
    match c {
        '\t' | '\r' => ' ',
        c if is_unseen(c) => '\u{fffd}',
        c => c,
    }
}

fn floor_char(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// To miette the excerpt is the whole source; line and column are those of the file.
impl SourceCode for Place {
    fn read_span<'a>(
        &'a self,
        _span: &SourceSpan,
        _before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        Ok(Box::new(MietteSpanContents::new_named(
            self.file.clone(),
            self.excerpt.as_bytes(),
            (0, self.excerpt.len()).into(),
            self.line - 1,
            self.column - 1,
            1,
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_to_a_window_around_the_place() {
        let text = format!("{}HERE{}", "é".repeat(1000), "ö".repeat(1000));
        let span = Span {
            source: 0,
            start: 2000,
            end: 2004,
        };
        let place = Place::find("x.toml", &text, span, "label");
        assert_eq!((place.line, place.column), (1, 1001));
        assert_eq!(&place.excerpt[place.mark.clone()], "HERE");
        assert!(place.excerpt.chars().count() < 130);
    }

    #[test]
    fn a_place_outside_the_text_or_within_a_character_is_no_panic() {
        for (start, end) in [(5, 9), (1, 2), (1, 1), (100, 50)] {
            let span = Span {
                source: 0,
                start,
                end,
            };
            let place = Place::find("x.toml", "€\n€", span, "");
            assert!(place.line >= 1);
        }
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let span = Span {
            source: 0,
            start: 0,
            end: 3,
        };
        let place = Place::find("x.toml", "a\u{1b}[31m", span, "");
        assert!(!place.excerpt.contains('\u{1b}'));
    }
}
