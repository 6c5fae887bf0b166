//! What can be done, and by which keys: the one list from which the keys, the help, the palette and the configuration come.
//!
//! To add a command, add it to [`Action`] and [`COMMANDS`]; what it does is in `State::act`.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::collections::HashMap;
use std::fmt;

/// Something that can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Moves up.
    Up,
    /// Moves down.
    Down,
    /// Moves left.
    Left,
    /// Moves right.
    Right,
    /// Moves a page up.
    PageUp,
    /// Moves a page down.
    PageDown,
    /// Moves to the first.
    First,
    /// Moves to the last.
    Last,
    /// The other pane.
    OtherPane,
    /// The tab after this one.
    NextTab,
    /// The tab before this one.
    PreviousTab,
    /// A tab, by its number from 0.
    Tab(usize),
    /// Looks closer, or sets.
    Enter,
    /// A small step up.
    Increase,
    /// A small step down.
    Decrease,
    /// A large step up.
    IncreaseMuch,
    /// A large step down.
    DecreaseMuch,
    /// The lever back to the baseline.
    Reset,
    /// All levers back to the baseline.
    ResetAll,
    /// Takes the last change back.
    Undo,
    /// Makes it again.
    Redo,
    /// Marks an interval, or unmarks it.
    MarkInterval,
    /// Marks all intervals from the last marked one.
    MarkRange,
    /// The what-if becomes the baseline.
    Rebase,
    /// Searches the agents needed.
    Search,
    /// Plans shifts.
    Plan,
    /// Keeps the what-if under a name.
    Mark,
    /// Deletes what the cursor is at.
    Delete,
    /// Saves the what-if as a scenario.
    Save,
    /// Writes the page of both.
    Page,
    /// Writes the table in view.
    Csv,
    /// Shows the command line.
    CommandLine,
    /// Plays a day.
    Play,
    /// Shows the levers that have a text in their name.
    Filter,
    /// Finds a command by its name.
    Palette,
    /// The colours after these.
    Colours,
    /// All keys.
    Help,
    /// Back.
    Back,
    /// Suspends the program.
    Suspend,
    /// Leaves.
    Quit,
}

/// An action, what it is called and by which keys it is done.
#[derive(Debug)]
pub struct Command {
    /// What is done.
    pub action: Action,
    /// Its name in the palette and the configuration.
    pub name: &'static str,
    /// The keys, as the configuration writes them.
    pub keys: &'static [&'static str],
    /// What it does, in a few words.
    pub about: &'static str,
}

const fn command(
    action: Action,
    name: &'static str,
    keys: &'static [&'static str],
    about: &'static str,
) -> Command {
    Command {
        action,
        name,
        keys,
        about,
    }
}

