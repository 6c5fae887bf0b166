//! Writing a scenario file: its text with some values changed and everything else, comments included, as it was.

use super::Document;
use super::resolved;
use super::schema::{self, Kind, Section};
use super::types::{Demand, Scenario};
use serde_json::Value as Json;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use toml_edit::{DocumentMut, Item, RawString, Table, TableLike, Value};

/// A value to write into a scenario file.
///
/// It is given as in the scenario's JSON ([`Scenario::to_json`](super::Scenario::to_json)): texts with their units,
/// numbers, lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    part: String,
    name: Option<String>,
    key: String,
    /// `None` removes the key.
    value: Option<Json>,
    comment: Option<String>,
}

impl Change {
    /// Sets a key of a named part: of the call type, queue, group or trunk group of that name. `part` is the section's
    /// name in the file, such as `call_types`.
    pub fn set(part: &str, name: &str, key: &str, value: Json) -> Self {
        Self {
            part: part.to_owned(),
            name: Some(name.to_owned()),
            key: key.to_owned(),
            value: Some(value),
            comment: None,
        }
    }

    /// Sets a key of a section that stands alone: `scenario` or `run`. The section is made where it is missing.
    pub fn set_in(section: &str, key: &str, value: Json) -> Self {
        Self {
            name: None,
            ..Self::set(section, "", key, value)
        }
    }

    /// Sets the demand of a call type.
    pub fn demand(call_type: &str, demand: &Demand) -> Self {
        let (key, value) = resolved::demand(demand);
        Self::set("call_types", call_type, key, value)
    }

    /// The changes that make one scenario another that has the same parts.
    pub fn between(from: &Scenario, to: &Scenario) -> Vec<Self> {
        let (from, to) = (from.to_json(), to.to_json());
        let mut changes = Vec::new();
        for (part, to) in to.as_object().into_iter().flatten() {
            match (&from[part], to) {
                (Json::Array(from), Json::Array(to)) => {
                    for (from, to) in from.iter().zip(to) {
                        let name = from["name"].as_str();
                        changes.extend(differences(part, name, from, to));
                    }
                }
                (from, to) => changes.extend(differences(part, None, from, to)),
            }
        }
        changes
    }

    /// The same with the key removed, so that its default holds.
    #[must_use]
    pub fn removed(self) -> Self {
        Self {
            value: None,
            ..self
        }
    }

    /// With a comment above the key; of several lines, where the text has several. In an inline table, which has no
    /// room for one, it is left out.
    #[must_use]
    pub fn with_comment(self, comment: impl Into<String>) -> Self {
        Self {
            comment: Some(comment.into()),
            ..self
        }
    }
}

/// The keys of a section that differ; the name comes last, as the others are written under the old one.
fn differences(part: &str, name: Option<&str>, from: &Json, to: &Json) -> Vec<Change> {
    let change = |key: &str, value: Option<&Json>| Change {
        part: part.to_owned(),
        name: name.map(str::to_owned),
        key: key.to_owned(),
        value: value.cloned(),
        comment: None,
    };
    let keys = |json: &Json| json.as_object().cloned().unwrap_or_default();
    let (from, to) = (keys(from), keys(to));
    let removed = from.keys().filter(|key| !to.contains_key(*key));
    let mut changes: Vec<Change> = removed.map(|key| change(key, None)).collect();
    let changed = to
        .iter()
        .filter(|(key, value)| from.get(*key) != Some(*value));
    changes.extend(changed.map(|(key, value)| change(key, Some(value))));
    changes.sort_by_key(|change| change.key == "name");
    changes
}

/// Why a scenario cannot be written with changes.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The file has no such part.
    #[error("the scenario has no {part} of the name \"{name}\"")]
    NoSuchPart {
        /// Section of the file.
        part: String,
        /// Name looked for.
        name: String,
    },
    /// Something in the file is of another kind than the scenario's rules say.
    #[error("`{0}` is not what it should be; check the scenario first")]
    Unfit(String),
    /// The text is not TOML.
    #[error("the scenario is not valid TOML: {0}")]
    NotToml(#[from] toml_edit::TomlError),
    /// A folder cannot be found, so that paths relative to it are unknown.
    #[error("cannot find the folder {folder}: {source}")]
    Folder {
        /// The folder.
        folder: String,
        /// Why.
        source: io::Error,
    },
}

impl Document {
    /// The file's text with changes, to be saved into `folder`: comments and order stay, and the paths of files,
    /// which are relative to the scenario file, lead from there to the same files.
    pub fn with_changes(&self, changes: &[Change], folder: &Path) -> Result<String, WriteError> {
        let mut document: DocumentMut = self.text.parse()?;
        for change in changes {
            apply(&mut document, change)?;
        }
        if let Some(way) = way(folder, &self.base_dir)? {
            relocate(document.as_table_mut(), &schema::FILE, &way);
        }
        Ok(document.to_string())
    }
}

