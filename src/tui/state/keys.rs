//! What the keys do in each mode.

use super::{
    Answered, Ask, Effect, Entry, Errand, Focus, Mode, Purpose, State, Tone, What, Writing, beside,
};
use crate::shifts::own_rules;
use crate::tui::input::Input;
use crate::tui::keys::{Action, COMMANDS, Command, KeyPress};
use crate::tui::lever::{Edits, Spot};
use crate::tui::tabs::{self, SHIFTS, TABS};
use crate::tui::theme::Theme;
use crate::tui::work::{Change, Origin, Proposal, Request};
use ratatui::crossterm::event::KeyCode;
use std::path::PathBuf;

impl State {
    pub(super) fn key(&mut self, key: KeyPress) -> Vec<Effect> {
        self.interrupted = key.is_ctrl('c');
        if key.is_ctrl('c') && !matches!(self.mode, Mode::Normal) {
            return match &self.mode {
                Mode::Ask(_) => self.interrupt(),
                _ => {
                    self.mode = Mode::Normal;
                    Vec::new()
                }
            };
        }
        if !self.fits() {
            // Only the way out is in view.
            return match self.keymap.action(key) {
                Some(Action::Quit) => self.interrupt(),
                _ => Vec::new(),
            };
        }
        match &mut self.mode {
            Mode::Normal => self.normal(key),
            Mode::Entry(_) => self.entry(key),
            Mode::Palette { .. } => self.palette(key),
            Mode::Text { .. } | Mode::Help { .. } => self.reading(key),
            Mode::Ask(_) => self.asked(key),
            Mode::Offer(_) => self.offered(key),
            Mode::Play(_) => self.playing(key),
        }
    }

    fn normal(&mut self, key: KeyPress) -> Vec<Effect> {
        let digit = key.typed().and_then(|c| c.to_digit(10));
        match (self.keymap.action(key), digit) {
            (Some(action), _) => self.act(action),
            (None, Some(digit)) if self.focus == Focus::Answer => {
                self.tab = tabs::of_digit(digit as usize);
                Vec::new()
            }
            (None, Some(digit)) => {
                self.mode = Mode::Entry(Entry {
                    purpose: Purpose::Value(self.cursor),
                    input: Input::new(&digit.to_string()),
                    error: None,
                });
                Vec::new()
            }
            (None, None) => {
                let help = self.keymap.hint(Action::Help);
                self.notice = Some(super::Line {
                    tone: Tone::Plain,
                    text: format!("{key} does nothing here; {help} shows all keys"),
                });
                Vec::new()
            }
        }
    }