/// Every command.
#[rustfmt::skip]
pub static COMMANDS: &[Command] = &[
    command(Action::Up, "up", &["up", "k"], "move up"),
    command(Action::Down, "down", &["down", "j"], "move down"),
    command(Action::Left, "left", &["left", "h"], "move left"),
    command(Action::Right, "right", &["right", "l"], "move right"),
    command(Action::PageUp, "page-up", &["pageup", "ctrl-b"], "move a page up"),
    command(Action::PageDown, "page-down", &["pagedown", "ctrl-f"], "move a page down"),
    command(Action::First, "first", &["home"], "move to the first"),
    command(Action::Last, "last", &["end", "G"], "move to the last"),
    command(Action::OtherPane, "other-pane", &["tab", "backtab"], "from the levers to the answer, and back"),
    command(Action::Increase, "increase", &["+", "="], "a step up"),
    command(Action::Decrease, "decrease", &["-", "_"], "a step down"),
    command(Action::IncreaseMuch, "increase-much", &[">", "."], "a large step up"),
    command(Action::DecreaseMuch, "decrease-much", &["<", ","], "a large step down"),
    command(Action::Enter, "enter", &["enter"], "set a value; look closer; load a mark; take a plan"),
    command(Action::Reset, "reset", &["x"], "this lever back to the baseline"),
    command(Action::ResetAll, "reset-all", &["X"], "all levers back to the baseline"),
    command(Action::Undo, "undo", &["u"], "take the last change back"),
    command(Action::Redo, "redo", &["ctrl-r", "ctrl-y"], "make it again"),
    command(Action::MarkInterval, "mark-interval", &["space"], "mark an interval for changes of staff, or unmark it"),
    command(Action::MarkRange, "mark-range", &["v"], "mark all intervals from the last marked one to here"),
    command(Action::Rebase, "rebase", &["b"], "make the what-if the baseline"),
    command(Action::Search, "search-staff", &["g"], "how many agents do I need here?"),
    command(Action::Plan, "plan-shifts", &["p"], "who works when? plan shifts for the what-if"),
    command(Action::Mark, "mark", &["m"], "keep the what-if under a name"),
    command(Action::Delete, "delete", &["d", "delete"], "delete the mark at the cursor"),
    command(Action::Save, "save", &["s"], "save the what-if as a scenario file"),
    command(Action::Page, "write-page", &["w"], "write a page with plots of both, as HTML"),
    command(Action::Csv, "export-csv", &["e"], "write the table in view as CSV"),
    command(Action::CommandLine, "command-line", &["y"], "show the equivalent command line"),
    command(Action::Play, "play-day", &["a"], "play one day of the what-if"),
    command(Action::NextTab, "next-tab", &["]"], "the tab to the right"),
    command(Action::PreviousTab, "previous-tab", &["["], "the tab to the left"),
    command(Action::Tab(0), "summary", &["f1", "alt-1"], "tab 1: the headlines"),
    command(Action::Tab(1), "queues", &["f2", "alt-2"], "tab 2: every figure of the queues"),
    command(Action::Tab(2), "groups", &["f3", "alt-3"], "tab 3: every figure of agent and trunk groups"),
    command(Action::Tab(3), "intervals", &["f4", "alt-4"], "tab 4: service level by interval, and cover"),
    command(Action::Tab(4), "requirement", &["f5", "alt-5"], "tab 5: staff against requirement"),
    command(Action::Tab(5), "waits", &["f6", "alt-6"], "tab 6: how long callers wait"),
    command(Action::Tab(6), "erlang", &["f7", "alt-7"], "tab 7: Erlang-C and -A beside the simulation"),
    command(Action::Tab(7), "marks", &["f8", "alt-8"], "tab 8: the marks side by side"),
    command(Action::Tab(8), "log", &["f9", "alt-9"], "tab 9: what was done, and warnings"),
    command(Action::Tab(9), "shifts", &["f10", "alt-0"], "tab 0: who works when"),
    command(Action::Filter, "filter", &["/"], "show only levers with a text in their name"),
    command(Action::Palette, "palette", &[":"], "find a command by its name"),
    command(Action::Colours, "colours", &["c"], "other colours: dark, light, 16, none"),
    command(Action::Help, "help", &["?"], "all keys"),
    command(Action::Back, "back", &["esc"], "close what is open; end a search; unmark all intervals"),
    command(Action::Suspend, "suspend", &["ctrl-z"], "to the shell; fg comes back"),
    command(Action::Quit, "quit", &["q", "ctrl-c"], "leave"),
];

