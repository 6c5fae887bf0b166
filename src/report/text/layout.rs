//! Words and columns on a page of limited width.

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Space between columns.
const GAP: usize = 2;

/// Every line of a table starts with this.
const INDENT: usize = 2;

/// A space at which no line is broken. Figures are written with it between number and unit.
pub const NBSP: char = '\u{a0}';

/// Columns that a text takes.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// The text in at most `width` columns: what is too long ends in `…`.
pub fn truncated(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used + 1 > width {
            break;
        }
        cut.push(c);
    }
    // Summed by characters, a joined emoji is wider than it is; never narrower.
    if width > 0 {
        cut.push('…');
    }
    cut
}

/// The text broken into lines of at most `width` columns, each after `indent` spaces, those after the first after
/// `hanging` more.
pub fn wrapped(text: &str, width: usize, indent: usize, hanging: usize) -> String {
    let mut out = " ".repeat(indent);
    let mut used = indent;
    let mut start = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let wide = columns(word);
        if !start && used + 1 + wide > width {
            out.push('\n');
            out.push_str(&" ".repeat(indent + hanging));
            used = indent + hanging;
        } else if !start {
            out.push(' ');
            used += 1;
        }
        let word = truncated(word, width.saturating_sub(used));
        out.push_str(&word);
        used += columns(&word);
        start = false;
    }
    out.push('\n');
    out
}

/// How a piece of text looks where colour is wanted. What it says never depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// As it is.
    Plain,
    /// A heading.
    Heading,
    /// Good news.
    Good,
    /// Bad news.
    Bad,
    /// To be careful with.
    Doubt,
    /// Beside the point.
    Aside,
}

impl Look {
    /// The text with its colour, if `colour`.
    pub fn paint(self, text: &str, colour: bool) -> String {
        let style = match self {
            Look::Plain => return text.to_owned(),
            Look::Heading => Style::new().bold(),
            Look::Good => AnsiColor::Green.on_default(),
            Look::Bad => AnsiColor::Red.on_default().bold(),
            Look::Doubt => AnsiColor::Yellow.on_default(),
            Look::Aside => Style::new().dimmed(),
        };
        if colour {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// One figure in a table. The heads of a column's cells end at the same place, as do numbers before their `±`.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    head: String,
    tail: String,
}

impl Cell {
    /// Two texts whose seam is aligned.
    pub fn seamed(head: String, tail: String) -> Self {
        Self { head, tail }
    }

    /// With something more at its beginning.
    #[must_use]
    pub fn with_head(mut self, more: &str) -> Self {
        self.head.insert_str(0, more);
        self
    }

    /// With something more at its end.
    #[must_use]
    pub fn with_tail(mut self, more: &str) -> Self {
        self.tail += more;
        self
    }

    /// The same in fewer columns: `+2.8±0.3pp`.
    #[must_use]
    pub fn without_spaces(self) -> Self {
        let without = |text: String| text.replace([' ', NBSP], "");
        Self::seamed(without(self.head), without(self.tail))
    }

    /// What stands before the seam.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// What stands behind it.
    pub fn tail(&self) -> &str {
        &self.tail
    }
}

impl std::fmt::Display for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.head, self.tail)
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::seamed(text.into(), String::new())
    }
}

/// A column of figures.
#[derive(Debug)]
struct Column {
    header: String,
    /// When the page is too narrow, the columns of the least weight go first.
    weight: u8,
    cells: Vec<Cell>,
}

impl Column {
    fn head(&self) -> usize {
        self.cells
            .iter()
            .map(|c| columns(&c.head))
            .max()
            .unwrap_or(0)
    }

    fn tail(&self) -> usize {
        self.cells
            .iter()
            .map(|c| columns(&c.tail))
            .max()
            .unwrap_or(0)
    }

    fn width(&self) -> usize {
        columns(&self.header).max(self.head() + self.tail())
    }

    fn cell(&self, row: usize) -> String {
        let cell = &self.cells[row];
        let tail = self.tail();
        let seam = self.width() - tail;
        let before = seam.saturating_sub(columns(&cell.head));
        let after = tail.saturating_sub(columns(&cell.tail));
        let (before, after) = (" ".repeat(before), " ".repeat(after));
        format!("{before}{}{}{after}", cell.head, cell.tail)
    }
}

/// Rows with a name at the left, and columns of figures, aligned at the right.
#[derive(Debug)]
pub struct Table {
    header: String,
    names: Vec<String>,
    columns: Vec<Column>,
}

impl Table {
    /// A table of the given rows.
    pub fn new(header: &str, names: Vec<String>) -> Self {
        Self {
            header: header.to_owned(),
            names,
            columns: Vec::new(),
        }
    }

    /// Adds a column of figures.
    pub fn column(&mut self, header: &str, weight: u8, cells: impl Iterator<Item = Cell>) {
        let mut cells: Vec<Cell> = cells.collect();
        cells.resize(self.names.len(), Cell::default());
        self.columns.push(Column {
            header: header.to_owned(),
            weight,
            cells,
        });
    }

    /// What the names are names of.
    pub fn header(&self) -> &str {
        &self.header
    }

