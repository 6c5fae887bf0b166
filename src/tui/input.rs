//! A line of text that is being typed.

use ratatui::crossterm::event::KeyCode;

use super::keys::KeyPress;

/// Characters that can be typed, at most.
const MOST: usize = 4096;

/// A text and where the cursor is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    text: Vec<char>,
    at: usize,
    /// Nothing was typed yet: the first sign takes the place of the text, any other key edits it.
    suggested: bool,
}

impl Input {
    /// A text to begin with, the cursor at its end.
    pub fn new(text: &str) -> Self {
        let text: Vec<char> = text.chars().take(MOST).collect();
        Self {
            at: text.len(),
            text,
            suggested: false,
        }
    }

    /// A text that is kept as it is or edited, and goes where another is typed.
    pub fn suggesting(text: &str) -> Self {
        Self {
            suggested: !text.is_empty(),
            ..Self::new(text)
        }
    }

    /// Whether the text is still the one suggested.
    pub fn is_suggested(&self) -> bool {
        self.suggested
    }

    /// The text.
    pub fn text(&self) -> String {
        self.text.iter().collect()
    }

    /// What stands before the cursor.
    pub fn before(&self) -> String {
        self.text[..self.at].iter().collect()
    }

    /// Types a text; what are no signs is left out.
    pub fn insert(&mut self, text: &str) {
        if std::mem::take(&mut self.suggested) {
            self.text.clear();
            self.at = 0;
        }
        for c in text.chars().filter(|c| !c.is_control()) {
            if self.text.len() < MOST {
                self.text.insert(self.at, c);
                self.at += 1;
            }
        }
    }

    /// Takes a key that edits; says whether it was one.
    pub fn key(&mut self, key: KeyPress) -> bool {
        if let Some(c) = key.typed() {
            self.insert(c.encode_utf8(&mut [0; 4]));
            return true;
        }
        self.suggested = false;
        let len = self.text.len();
        match key.plain() {
            Some(KeyCode::Backspace) if self.at > 0 => {
                self.at -= 1;
                self.text.remove(self.at);
            }
            Some(KeyCode::Delete) if self.at < len => {
                self.text.remove(self.at);
            }
            Some(KeyCode::Backspace | KeyCode::Delete) => {}
            Some(KeyCode::Left) => self.at = self.at.saturating_sub(1),
            Some(KeyCode::Right) => self.at = (self.at + 1).min(len),
            Some(KeyCode::Home) => self.at = 0,
            Some(KeyCode::End) => self.at = len,
            _ if key.is_ctrl('a') => self.at = 0,
            _ if key.is_ctrl('e') => self.at = len,
            _ if key.is_ctrl('u') => {
                self.text.drain(..self.at);
                self.at = 0;
            }
            _ if key.is_ctrl('k') => self.text.truncate(self.at),
            _ if key.is_ctrl('w') => {
                let from = self.text[..self.at].iter().rposition(|c| *c != ' ');
                let word = from.map_or(0, |end| {
                    let space = self.text[..end].iter().rposition(|c| *c == ' ');
                    space.map_or(0, |space| space + 1)
                });
                self.text.drain(word..self.at);
                self.at = word;
            }
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_edited_as_in_a_shell() {
        let mut input = Input::new("one two");
        let mut press = |name: &str| {
            let key = KeyPress::parse(name).expect("a key");
            assert!(input.key(key), "{name}");
            input.text()
        };
        for (key, expected) in [
            ("ctrl-w", "one "),
            ("é", "one é"),
            ("home", "one é"),
            ("delete", "ne é"),
            ("right", "ne é"),
            ("space", "n e é"),
            ("ctrl-u", "e é"),
            ("right", "e é"),
            ("ctrl-k", "e"),
            ("ctrl-w", ""),
            ("delete", ""),
            ("left", ""),
        ] {
            assert_eq!(press(key), expected, "after {key}");
        }
        assert!(!input.key(KeyPress::parse("ctrl-x").expect("a key")));
        input.insert("a\u{1b}[2Jb\n");
        assert_eq!(input.text(), "a[2Jb");
    }

    #[test]
    fn what_is_suggested_is_edited_or_replaced() {
        let typed = |keys: &[&str]| {
            let mut input = Input::suggesting("day.toml");
            for key in keys {
                input.key(KeyPress::parse(key).expect("a key"));
            }
            input.text()
        };
        assert_eq!(typed(&[]), "day.toml");
        assert_eq!(typed(&["x", "y"]), "xy");
        assert_eq!(typed(&["end", "x"]), "day.tomlx");
        assert_eq!(typed(&["backspace", "x"]), "day.tomx");
    }
}