/// A key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyPress {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl KeyPress {
    /// The key of an event. A letter's case says whether shift was held.
    pub fn of(event: &KeyEvent) -> Self {
        let mut modifiers = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
        let mut code = event.code;
        if let KeyCode::Char(c) = code
            && modifiers.contains(KeyModifiers::CONTROL)
        {
            code = KeyCode::Char(c.to_ascii_lowercase());
        }
        // Some terminals send the shifted sign with alt too.
        if code == KeyCode::BackTab {
            modifiers = KeyModifiers::NONE;
        }
        Self { code, modifiers }
    }

    /// Reads `u`, `G`, `ctrl-r`, `alt-1`, `f5`, `pageup`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        loop {
            let split = rest.split_once('-').filter(|(_, key)| !key.is_empty());
            rest = match split {
                Some(("ctrl", key)) => {
                    modifiers |= KeyModifiers::CONTROL;
                    key
                }
                Some(("alt", key)) => {
                    modifiers |= KeyModifiers::ALT;
                    key
                }
                _ => break,
            };
        }
        let named = NAMED.iter().find(|(name, _)| *name == rest);
        let function = || {
            let n = rest.strip_prefix('f')?.parse().ok()?;
            (1..=12).contains(&n).then_some(KeyCode::F(n))
        };
        let single = || {
            let mut chars = rest.chars();
            let c = chars.next().filter(|c| !c.is_control() && *c != ' ')?;
            chars.next().is_none().then_some(KeyCode::Char(c))
        };
        let code = named.map(|(_, code)| *code).or_else(function);
        Some(Self {
            code: code.or_else(single)?,
            modifiers,
        })
    }

    /// The sign that it types, if it types one.
    pub fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if self.modifiers.is_empty() => Some(c),
            _ => None,
        }
    }

    /// The key without modifiers.
    pub fn plain(self) -> Option<KeyCode> {
        self.modifiers.is_empty().then_some(self.code)
    }

    /// Whether it is ctrl with this letter.
    pub fn is_ctrl(self, letter: char) -> bool {
        self.modifiers == KeyModifiers::CONTROL && self.code == KeyCode::Char(letter)
    }
}

/// Keys that are no signs.
const NAMED: [(&str, KeyCode); 15] = [
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("tab", KeyCode::Tab),
    ("backtab", KeyCode::BackTab),
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("delete", KeyCode::Delete),
    ("backspace", KeyCode::Backspace),
    ("space", KeyCode::Char(' ')),
];

impl fmt::Display for KeyPress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.modifiers.contains(KeyModifiers::CONTROL) {
            f.write_str("ctrl-")?;
        }
        if self.modifiers.contains(KeyModifiers::ALT) {
            f.write_str("alt-")?;
        }
        let arrow = match self.code {
            KeyCode::Up => Some("↑"),
            KeyCode::Down => Some("↓"),
            KeyCode::Left => Some("←"),
            KeyCode::Right => Some("→"),
            _ => None,
        };
        let named = NAMED.iter().find(|(_, code)| *code == self.code);
        match (arrow, named, self.code) {
            (Some(arrow), ..) => f.write_str(arrow),
            (_, Some((name, _)), _) => f.write_str(name),
            (_, _, KeyCode::F(n)) => write!(f, "F{n}"),
            (_, _, KeyCode::Char(c)) => write!(f, "{c}"),
            _ => f.write_str("?"),
        }
    }
}

/// Which key does what.
#[derive(Debug, Clone)]
pub struct Keymap {
    actions: HashMap<KeyPress, Action>,
    /// By command, in the order of [`COMMANDS`].
    keys: Vec<Vec<KeyPress>>,
}

impl Default for Keymap {
    fn default() -> Self {
        let parsed = |command: &Command| {
            let keys = command.keys.iter();
            keys.filter_map(|key| KeyPress::parse(key)).collect()
        };
        Self::of(COMMANDS.iter().map(parsed).collect())
    }
}

impl Keymap {
    fn of(keys: Vec<Vec<KeyPress>>) -> Self {
        let pairs = COMMANDS.iter().zip(&keys);
        let actions =
            pairs.flat_map(|(command, keys)| keys.iter().map(|key| (*key, command.action)));
        Self {
            actions: actions.collect(),
            keys,
        }
    }

    /// What a key does.
    pub fn action(&self, key: KeyPress) -> Option<Action> {
        self.actions.get(&key).copied()
    }

    /// The keys of a command, by its number in [`COMMANDS`].
    pub fn keys(&self, command: usize) -> &[KeyPress] {
        &self.keys[command]
    }