    /// The names of the rows.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Header and cells of each column.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &[Cell])> {
        let columns = self.columns.iter();
        columns.map(|column| (column.header.as_str(), column.cells.as_slice()))
    }

    /// Columns of the widest name, and of all figures.
    fn widths(&self) -> (usize, usize) {
        let names = self.names.iter().chain([&self.header]);
        let name = names.map(|name| columns(name)).max().unwrap_or(0);
        (name, self.columns.iter().map(|c| GAP + c.width()).sum())
    }

    /// Columns that the table takes where nothing is left out.
    pub fn natural_width(&self) -> usize {
        let (name, figures) = self.widths();
        INDENT + name + figures
    }

    /// Without the least important figures, so that the others have room in `width` columns.
    #[must_use]
    pub fn within(mut self, width: usize) -> Self {
        // Columns do not go for the sake of the last letters of a long name.
        let name = self.widths().0.min((width / 4).max(12));
        while INDENT + name + self.widths().1 > width {
            // Of equals the last one.
            let lightest = (0..self.columns.len())
                .rev()
                .min_by_key(|&i| self.columns[i].weight);
            let Some(lightest) = lightest else { break };
            self.columns.remove(lightest);
        }
        self
    }

    /// The table in at most `width` columns: first the least important figures go, then names are cut.
    pub fn render(self, width: usize, colour: bool) -> String {
        let table = self.within(width);
        let (name, figures) = table.widths();
        let name_width = name.min(width.saturating_sub(INDENT + figures));

        let line = |name: &str, cells: &mut dyn Iterator<Item = String>| {
            let name = truncated(name, name_width);
            let pad = " ".repeat(name_width.saturating_sub(columns(&name)));
            let mut line = format!("{:INDENT$}{name}{pad}", "");
            for cell in cells {
                line.push_str(&" ".repeat(GAP));
                line.push_str(&cell);
            }
            line.truncate(line.trim_end_matches(' ').len());
            line
        };
        let mut headers = table.columns.iter().map(|column| {
            let pad = " ".repeat(column.width() - columns(&column.header));
            format!("{pad}{}", column.header)
        });
        let mut out = Look::Heading.paint(&line(&table.header, &mut headers), colour);
        out.push('\n');
        for (row, name) in table.names.iter().enumerate() {
            let mut cells = table.columns.iter().map(|column| column.cell(row));
            out.push_str(&line(name, &mut cells));
            out.push('\n');
        }
        out
    }
}

/// Bars of eighths, each the largest of some intervals.
pub fn bars(staff: &[u32], most: u32, per_bar: usize) -> String {
    const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let bars = staff.chunks(per_bar).map(|some| {
        let n = u64::from(some.iter().max().copied().unwrap_or(0));
        let most = u64::from(most.max(1));
        // Whoever is there can be seen.
        BARS[((16 * n + most) / (2 * most)).max(n.min(1)) as usize]
    });
    bars.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_never_empty_where_somebody_is() {
        assert_eq!(bars(&[0, 1, 50, 100], 100, 1), " ▁▄█");
        assert_eq!(bars(&[0, 1, 50, 100, 7], 100, 2), "▁█▁");
        assert_eq!(bars(&[0, 0], 0, 1), "  ");
        assert_eq!(bars(&[u32::MAX], u32::MAX, 1), "█");
    }

    #[test]
    fn names_are_cut_by_columns_not_by_characters() {
        assert_eq!(truncated("service", 7), "service");
        assert_eq!(truncated("service", 6), "servi…");
        assert_eq!(truncated("客户服务", 6), "客户…");
        assert_eq!(truncated("客户服务", 5), "客户…");
        assert_eq!(truncated("客户服务", 4), "客…");
        assert_eq!(truncated("客", 1), "…");
        assert_eq!(truncated("a", 0), "");
        for width in 0..12 {
            let cut = truncated("👩‍👩‍👧‍👦 family 👨🏽‍🚒", width);
            assert!(columns(&cut) <= width, "{cut} at {width}");
        }
    }

    #[test]
    fn lines_are_broken_between_words() {
        let text = "one two three four";
        assert_eq!(wrapped(text, 10, 2, 1), "  one two\n   three\n   four\n");
        assert_eq!(wrapped("incomprehensible", 10, 0, 0), "incompreh…\n");
        assert_eq!(wrapped("", 10, 0, 0), "\n");
    }

    #[test]
    fn a_narrow_page_drops_the_lightest_columns_first() {
        let table = || {
            let mut table = Table::new("queue", vec!["service".into(), "s".into()]);
            table.column("offered", 1, ["1,200", "7"].into_iter().map(Cell::from));
            table.column("in target", 9, {
                [("76.4", " ± 0.3"), ("–", "")]
                    .into_iter()
                    .map(|(head, tail)| Cell::seamed(head.into(), tail.into()))
            });
            table
        };
        assert_eq!(
            table().render(40, false),
            "  queue    offered   in target\n  service    1,200  76.4 ± 0.3\n  s              7     –\n"
        );
        assert_eq!(
            table().render(24, false),
            "  queue     in target\n  service  76.4 ± 0.3\n  s           –\n"
        );
        for (width, left) in [(30, 2), (29, 1), (21, 1), (20, 0)] {
            assert_eq!(table().within(width).columns().count(), left, "{width}");
        }
    }
}