    /// Does what a command says.
    pub(super) fn act(&mut self, action: Action) -> Vec<Effect> {
        self.notice = None;
        let spot = self.cursor;
        let marked = self.marked.clone();
        let moves = [
            Action::Increase,
            Action::Decrease,
            Action::IncreaseMuch,
            Action::DecreaseMuch,
            Action::Reset,
        ];
        if moves.contains(&action) && super::layout::row_of(&self.rows(), spot).is_none() {
            self.note(Tone::Plain, "no lever is in view: esc shows all");
            return Vec::new();
        }
        let step = |state: &mut State, up, big| {
            state.change(|levers, whatif, _| levers.step(whatif, spot, up, big, &marked))
        };
        match action {
            Action::Increase => return step(self, true, false),
            Action::Decrease => return step(self, false, false),
            Action::IncreaseMuch => return step(self, true, true),
            Action::DecreaseMuch => return step(self, false, true),
            Action::Reset => {
                return self.change(|levers, whatif, baseline| {
                    levers.reset(whatif, baseline, spot, &marked);
                });
            }
            Action::ResetAll => {
                return self.change(|_, whatif, baseline| *whatif = baseline.clone());
            }
            Action::Undo | Action::Redo => {
                let before = self.history.now().clone();
                let (done, none) = match action {
                    Action::Undo => (self.history.undo(), "there is nothing to undo"),
                    _ => (self.history.redo(), "there is nothing to do again"),
                };
                if done {
                    return self.changed(&before);
                }
                self.note(Tone::Plain, none);
            }
            Action::Rebase => {
                let before = self.history.now().clone();
                let changed = self
                    .history
                    .change(|setting| setting.baseline = setting.whatif.clone());
                if changed {
                    self.note(Tone::Good, "the what-if is the baseline now");
                    return self.changed(&before);
                }
                self.note(Tone::Plain, "the what-if is the baseline already");
            }
            Action::Up
            | Action::Down
            | Action::Left
            | Action::Right
            | Action::PageUp
            | Action::PageDown
            | Action::First
            | Action::Last => self.move_cursor(action),
            Action::OtherPane => {
                self.focus = match self.focus {
                    Focus::Levers => Focus::Answer,
                    Focus::Answer => Focus::Levers,
                };
            }
            Action::Tab(tab) => self.tab = tab,
            Action::NextTab => self.tab = (self.tab + 1) % TABS.len(),
            Action::PreviousTab => self.tab = (self.tab + TABS.len() - 1) % TABS.len(),
            Action::Enter => return self.enter(),
            Action::MarkInterval => self.mark_interval(),
            Action::MarkRange => self.mark_range(),
            Action::Search => return self.search(),
            Action::Plan => return self.plan_shifts(),
            Action::Mark => {
                let name = format!("what-if {}", self.marks.len() + 1);
                self.open_entry(Purpose::MarkName, &name);
            }
            Action::Delete => return self.delete(),
            Action::Save => {
                let name = beside(self.file.as_deref(), "-whatif.toml");
                self.open_entry(Purpose::Save { leave: false }, &name);
            }
            Action::Page => match self.is_fresh() {
                true => {
                    let name = beside(self.file.as_deref(), "-whatif.html");
                    self.open_entry(Purpose::Page, &name);
                }
                false => self.note(Tone::Plain, "nothing is simulated of this setting yet"),
            },
            Action::Csv => {
                if (TABS[self.tab].table)(self).is_empty() {
                    self.note(Tone::Plain, "there is no table in view yet");
                    return Vec::new();
                }
                let ending = format!("-{}.csv", TABS[self.tab].name);
                let name = beside(self.file.as_deref(), &ending);
                self.open_entry(Purpose::Csv, &name);
            }
            Action::CommandLine => {
                // Longer lines go on in the next one: what is cut off could not be copied.
                let width = usize::from(self.size.0).saturating_sub(4).max(1);
                let mut lines = Vec::new();
                for command in self.command_lines() {
                    for line in command.lines() {
                        let signs: Vec<char> = line.chars().collect();
                        lines.extend(signs.chunks(width).map(String::from_iter));
                    }
                    lines.push(String::new());
                }
                self.mode = Mode::Text {
                    title: "the same from the command line".to_owned(),
                    lines,
                    scroll: 0,
                };
            }
            Action::Play => {
                self.note(Tone::Plain, "a day is simulated, to be played");
                let sets = self.sets_of(&self.history.now().whatif);
                let number = self.begin(Errand::Record);
                return vec![Effect::Work(Request::Record { number, sets })];
            }
            Action::Filter => {
                let filter = self.filter.clone();
                self.open_entry(Purpose::Filter, &filter);
            }
            Action::Palette => {
                self.mode = Mode::Palette {
                    input: Input::default(),
                    selected: 0,
                };
            }
            Action::Colours => {
                let next = self.theme.palette.next();
                self.theme = Theme::new(next);
                self.note(Tone::Plain, format!("colours: {}", next.name()));
            }
            Action::Help => self.mode = Mode::Help { scroll: 0 },
            Action::Back => return self.back(),
            Action::Suspend => return vec![Effect::Suspend],
            Action::Quit => return self.leave(),
        }
        Vec::new()
    }

    /// Closes what is open, one thing at a time.
    fn back(&mut self) -> Vec<Effect> {
        let ends = match self.errand {
            Some((Errand::Search, _)) => "the search ends with the best so far",
            Some((Errand::Plan, _)) => "planning ends with the best so far",
            _ => "",
        };
        if !ends.is_empty() {
            self.note(Tone::Plain, ends);
            return vec![Effect::StopWork];
        }
        let view = &mut self.views[self.tab];
        if self.focus == Focus::Answer && view.closer {
            view.closer = false;
        } else if !self.marked.is_empty() {
            self.marked.clear();
            self.last_marked = None;
        } else if !self.filter.is_empty() {
            self.filter.clear();
        } else {
            self.focus = Focus::Levers;
        }
        Vec::new()
    }