    /// The first key of an action, as hints show it; empty where it has none.
    pub fn hint(&self, action: Action) -> String {
        let at = COMMANDS.iter().position(|command| command.action == action);
        let first = at.and_then(|at| self.keys[at].first());
        first.map_or(String::new(), KeyPress::to_string)
    }

    /// Gives commands other keys. A key that another command had is taken from it.
    ///
    /// # Errors
    /// What is wrong with a name or a key.
    pub fn rebound(&self, changes: &[(String, Vec<String>)]) -> Result<Self, String> {
        let mut keys = self.keys.clone();
        for (name, wanted) in changes {
            let Some(at) = COMMANDS.iter().position(|command| command.name == name) else {
                let names = COMMANDS.iter().map(|command| command.name);
                let near = crate::scenario::nearest(name, names.clone());
                let help = match near {
                    Some(near) => format!("did you mean \"{near}\"?"),
                    None => format!("the commands are {}", names.collect::<Vec<_>>().join(", ")),
                };
                return Err(format!("there is no command \"{name}\"; {help}"));
            };
            let parsed = wanted.iter().map(|text| {
                KeyPress::parse(text).ok_or_else(|| {
                    format!("\"{text}\" is no key; write u, G, ctrl-r, alt-1, f5, up, pageup, enter or space")
                })
            });
            let parsed = parsed.collect::<Result<Vec<_>, _>>()?;
            for others in &mut keys {
                others.retain(|key| !parsed.contains(key));
            }
            keys[at] = parsed;
        }
        for action in [Action::Quit, Action::Help] {
            let at = COMMANDS.iter().position(|command| command.action == action);
            if let Some(command) = at.filter(|at| keys[*at].is_empty()) {
                return Err(format!(
                    "\"{}\" is left without a key",
                    COMMANDS[command].name
                ));
            }
        }
        Ok(Self::of(keys))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_list_is_one_and_does_one_thing() {
        let mut seen: HashMap<KeyPress, &str> = HashMap::new();
        for command in COMMANDS {
            for text in command.keys {
                let key = KeyPress::parse(text).unwrap_or_else(|| panic!("{text} is no key"));
                let other = seen.insert(key, command.name);
                assert_eq!(other, None, "{text} is a key of {} too", command.name);
            }
        }
        let mut names: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), COMMANDS.len());
    }

    #[test]
    fn keys_are_read_as_they_are_written() {
        for text in [
            "u", "G", "ctrl-r", "alt-1", "F5", "-", "ctrl--", "space", "é",
        ] {
            let key = KeyPress::parse(&text.to_lowercase().replace('g', "G")).expect(text);
            assert_eq!(key.to_string(), text);
        }
        for text in ["", "ctrl-", "uu", "f13", "f0", "hyper-x", " "] {
            assert_eq!(KeyPress::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn commands_get_other_keys() {
        let rebind = |name: &str, keys: &[&str]| {
            let keys = keys.iter().map(|key| (*key).to_owned()).collect();
            Keymap::default().rebound(&[(name.to_owned(), keys)])
        };
        let map = rebind("undo", &["ctrl-u", "b"]).expect("keys");
        let press = |text| KeyPress::parse(text).expect("a key");
        assert_eq!(map.action(press("b")), Some(Action::Undo));
        assert_eq!(map.action(press("u")), None);
        assert_eq!(map.hint(Action::Undo), "ctrl-u");
        assert_eq!(map.hint(Action::Rebase), "", "its key was taken");
        for (name, keys, expected) in [
            ("undoo", &["u"][..], "did you mean \"undo\"?"),
            ("undo", &["uu"], "\"uu\" is no key"),
            ("quit", &[], "left without a key"),
            ("undo", &["?"], "\"help\" is left without a key"),
        ] {
            let error = rebind(name, keys).expect_err("an error");
            assert!(error.contains(expected), "{error}, expected {expected}");
        }
    }
}
