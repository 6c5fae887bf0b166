//! Keys and colours of the user, from a file:
//!
//! ```toml
//! colours = "light"
//! [keys]
//! undo = ["u", "ctrl-u"]
//! ```

use super::keys::Keymap;
use super::theme::Palette;
use clap::ValueEnum;
use etcetera::BaseStrategy;
use serde::Deserialize;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What a user wants otherwise.
#[derive(Debug, Default)]
pub struct Configuration {
    /// The keys.
    pub keymap: Keymap,
    /// The colours; none leaves them to the terminal.
    pub palette: Option<Palette>,
}

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    colours: Option<String>,
    #[serde(default)]
    keys: toml::Table,
}

impl Configuration {
    /// The file that is read without being named: `acdsim/tui.toml` in the user's folder of configurations.
    pub fn usual_path() -> Option<PathBuf> {
        let base = etcetera::choose_base_strategy().ok()?;
        Some(base.config_dir().join("acdsim").join("tui.toml"))
    }

    /// Reads a file; without one all is as usual. One that was named must be there.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn read(named: Option<&Path>) -> Result<Self, String> {
        let usual = Self::usual_path();
        let Some(path) = named.or(usual.as_deref()) else {
            return Ok(Self::default());
        };
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).map_err(|why| format!("{}: {why}", path.display())),
            Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => {
                Ok(Self::default())
            }
            Err(error) => Err(format!("cannot read {}: {error}", path.display())),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        let palette = match &file.colours {
            None => None,
            Some(name) => Some(Palette::from_str(name, true).map_err(|_| {
                let names: Vec<&str> = Palette::ALL.iter().map(|p| p.name()).collect();
                format!("colours = \"{name}\": expected one of {}", names.join(", "))
            })?),
        };
        let mut changes = Vec::new();
        for (name, keys) in &file.keys {
            let wrong = || format!("keys.{name}: expected a key, such as \"u\", or a list of keys");
            let keys = match keys {
                toml::Value::String(key) => vec![key.clone()],
                toml::Value::Array(keys) => {
                    let texts = keys.iter().map(|key| key.as_str().map(str::to_owned));
                    texts.collect::<Option<Vec<_>>>().ok_or_else(wrong)?
                }
                _ => return Err(wrong()),
            };
            changes.push((name.clone(), keys));
        }
        Ok(Self {
            keymap: Keymap::default().rebound(&changes)?,
            palette,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::keys::Action;

    #[test]
    fn files_say_keys_and_colours() {
        let file = "colours = \"light\"\n[keys]\nundo = \"ctrl-u\"\nsave = [\"S\", \"f12\"]\n";
        let configuration = Configuration::parse(file).expect("valid");
        assert_eq!(configuration.palette, Some(Palette::Light));
        assert_eq!(configuration.keymap.hint(Action::Undo), "ctrl-u");
        assert_eq!(configuration.keymap.hint(Action::Save), "S");
        for (file, expected) in [
            (
                "colours = \"blue\"",
                "expected one of dark, light, 16, none",
            ),
            ("color = \"light\"", "unknown field `color`"),
            ("[keys]\nundo = 3", "keys.undo: expected a key"),
            ("[keys]\nundoo = \"u\"", "did you mean \"undo\"?"),
            ("[keys", "TOML parse error at line 1"),
        ] {
            let error = Configuration::parse(file).expect_err(file);
            assert!(error.contains(expected), "{file}: {error}");
        }
    }

    #[test]
    fn a_file_that_was_named_must_be_there() {
        let error = Configuration::read(Some(Path::new("no-such.toml"))).expect_err("an error");
        assert!(error.starts_with("cannot read no-such.toml"), "{error}");
    }
}