fn apply(document: &mut DocumentMut, change: &Change) -> Result<(), WriteError> {
    let root = document.as_table_mut();
    let unfit = || WriteError::Unfit(change.part.clone());
    let inline = matches!(root.get(&change.part), Some(Item::Value(_)));
    let table: &mut dyn TableLike = match &change.name {
        None => root
            .entry(&change.part)
            .or_insert_with(|| Item::Table(Table::new()))
            .as_table_like_mut()
            .ok_or_else(unfit)?,
        Some(name) => {
            let parts = root.get_mut(&change.part).map(tables).unwrap_or_default();
            parts
                .into_iter()
                .find(|table| table.get("name").and_then(Item::as_str) == Some(name))
                .ok_or_else(|| WriteError::NoSuchPart {
                    part: change.part.clone(),
                    name: name.clone(),
                })?
        }
    };
    let Some(value) = &change.value else {
        table.remove(&change.key);
        return Ok(());
    };
    let text = resolved::toml(value, change.key.len() + 3);
    let mut value: Value = text.parse()?;
    match table.get_mut(&change.key) {
        Some(Item::Value(old)) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        _ => {
            table.insert(&change.key, Item::Value(value));
        }
    }
    if let Some(comment) = change.comment.as_ref().filter(|_| !inline) {
        comment_above(table, &change.key, comment);
    }
    Ok(())
}

/// Puts lines of comment above a key, after those that stand there.
fn comment_above(table: &mut dyn TableLike, key: &str, comment: &str) {
    let Some(mut key) = table.key_mut(key) else {
        return;
    };
    let decor = key.leaf_decor_mut();
    let before = decor.prefix().and_then(RawString::as_str).unwrap_or("");
    let indent_at = before.rfind('\n').map_or(0, |at| at + 1);
    let indent = &before[indent_at..];
    let mut prefix = before.to_owned();
    for line in comment.lines() {
        prefix.push_str(&format!("# {line}\n{indent}"));
    }
    decor.set_prefix(prefix);
}

/// The tables of a list of parts, however it is written.
fn tables(item: &mut Item) -> Vec<&mut dyn TableLike> {
    match item {
        Item::ArrayOfTables(list) => list.iter_mut().map(|t| t as &mut dyn TableLike).collect(),
        Item::Value(Value::Array(list)) => list
            .iter_mut()
            .filter_map(|value| Some(value.as_inline_table_mut()? as &mut dyn TableLike))
            .collect(),
        _ => Vec::new(),
    }
}

/// The way from one folder to another, `None` if they are the same.
fn way(from: &Path, to: &Path) -> Result<Option<PathBuf>, WriteError> {
    let real = |folder: &Path| {
        let folder = match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        };
        fs::canonicalize(folder).map_err(|source| WriteError::Folder {
            folder: folder.display().to_string(),
            source,
        })
    };
    let (from, to) = (real(from)?, real(to)?);
    Ok((from != to).then(|| relative(&from, &to)))
}

/// One folder as seen from another; both are absolute and without links. Where they have nothing in common (two drives)
/// the path stays absolute.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let same = from
        .components()
        .zip(to.components())
        .take_while(|(a, b)| a == b)
        .count();
    if same == 0 {
        return to.to_owned();
    }
    let up = from.components().skip(same).map(|_| Component::ParentDir);
    up.chain(to.components().skip(same)).collect()
}

/// Leads the paths of a table's files another way.
fn relocate(table: &mut dyn TableLike, section: &Section, way: &Path) {
    for key in section.keys {
        let Some(item) = table.get_mut(key.name) else {
            continue;
        };
        match key.kind {
            Kind::Series(_) => {
                let file = item.as_table_like_mut().and_then(|t| t.get_mut("file"));
                change_text(file, |file| moved(file, way));
            }
            Kind::File => change_text(Some(item), |file| moved(file, way)),
            Kind::Random => change_text(Some(item), |text| {
                let file = empirical_file(text)?;
                let path = moved(file, way)?;
                let at = file.as_ptr() as usize - text.as_ptr() as usize;
                Some(format!("{}{path}{}", &text[..at], &text[at + file.len()..]))
            }),
            // A policy alone, or a list of them.
            Kind::Policy => match item {
                Item::Value(Value::Array(list)) => {
                    for policy in list.iter_mut().filter_map(Value::as_inline_table_mut) {
                        relocate(policy, &schema::POLICIES, way);
                    }
                }
                _ => {
                    if let Some(policy) = item.as_table_like_mut() {
                        relocate(policy, &schema::POLICIES, way);
                    }
                }
            },
            Kind::Script => {
                let named = item.as_table_like().is_some();
                let file = match named {
                    true => item.as_table_like_mut().and_then(|t| t.get_mut("file")),
                    false => Some(item),
                };
                change_text(file, |file| moved(file, way));
            }
            Kind::Table(section) => {
                if let Some(table) = item.as_table_like_mut() {
                    relocate(table, section, way);
                }
            }
            Kind::Tables(section) => {
                for table in tables(item) {
                    relocate(table, section, way);
                }
            }
            _ => {}
        }
    }
}

