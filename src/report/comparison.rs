//! The report of a comparison: what differs between variants, how sure that is, and whether it is for the better.

mod markdown;
mod page;
mod tables;
pub(crate) mod words;

pub use markdown::markdown;
pub use page::write as page;
pub use tables::write_csv;
pub use words::summary;

use super::text::Page;
use super::text::layout::{Cell, Look, NBSP, Table, columns, truncated, wrapped};
use crate::lab::{Comparison, Difference, Verdict};
use words::{Scale, counts, figure, name_of_headline};

/// Cells of the strip that shows an interval; 0 is in the middle.
const STRIP: usize = 21;

/// The report as text; with `all` every figure, else the headlines.
pub fn text(comparison: &Comparison, page: &Page, all: bool) -> String {
    let page = Page {
        width: page.width.max(40),
        ..*page
    };
    let mut blocks = vec![heading(comparison, &page)];
    for (side, differences) in words::by_side(comparison) {
        let joint: Vec<&Difference> = differences.iter().copied().filter(|d| d.joint).collect();
        if comparison.sides.len() > 2 {
            blocks.push(page.title(&format!("{} {}", side.letter, side.label)));
        }
        blocks.push(wrapped(&counts(&joint), page.text_width(), 2, 0));
        let (alike, shown): (Vec<_>, Vec<_>) = words::by_place(&joint)
            .into_iter()
            .partition(|(_, differences)| differences.iter().all(|d| d.is_nothing()));
        if !shown.is_empty() {
            blocks.push(table(&shown, side.letter, name_of_headline, &page));
        }
        if !alike.is_empty() {
            let places: Vec<&str> = alike.iter().map(|(place, _)| *place).collect();
            let sentence = format!(
                "Alike on every day, in all headlines: {}.",
                places.join(", ")
            );
            blocks.push(wrapped(&sentence, page.text_width(), 2, 0));
        }
        blocks.extend(
            words::pairing(&joint).map(|sentence| wrapped(&sentence, page.text_width(), 2, 0)),
        );
        if all {
            let single: Vec<&Difference> =
                differences.iter().copied().filter(|d| !d.joint).collect();
            let title = format!(
                "Further figures: each interval holds for itself, not all together ({})",
                words::level(comparison)
            );
            blocks.push(page.title(&title));
            blocks.push(table(
                &words::by_place(&single),
                side.letter,
                str::to_owned,
                &page,
            ));
        }
    }
    if comparison.sides.len() > 2 {
        blocks.push(ranking(comparison, &page));
    }
    blocks.push(
        words::only(comparison)
            .iter()
            .map(|sentence| wrapped(sentence, page.text_width(), 2, 2))
            .collect(),
    );
    blocks.push(page.warnings(&comparison.run.warnings));
    let hint = match all {
        true => "(differences by interval: --csv or --json; page with plots: --report)",
        false => {
            "(every figure: --all; page with plots: --report; for a pull request: --markdown; for scripts: --json)"
        }
    };
    let legend = format!(
        "The strip draws an interval around 0 (│), with the margin (┊): {}.",
        words::margins(comparison)
    );
    blocks.push(page.aside(
        &(wrapped(&legend, page.text_width(), 2, 2) + &wrapped(hint, page.text_width(), 2, 1)),
    ));
    blocks.retain(|block| !block.is_empty());
    blocks.join("\n").replace(NBSP, " ")
}

/// What is compared, and how.
fn heading(comparison: &Comparison, page: &Page) -> String {
    let sides = words::letters(comparison).map(|side| {
        let line = format!("{}  {}", side.letter, side.label);
        truncated(&line, page.width) + "\n"
    });
    let mut out = page.painted(&sides.collect::<String>(), Look::Heading);
    out += &wrapped(&words::how(comparison), page.width, 0, 2);
    if comparison.run.partial {
        let stopped = format!("Stopped early: {} were complete.", words::days(comparison));
        out += &page.painted(&wrapped(&stopped, page.text_width(), 0, 2), Look::Doubt);
    }
    out
}

fn look(verdict: Verdict) -> Look {
    match verdict {
        Verdict::Better => Look::Good,
        Verdict::Worse => Look::Bad,
        Verdict::Unknown => Look::Doubt,
        Verdict::Equivalent => Look::Aside,
        Verdict::Higher | Verdict::Lower => Look::Plain,
    }
}

