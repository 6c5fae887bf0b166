//! Where things are on the screen: for drawing, and to know what a click means.

use super::lever::{Levers, Spot};
use ratatui::layout::Rect;

/// The smallest terminal that is drawn in.
pub const LEAST: (u16, u16) = (80, 24);

/// The parts of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// The levers, with their frame.
    pub levers: Rect,
    /// The answer, with its frame.
    pub answer: Rect,
    /// What was said last, or what is being typed.
    pub notice: Rect,
    /// The keys.
    pub hints: Rect,
}

impl Areas {
    /// Those of a screen.
    pub fn of(screen: Rect) -> Self {
        let levers = (screen.width * 35 / 100).clamp(28, 54).min(screen.width);
        let height = screen.height.saturating_sub(2);
        let line = |y: u16| Rect {
            y: screen.y + y.min(screen.height.saturating_sub(1)),
            height: 1.min(screen.height),
            ..screen
        };
        Self {
            levers: Rect {
                width: levers,
                height,
                ..screen
            },
            answer: Rect {
                x: screen.x + levers,
                width: screen.width - levers,
                height,
                ..screen
            },
            notice: line(height),
            hints: line(height + 1),
        }
    }
}

/// Without its frame.
pub fn inner(area: Rect) -> Rect {
    Rect {
        x: area.x.saturating_add(1),
        y: area.y.saturating_add(1),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// Columns of a cell of staff: `08:30  14→15`, and a space.
pub const CELL: u16 = 13;

/// A row of the levers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// The name of a part, by its number.
    Title(usize),
    /// A lever.
    Lever(usize),
    /// A group, all its intervals.
    Group(usize),
    /// Some intervals of a group.
    Cells {
        /// The group.
        group: usize,
        /// The first interval.
        from: usize,
        /// The one after the last.
        to: usize,
    },
}

/// The rows of the levers in a pane so wide, those that have a text in their name.
pub fn rows(levers: &Levers, filter: &str, width: u16) -> Vec<Row> {
    let filter = filter.trim().to_lowercase();
    let per_row = usize::from((width / CELL).max(1));
    let mut rows = Vec::new();
    let mut next = 0;
    for (p, part) in levers.parts.iter().enumerate() {
        let title = format!("{} {}", part.name, part.kind).to_lowercase();
        let wanted = |name: &str| {
            let words = format!("{title} {name}");
            filter.split_whitespace().all(|word| words.contains(word))
        };
        let start = rows.len();
        rows.push(Row::Title(p));
        let group = p.checked_sub(levers.first_group);
        if let Some(group) = group.filter(|g| *g < levers.groups.len() && wanted("agents staff")) {
            rows.push(Row::Group(group));
            let n = levers.intervals();
            // A single value is the group's row.
            let cells = (0..n).step_by(per_row).filter(|_| n > 1);
            rows.extend(cells.map(|from| Row::Cells {
                group,
                from,
                to: (from + per_row).min(n),
            }));
        }
        while let Some(lever) = levers.levers.get(next).filter(|lever| lever.part == p) {
            if wanted(lever.name) {
                rows.push(Row::Lever(next));
            }
            next += 1;
        }
        if rows.len() == start + 1 {
            rows.pop();
        }
    }
    rows
}

/// The row that a spot is in.
pub fn row_of(rows: &[Row], spot: Spot) -> Option<usize> {
    rows.iter().position(|row| match (*row, spot) {
        (Row::Lever(l), Spot::Lever(at)) => l == at,
        (Row::Group(g), Spot::Group(at)) => g == at,
        (Row::Cells { group, from, to }, Spot::Cell(g, i)) => group == g && (from..to).contains(&i),
        _ => false,
    })
}

/// The spot in a row, of its cells the one in a column; none in a title.
pub fn spot_in(row: Row, column: usize) -> Option<Spot> {
    match row {
        Row::Title(_) => None,
        Row::Lever(l) => Some(Spot::Lever(l)),
        Row::Group(g) => Some(Spot::Group(g)),
        Row::Cells { group, from, to } => Some(Spot::Cell(group, (from + column).min(to - 1))),
    }
}

/// The first of as many rows as fit, so that one of them is in view, with some around it where there are.
pub fn first_in_view(cursor: usize, before: usize, rows: usize, height: usize) -> usize {
    let around = (height / 4).min(3);
    let least = (cursor + around + 1).saturating_sub(height);
    let most = cursor.saturating_sub(around);
    let last = rows.saturating_sub(height);
    before
        .clamp(least.min(last), most.max(least.min(last)))
        .min(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_is_always_in_view() {
        for height in 1..12 {
            for rows in 1..40 {
                let mut first = 0;
                for cursor in (0..rows).chain((0..rows).rev()) {
                    first = first_in_view(cursor, first, rows, height);
                    let view = first..first + height;
                    assert!(view.contains(&cursor), "{cursor} of {rows} in {view:?}");
                    assert!(
                        first == 0 || first + height <= rows,
                        "nothing below the last"
                    );
                }
            }
        }
    }

    #[test]
    fn areas_fill_the_screen_at_any_size() {
        for (width, height) in [(80, 24), (160, 50), (1, 1), (0, 0), (29, 3), (400, 100)] {
            let screen = Rect::new(0, 0, width, height);
            let areas = Areas::of(screen);
            for area in [areas.levers, areas.answer, areas.notice, areas.hints] {
                assert_eq!(area.intersection(screen), area, "{width}×{height}");
            }
            assert_eq!(areas.levers.width + areas.answer.width, width);
        }
    }
}