    fn enter(&mut self) -> Vec<Effect> {
        match (self.focus, TABS[self.tab].name) {
            (Focus::Levers, _) => {
                let marked = self.marked.clone();
                let whatif = &self.history.now().whatif;
                let value = self.levers.value(whatif, self.cursor, &marked);
                let text = self.levers.shown(self.cursor, &value).replace('\u{a0}', "");
                self.open_entry(Purpose::Value(self.cursor), &text);
                Vec::new()
            }
            (_, "intervals") => {
                let view = &mut self.views[self.tab];
                view.closer = !view.closer;
                Vec::new()
            }
            (_, "marks") => {
                let Some(mark) = self.marks.get(self.views[self.tab].row) else {
                    let mark = self.keymap.hint(Action::Mark);
                    self.note(
                        Tone::Plain,
                        format!("there is no mark yet; {mark} makes one"),
                    );
                    return Vec::new();
                };
                let (name, edits) = (mark.name.clone(), mark.edits.clone());
                self.note(Tone::Good, format!("the what-if is {name}"));
                self.change(|_, whatif, _| *whatif = edits)
            }
            (_, "shifts") => {
                self.offer_plan();
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn open_entry(&mut self, purpose: Purpose, suggestion: &str) {
        self.mode = Mode::Entry(Entry {
            purpose,
            input: Input::suggesting(suggestion),
            error: None,
        });
    }

    // ---- Marked intervals ----

    /// The interval that the cursor is at.
    fn interval(&self) -> Option<usize> {
        match (self.focus, self.cursor) {
            (Focus::Answer, _) if TABS[self.tab].by_interval => {
                let row = self.views[self.tab].row;
                (row < self.levers.intervals()).then_some(row)
            }
            (_, Spot::Cell(_, i)) => Some(i),
            _ => None,
        }
    }

    fn mark_interval(&mut self) {
        let Some(i) = self.interval() else {
            self.note(
                Tone::Plain,
                "intervals are marked where the cursor is at one",
            );
            return;
        };
        if !self.marked.remove(&i) {
            self.marked.insert(i);
            self.last_marked = Some(i);
        }
    }

    fn mark_range(&mut self) {
        let Some(i) = self.interval() else {
            self.note(
                Tone::Plain,
                "intervals are marked where the cursor is at one",
            );
            return;
        };
        let from = self.last_marked.unwrap_or(i);
        self.marked.extend(from.min(i)..=from.max(i));
        self.last_marked = Some(i);
    }

    /// Searches the agents for what the cursor is at.
    fn search(&mut self) -> Vec<Effect> {
        let (groups, intervals) = match (self.focus, self.cursor) {
            (Focus::Answer, _) if self.interval().is_some() => {
                let own = self.interval().into_iter().collect();
                let marked: Vec<usize> = self.marked.iter().copied().collect();
                let all = (0..self.levers.groups.len()).collect();
                (all, if marked.is_empty() { own } else { marked })
            }
            (_, spot @ (Spot::Group(g) | Spot::Cell(g, _))) => {
                (vec![g], self.levers.meant(spot, &self.marked))
            }
            _ => {
                self.note(
                    Tone::Plain,
                    "move to a group or an interval of staff first: for that the agents needed are searched",
                );
                return Vec::new();
            }
        };
        let where_to = match (groups.as_slice(), intervals.as_slice()) {
            ([g], [i]) => self.levers.name(Spot::Cell(*g, *i)),
            ([g], _) => self.levers.name(Spot::Group(*g)),
            (_, [i]) => self.levers.starts[*i].clone(),
            _ => "the marked intervals".to_owned(),
        };
        self.note(
            Tone::Plain,
            format!("searching how many agents it takes: {where_to}; esc takes the best so far"),
        );
        let number = self.begin(Errand::Search);
        vec![Effect::Work(Request::Search {
            number,
            sets: self.sets_of(&self.history.now().whatif),
            groups,
            intervals,
        })]
    }

    /// Plans shifts for the what-if, and shows their tab.
    fn plan_shifts(&mut self) -> Vec<Effect> {
        self.tab = SHIFTS;
        self.focus = Focus::Answer;
        // Nothing that is changed in a session changes that.
        if let Err(unfit) = own_rules(&self.scenario) {
            self.note(Tone::Bad, unfit.to_string());
            return Vec::new();
        }
        self.note(
            Tone::Plain,
            "planning shifts for the what-if; esc takes the best so far",
        );
        let number = self.begin(Errand::Plan);
        let sets = self.sets_of(&self.history.now().whatif);
        vec![Effect::Work(Request::Plan { number, sets })]
    }

    /// Offers the people of the plan as the staff of the what-if.
    fn offer_plan(&mut self) {
        let key = self.keymap.hint(Action::Plan);
        let Some(planned) = self.fresh_plan() else {
            let text = match self.plan.as_ref().map(|plan| &plan.found) {
                Some(Ok(_)) => format!("the plan is of another what-if; {key} plans again"),
                _ => format!("there is no plan yet; {key} makes one"),
            };
            self.note(Tone::Plain, text);
            return;
        };
        if planned.shifts.people.is_empty() {
            self.note(Tone::Plain, "the plan has no people");
            return;
        }
        let whatif = &self.history.now().whatif;
        let mut changes = Vec::new();
        for (group, staff) in planned.staff.iter().enumerate() {
            for (interval, &to) in staff.iter().enumerate() {
                let from = self.levers.agents(whatif, group, interval);
                changes.push(Change {
                    group,
                    interval,
                    from,
                    to,
                });
            }
        }
        changes.retain(|change| change.from != change.to);
        let mut words = Vec::new();
        if !changes.is_empty() {
            words.push(Change::in_all(&changes, self.scenario.interval_min));
            words.push(
                "In each interval the fewest who are at work and not on a break, without those whom shrinkage takes away."
                    .to_owned(),
            );
        }
        self.mode = Mode::Offer(Proposal {
            origin: Origin::Plan,
            changes,
            words,
        });
    }

    fn delete(&mut self) -> Vec<Effect> {
        let row = self.views[self.tab].row;
        if TABS[self.tab].name != "marks" || row >= self.marks.len() {
            self.note(
                Tone::Plain,
                "marks are deleted in tab 8, with the cursor at one",
            );
            return Vec::new();
        }
        let mark = self.marks.remove(row);
        self.views[self.tab].row = row.min(self.marks.len().saturating_sub(1));
        self.note(Tone::Plain, format!("the mark {} is deleted", mark.name));
        vec![Effect::Keep]
    }

    // ---- A line is typed ----

    fn entry(&mut self, key: KeyPress) -> Vec<Effect> {
        let Mode::Entry(entry) = &mut self.mode else {
            return Vec::new();
        };
        match key.plain() {
            Some(KeyCode::Enter) => return self.submit(),
            Some(KeyCode::Esc) => {
                if entry.purpose == Purpose::Filter {
                    self.filter.clear();
                }
                self.close_entry();
                return Vec::new();
            }
            _ => {}
        }
        entry.input.key(key);
        self.retyped();
        Vec::new()
    }

    /// The line that is typed has another text.
    pub(super) fn retyped(&mut self) {
        let Mode::Entry(entry) = &mut self.mode else {
            return;
        };
        entry.error = None;
        if entry.purpose == Purpose::Filter {
            self.filter = entry.input.text();
            self.first_row = 0;
            if super::layout::row_of(&self.rows(), self.cursor).is_none() {
                self.move_lever(Action::First);
            }
        }
    }

    /// The mode that the line was typed in.
    fn close_entry(&mut self) {
        self.mode = match std::mem::replace(&mut self.mode, Mode::Normal) {
            Mode::Entry(Entry {
                purpose: Purpose::Time,
                ..
            }) => match self.paused.take() {
                Some(player) => Mode::Play(player),
                None => Mode::Normal,
            },
            _ => Mode::Normal,
        };
    }

    fn submit(&mut self) -> Vec<Effect> {
        let Mode::Entry(entry) = &mut self.mode else {
            return Vec::new();
        };
        let text = entry.input.text().trim().to_owned();
        let purpose = entry.purpose.clone();
        let missing = text.is_empty() && !matches!(purpose, Purpose::Filter | Purpose::Value(_));
        if missing {
            entry.error = Some("nothing was typed; esc closes".to_owned());
            return Vec::new();
        }
        let what = match purpose {
            Purpose::Value(spot) => {
                return match self.levers.parse(spot, &text) {
                    Ok(value) => {
                        self.mode = Mode::Normal;
                        let marked = self.marked.clone();
                        self.change(|levers, whatif, _| levers.set(whatif, spot, &value, &marked))
                    }
                    Err(expected) => {
                        entry.error = Some(format!("expected {expected}"));
                        Vec::new()
                    }
                };
            }
            Purpose::Filter => {
                self.mode = Mode::Normal;
                return Vec::new();
            }
            Purpose::MarkName => {
                self.mode = Mode::Normal;
                return self.mark(&text);
            }
            Purpose::Time => return self.go_to(&text),
            Purpose::Save { leave } => {
                self.leaving = leave;
                let fresh = self.seen.as_ref().filter(|_| self.is_fresh());
                let whatif = self.history.now().whatif.clone();
                What::Scenario {
                    sets: self.sets_of(&whatif),
                    whatif,
                    days: fresh.map(|(_, seen)| seen.snapshot.days),
                }
            }
            Purpose::Page => match &self.seen {
                Some((_, seen)) => What::Page(seen.clone()),
                None => return Vec::new(),
            },
            Purpose::Csv => What::Csv((TABS[self.tab].table)(self)),
        };
        self.mode = Mode::Normal;
        vec![Effect::Write(Writing {
            what,
            path: PathBuf::from(text),
            overwrite: false,
        })]
    }

    // ---- The palette ----

    fn palette(&mut self, key: KeyPress) -> Vec<Effect> {
        let found = self.commands_found();
        let Mode::Palette { input, selected } = &mut self.mode else {
            return Vec::new();
        };
        let last = found.len().saturating_sub(1);
        match key.plain() {
            Some(KeyCode::Esc) => self.mode = Mode::Normal,
            Some(KeyCode::Up) => *selected = selected.saturating_sub(1),
            Some(KeyCode::Down) => *selected = (*selected + 1).min(last),
            Some(KeyCode::Enter) => {
                let chosen = found.get(*selected).map(|at| COMMANDS[*at].action);
                self.mode = Mode::Normal;
                if let Some(action) = chosen {
                    return self.act(action);
                }
            }
            _ => {
                input.key(key);
                *selected = 0;
            }
        }
        Vec::new()
    }

    /// The commands that the palette finds, by their number.
    pub fn commands_found(&self) -> Vec<usize> {
        let Mode::Palette { input, .. } = &self.mode else {
            return Vec::new();
        };
        let text = input.text().to_lowercase();
        let wanted = |command: &&Command| {
            let words = format!("{} {}", command.name, command.about);
            text.split_whitespace().all(|word| words.contains(word))
        };
        // What is called so comes before what says so.
        let named = |command: &Command| !command.name.contains(text.trim());
        let mut found: Vec<usize> = (0..COMMANDS.len())
            .filter(|at| wanted(&&COMMANDS[*at]))
            .collect();
        found.sort_by_key(|at| named(&COMMANDS[*at]));
        found
    }

    // ---- What is read, asked and offered ----

    fn reading(&mut self, key: KeyPress) -> Vec<Effect> {
        match self.keymap.action(key) {
            Some(
                action @ (Action::Up
                | Action::Down
                | Action::PageUp
                | Action::PageDown
                | Action::First),
            ) => {
                return self.scroll_mode(action);
            }
            _ => self.mode = Mode::Normal,
        }
        Vec::new()
    }

    /// Scrolls what lies over the panes. The drawing sees to it that the last line stays in view.
    pub(super) fn scroll_mode(&mut self, action: Action) -> Vec<Effect> {
        let lines = match &self.mode {
            // One of them for the numbers.
            Mode::Help { .. } => COMMANDS.len() + 1,
            Mode::Text { lines, .. } => lines.len(),
            _ => 0,
        };
        // The box has a frame, and leaves a line above and below.
        let last = lines.saturating_sub(usize::from(self.size.1).saturating_sub(4));
        if let Mode::Help { scroll } | Mode::Text { scroll, .. } = &mut self.mode {
            *scroll = match action {
                Action::Up => scroll.saturating_sub(1),
                Action::Down => *scroll + 1,
                Action::PageUp => scroll.saturating_sub(super::PAGE),
                Action::PageDown => *scroll + super::PAGE,
                _ => 0,
            }
            .min(last);
        }
        Vec::new()
    }

    fn asked(&mut self, key: KeyPress) -> Vec<Effect> {
        let Mode::Ask(Ask { answers, .. }) = &self.mode else {
            return Vec::new();
        };
        let escape = key.plain() == Some(KeyCode::Esc);
        let typed = key.typed().map(|c| c.to_ascii_lowercase());
        let chosen = answers.iter().find(|(c, ..)| Some(*c) == typed);
        let Some(answer) = chosen
            .map(|(.., answer)| answer.clone())
            .or(escape.then_some(Answered::Back))
        else {
            return Vec::new();
        };
        self.mode = Mode::Normal;
        match answer {
            Answered::Back => Vec::new(),
            Answered::Leave => vec![Effect::Leave],
            Answered::SaveAndLeave => {
                let name = beside(self.file.as_deref(), "-whatif.toml");
                self.open_entry(Purpose::Save { leave: true }, &name);
                Vec::new()
            }
            Answered::Overwrite { writing, leave } => {
                self.leaving = leave;
                vec![Effect::Write(*writing)]
            }
            Answered::Resume(kept) => self.resume(*kept),
        }
    }

    fn offered(&mut self, key: KeyPress) -> Vec<Effect> {
        let Mode::Offer(Proposal { changes, .. }) = &self.mode else {
            return Vec::new();
        };
        let take = [Some(KeyCode::Enter), Some(KeyCode::Char('y'))].contains(&key.plain());
        let leave = [
            Some(KeyCode::Esc),
            Some(KeyCode::Char('n')),
            Some(KeyCode::Char('q')),
        ];
        if take {
            let changes = changes.clone();
            self.mode = Mode::Normal;
            return self.change(|levers, whatif: &mut Edits, _| {
                for change in &changes {
                    levers.set_agents(whatif, change.group, change.interval, change.to);
                }
            });
        }
        if leave.contains(&key.plain()) {
            self.mode = Mode::Normal;
        }
        Vec::new()
    }

    // ---- A day is played ----

    fn playing(&mut self, key: KeyPress) -> Vec<Effect> {
        let Mode::Play(player) = &mut self.mode else {
            return Vec::new();
        };
        match (key.typed(), key.plain()) {
            (Some(' '), _) => player.toggle_pause(),
            (Some('n' | '.'), _) => player.step(),
            (Some('p' | ','), _) => player.step_back(),
            (Some('+' | '='), _) | (_, Some(KeyCode::Up)) => player.faster(),
            (Some('-' | '_'), _) | (_, Some(KeyCode::Down)) => player.slower(),
            (Some('l'), _) | (_, Some(KeyCode::Right)) => player.jump(1),
            (Some('h'), _) | (_, Some(KeyCode::Left)) => player.jump(-1),
            (Some(']'), _) | (_, Some(KeyCode::PageDown)) => player.next_interval(),
            (Some('['), _) | (_, Some(KeyCode::PageUp)) => player.previous_interval(),
            (_, Some(KeyCode::Home)) => player.seek_to(0),
            (_, Some(KeyCode::End)) => player.seek_to(i64::MAX),
            (Some('t' | '/'), _) => {
                if let Mode::Play(player) = std::mem::replace(&mut self.mode, Mode::Normal) {
                    self.paused = Some(player);
                }
                self.open_entry(Purpose::Time, "");
            }
            (Some('q' | 'a'), _) | (_, Some(KeyCode::Esc)) => self.mode = Mode::Normal,
            _ => {}
        }
        Vec::new()
    }

    /// To a time of the day that is played.
    fn go_to(&mut self, text: &str) -> Vec<Effect> {
        let Mode::Entry(entry) = &mut self.mode else {
            return Vec::new();
        };
        let Some(minutes) = tabs::minutes_of(text) else {
            entry.error = Some("expected a time, such as 10:15".to_owned());
            return Vec::new();
        };
        let since_opening = i64::from(minutes) - i64::from(self.scenario.open_min);
        self.close_entry();
        if let Mode::Play(player) = &mut self.mode {
            player.seek_to(since_opening.max(0) * 60_000_000_000);
        }
        Vec::new()
    }
}