/// Changes a text in place, its surroundings kept.
fn change_text(item: Option<&mut Item>, change: impl Fn(&str) -> Option<String>) {
    let Some(value) = item.and_then(Item::as_value_mut) else {
        return;
    };
    if let Some(changed) = value.as_str().and_then(change) {
        let decor = value.decor().clone();
        *value = Value::from(changed);
        *value.decor_mut() = decor;
    }
}

/// The path of a file after the move; `None` where it is absolute.
fn moved(file: &str, way: &Path) -> Option<String> {
    if Path::new(file).is_absolute() {
        return None;
    }
    let (mut path, mut rest) = (way.to_owned(), Path::new(file));
    // `way` has no links, so that `..` after a folder's name takes the name away.
    while let Ok(after) = rest.strip_prefix("..") {
        if !matches!(path.components().next_back(), Some(Component::Normal(_))) {
            break;
        }
        path.pop();
        rest = after;
    }
    let path = path.join(rest);
    let text = path.to_string_lossy();
    // A slash is understood everywhere.
    Some(match cfg!(windows) {
        true => text.replace('\\', "/"),
        false => text.into_owned(),
    })
}

/// The file in `empirical(file, column)`.
fn empirical_file(text: &str) -> Option<&str> {
    let (name, arguments) = text.trim().split_once('(')?;
    if name.trim_end() != "empirical" {
        return None;
    }
    let (file, _) = arguments.rsplit_once(',')?;
    Some(file.trim().trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn folders_as_seen_from_others() {
        for (from, to, expected) in [
            ("/a/b", "/a/c/d", "../c/d"),
            ("/a/b/c", "/a", "../.."),
            ("/a", "/a/b", "b"),
            ("/x", "/y", "../y"),
        ] {
            let way = relative(Path::new(from), Path::new(to));
            assert_eq!(way, Path::new(expected), "{from} {to}");
        }
    }

    #[test]
    fn files_move_with_their_folder() {
        for (file, way, expected) in [
            ("v.csv", "../a", Some("../a/v.csv")),
            ("../v.csv", "../a", Some("../v.csv")),
            ("../../v.csv", "../a", Some("../../v.csv")),
            ("data/v.csv", "..", Some("../data/v.csv")),
            ("/abs/v.csv", "../a", None),
        ] {
            assert_eq!(
                moved(file, Path::new(way)).as_deref(),
                expected,
                "{file} {way}"
            );
        }
        assert_eq!(
            empirical_file("empirical( \"a,b.csv\" , x)"),
            Some("a,b.csv")
        );
        assert_eq!(empirical_file("exp(10s)"), None);
    }

    #[test]
    fn values_change_and_the_rest_stays() {
        let text = "\
# of the file
[scenario]
name = \"x\"   # its name

[[queues]]
name = \"q\"

[[call_types]]
# above
  volume = { file = \"v.csv\", column = \"a\" }   # beside
  name = \"one\"
  talk.x = 1
[call_types.talk_factor]
file = \"t.csv\"

[[call_types]]
name = \"two\"
rate = \"1/h\"
";
        let document = Document::parse("x", text, Path::new("")).unwrap();
        let written = document
            .with_changes(
                &[
                    Change::set("call_types", "one", "volume", json!([1, 2.5])).with_comment("new"),
                    Change::set("call_types", "one", "talk_factor", json!(2)),
                    Change::set("call_types", "two", "rate", json!(null)).removed(),
                    Change::set_in("run", "seed", json!(3)),
                ],
                Path::new(""),
            )
            .unwrap();
        let expected = text
            .replace("# above\n", "# above\n  # new\n")
            .replace("{ file = \"v.csv\", column = \"a\" }", "[1, 2.5]")
            .replace(
                "[call_types.talk_factor]\nfile = \"t.csv\"\n",
                "talk_factor = 2\n",
            )
            .replace("rate = \"1/h\"\n", "")
            + "\n[run]\nseed = 3\n";
        assert_eq!(written, expected);
        let error = document.with_changes(
            &[Change::set("groups", "g", "staff", json!(1))],
            Path::new(""),
        );
        assert!(matches!(error, Err(WriteError::NoSuchPart { .. })));
    }

    #[test]
    fn in_line_parts_change_too() {
        let text = "queues = [{ name = \"q\" }]\ncall_types = [{ name = \"c\", talk = \"empirical(t.csv, x)\" }]\n\
                    [shifts]\nkeep = { file = \"p.csv\", cost_per_change = 1 }\n";
        let folder = tempfile::tempdir().unwrap();
        let document = Document::parse("x", text, folder.path()).unwrap();
        let below = folder.path().join("below");
        fs::create_dir(&below).unwrap();
        let written = document
            .with_changes(
                &[Change::set("queues", "q", "limit", json!(3)).with_comment("no room")],
                &below,
            )
            .unwrap();
        let expected = text
            .replace("\"q\" }", "\"q\" , limit = 3 }")
            .replace("t.csv", "../t.csv")
            .replace("p.csv", "../p.csv");
        assert_eq!(written, expected);
    }
}