/// A row for each difference, under a line for each place.
fn table(
    places: &[(&str, Vec<&Difference>)],
    letter: char,
    name: fn(&str) -> String,
    page: &Page,
) -> String {
    let rows: Vec<Option<&Difference>> = places
        .iter()
        .flat_map(|(_, differences)| {
            std::iter::once(None).chain(differences.iter().copied().map(Some))
        })
        .collect();
    let mut headings = places.iter().map(|(place, _)| (*place).to_owned());
    let names = rows.iter().map(|row| match row {
        None => headings.next().unwrap_or_default(),
        Some(difference) => format!("  {}", name(difference.kpi)),
    });
    let mut table = Table::new("", names.collect());
    let cells = |of: &dyn Fn(&Difference) -> Cell| -> Vec<Cell> {
        rows.iter()
            .map(|row| row.map_or(Cell::default(), of))
            .collect()
    };
    let value = |of: fn(&Difference) -> Option<f64>| cells(&|d| Cell::from(figure(d.unit, of(d))));
    table.column("A", 6, value(|d| d.value_a).into_iter());
    table.column(&letter.to_string(), 6, value(|d| d.value_b).into_iter());
    table.column("difference", 9, cells(&words::difference).into_iter());
    let all: Vec<&Difference> = rows.iter().copied().flatten().collect();
    let scale = Scale::new(&all);
    table.column("", 2, cells(&|d| Cell::from(strip(d, &scale))).into_iter());
    let verdict = |d: &Difference| Cell::seamed(String::new(), d.verdict.name().to_owned());
    table.column("", 9, cells(&verdict).into_iter());
    let rendered = table.render(page.width, page.colour);
    let mut out = String::new();
    for (i, line) in rendered.lines().enumerate() {
        let row = i.checked_sub(1).and_then(|row| rows[row]);
        match row.and_then(|row| Some((row.verdict, line.strip_suffix(row.verdict.name())?))) {
            Some((verdict, head)) => {
                out += head;
                out += &look(verdict).paint(verdict.name(), page.colour);
            }
            None => out += line,
        }
        out.push('\n');
    }
    out
}

/// An interval around 0, which is in the middle; nothing where there is none.
fn strip(difference: &Difference, scale: &Scale) -> String {
    let (Some(mean), Some((low, high))) = (difference.difference.mean, difference.difference.ci)
    else {
        return String::new();
    };
    let middle = (STRIP - 1) as f64 / 2.0;
    let at = |x: f64| {
        let part = scale.part(difference, x).clamp(-1.0, 1.0);
        (middle + middle * part).round() as usize
    };
    let mut cells = [' '; STRIP];
    if let Some(margin) = difference.margin {
        cells[at(-margin)] = '┊';
        cells[at(margin)] = '┊';
    }
    cells[STRIP / 2] = '│';
    for cell in &mut cells[at(low)..=at(high)] {
        *cell = if *cell == '│' { '┿' } else { '━' };
    }
    cells[at(mean)] = '●';
    cells.iter().collect()
}

/// Which variant is best in what.
fn ranking(comparison: &Comparison, page: &Page) -> String {
    if comparison.ranking.is_empty() {
        return String::new();
    }
    let mut out = page.title("Ranking in total · ranks that share a range are too close to call");
    for ranking in &comparison.ranking {
        let unit = crate::kpi::unit(&ranking.kpi);
        let ranks: Vec<String> = ranking
            .order
            .iter()
            .map(|rank| {
                let letter = words::letter(comparison, &rank.side);
                let value = unit.map_or(String::new(), |unit| figure(unit, Some(rank.mean)));
                format!("{} {letter} {value}", words::rank(rank)).replace(' ', "\u{a0}")
            })
            .collect();
        let name = name_of_headline(&ranking.kpi);
        let pad = " ".repeat(14usize.saturating_sub(columns(&name)));
        let line = format!("{name}{pad}").replace(' ', "\u{a0}") + "  " + &ranks.join(" · ");
        out += &wrapped(&line, page.width, 2, 16);
    }
    out
}
