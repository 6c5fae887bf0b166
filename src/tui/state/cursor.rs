//! Where the cursors are, and the mouse.

use super::{Effect, Focus, Mode, PAGE, State};
use crate::tui::keys::Action;
use crate::tui::layout::{self, Row};
use crate::tui::lever::Spot;
use crate::tui::tabs::{TABS, tab_at};
use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

impl State {
    pub(super) fn mouse(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        let at = Position::new(mouse.column, mouse.row);
        let areas = self.areas();
        if !matches!(self.mode, Mode::Normal) || !self.fits() {
            let scroll = match mouse.kind {
                MouseEventKind::ScrollDown => Action::Down,
                MouseEventKind::ScrollUp => Action::Up,
                _ => return Vec::new(),
            };
            return self.scroll_mode(scroll);
        }
        let over = match areas.levers.contains(at) {
            true => Focus::Levers,
            false if areas.answer.contains(at) => Focus::Answer,
            false => return Vec::new(),
        };
        match mouse.kind {
            MouseEventKind::ScrollDown | MouseEventKind::ScrollUp => {
                let before = std::mem::replace(&mut self.focus, over);
                let down = mouse.kind == MouseEventKind::ScrollDown;
                let action = if down { Action::Down } else { Action::Up };
                (0..3).for_each(|_| self.move_cursor(action));
                self.focus = before;
            }
            MouseEventKind::Down(MouseButton::Left) => {
                self.focus = over;
                let inner = match over {
                    Focus::Levers => layout::inner(areas.levers),
                    Focus::Answer => layout::inner(areas.answer),
                };
                match over {
                    Focus::Levers if inner.contains(at) => {
                        let row = self.first_row + usize::from(at.y - inner.y);
                        let column = usize::from((at.x - inner.x) / layout::CELL);
                        let row = self.rows().get(row).copied();
                        if let Some(spot) = row.and_then(|row| layout::spot_in(row, column)) {
                            self.cursor = spot;
                        }
                    }
                    Focus::Answer if at.y == areas.answer.y => {
                        let x = usize::from(at.x - areas.answer.x);
                        let width = usize::from(areas.answer.width);
                        if let Some(tab) = tab_at(x, width, self.tab) {
                            self.tab = tab;
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        Vec::new()
    }

    /// Moves the cursor of the pane that has the keys.
    pub(super) fn move_cursor(&mut self, action: Action) {
        match self.focus {
            Focus::Levers => self.move_lever(action),
            Focus::Answer => {
                let tab = &TABS[self.tab];
                let (rows, columns) = (tab.extent)(self);
                let view = &mut self.views[self.tab];
                let last = rows.saturating_sub(1);
                view.row = match action {
                    Action::Up => view.row.saturating_sub(1),
                    Action::Down => view.row + 1,
                    Action::PageUp => view.row.saturating_sub(PAGE),
                    Action::PageDown => view.row + PAGE,
                    Action::First => 0,
                    Action::Last => last,
                    _ => view.row,
                }
                .min(last);
                view.column = match action {
                    Action::Left => view.column.saturating_sub(1),
                    Action::Right => view.column + 1,
                    _ => view.column,
                }
                .min(columns.saturating_sub(1));
            }
        }
    }

    pub(super) fn move_lever(&mut self, action: Action) {
        let rows = self.rows();
        let spots: Vec<usize> = (0..rows.len())
            .filter(|r| layout::spot_in(rows[*r], 0).is_some())
            .collect();
        let Some(at) = layout::row_of(&rows, self.cursor) else {
            // It is filtered away.
            if let Some(spot) = spots.first().and_then(|r| layout::spot_in(rows[*r], 0)) {
                self.cursor = spot;
            }
            return;
        };
        let column = match (rows[at], self.cursor) {
            (Row::Cells { from, .. }, Spot::Cell(_, i)) => i - from,
            _ => 0,
        };
        let nth = spots.partition_point(|r| *r < at);
        let last = spots.len() - 1;
        let target = match action {
            Action::Up => nth.saturating_sub(1),
            Action::Down => (nth + 1).min(last),
            Action::PageUp => nth.saturating_sub(PAGE),
            Action::PageDown => (nth + PAGE).min(last),
            Action::First => 0,
            Action::Last => last,
            Action::Left | Action::Right => {
                if let Spot::Cell(g, i) = self.cursor {
                    let next = match action {
                        Action::Left => i.saturating_sub(1),
                        _ => (i + 1).min(self.levers.intervals() - 1),
                    };
                    self.cursor = Spot::Cell(g, next);
                }
                return;
            }
            _ => return,
        };
        if let Some(spot) = layout::spot_in(rows[spots[target]], column) {
            self.cursor = spot;
        }
    }

    /// Moves the first row so that the cursor is in view; the drawing asks for it.
    pub fn keep_in_view(&mut self) {
        let height = usize::from(layout::inner(self.areas().levers).height);
        let rows = self.rows();
        if let Some(at) = layout::row_of(&rows, self.cursor) {
            self.first_row = layout::first_in_view(at, self.first_row, rows.len(), height);
        } else {
            self.first_row = 0;
        }
    }
}
