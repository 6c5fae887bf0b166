//! `acdsim init`: a scenario to start from.

use super::{Failure, print, say, status};
use crate::report::{files::Place, json};
use crate::scenario::{self, SCHEMA_FILE, SCHEMA_TITLE, STARTERS, Starter};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use std::path::{Path, PathBuf};

/// Write a scenario to start from, with a comment on every number that is yours to change.
///
/// Beside it come the files that it reads, and acdsim.schema.json, with which editors complete, explain and check
/// what is written (Taplo, Even Better TOML, Tombi).
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim init                                 single-queue.toml in this folder
  acdsim init --list                          the templates, one line each
  acdsim init --from multi-skill monday.toml  another template, and a name of your own
  acdsim init --from help-desk --force        overwrite what is there

Exit status: 0 done; 2 bad usage, or a file exists or cannot be written.")]
pub struct Arguments {
    /// The file to write, ending in .toml [default: the template's name in this folder]
    file: Option<PathBuf>,
    /// What to start from
    #[arg(long, value_name = "TEMPLATE", value_parser = templates(), default_value = STARTERS[0].name)]
    from: &'static Starter,
    /// Overwrite files that exist
    #[arg(long)]
    force: bool,
    /// List the templates, and write nothing
    #[arg(long, conflicts_with_all = ["file", "from", "force"])]
    list: bool,
}

/// The templates by their names, with what they are for the help and for completions.
fn templates() -> impl TypedValueParser<Value = &'static Starter> {
    let values = STARTERS
        .iter()
        .map(|starter| PossibleValue::new(starter.name).help(starter.about));
    PossibleValuesParser::new(values).try_map(|name| {
        let starter = STARTERS.iter().find(|starter| starter.name == name);
        starter.ok_or("there is no such template")
    })
}

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    if arguments.list {
        let widest = STARTERS.iter().map(|s| s.name.len()).max().unwrap_or(0);
        let lines = STARTERS
            .iter()
            .map(|s| format!("{:widest$}  {}\n", s.name, s.about));
        print(&lines.collect::<String>())?;
        return Ok(status::DONE);
    }
    let starter = arguments.from;
    let file = match &arguments.file {
        Some(file) => named(file)?,
        None => PathBuf::from(format!("{}.toml", starter.name)),
    };
    write(starter, &file, arguments.force)?;
    say(format!(
        "next: edit it, then run it:\n  acdsim {} {}",
        starter.command,
        shown(&file)
    ));
    Ok(status::DONE)
}

/// Editors know a scenario by the end of its name; without it, it is probably the name of a template.
fn named(file: &Path) -> Result<PathBuf, Failure> {
    if file
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("toml"))
        || file.is_dir()
    {
        return Ok(file.to_owned());
    }
    let name = file.display().to_string();
    let help = match STARTERS.iter().any(|starter| starter.name == name) {
        true => format!("`acdsim init --from {name}` starts from that template"),
        false => format!("did you mean {}?", file.with_extension("toml").display()),
    };
    Err(Failure::bad_input(format!(
        "{name} does not end in .toml\n  help: {help}"
    )))
}

/// A file as one writes it in a shell.
fn shown(file: &Path) -> String {
    let mut name = file.display().to_string();
    if name.starts_with('-') {
        // Else it would be taken for a flag.
        name.insert_str(0, "./");
    }
    match name.contains(char::is_whitespace) {
        true => format!("\"{name}\""),
        false => name,
    }
}

/// Writes the scenario last, so that all that it needs is there; and nothing if anything would be lost.
fn write(starter: &Starter, file: &Path, force: bool) -> Result<(), Failure> {
    Place::given(file, force).may_save_file()?;
    let mut beside = Vec::new();
    // The commands and names in comments are those of these files, and the schema lies beside all of them.
    let named = Path::new(file.file_name().unwrap_or_default());
    let own = |text: &str| {
        text.replace(&format!("{}.toml", starter.name), &shown(named))
            .replace("#:schema ../", "#:schema ./")
    };
    for (name, text) in starter.files {
        beside.push((file.with_file_name(name), own(text), force));
    }
    let schema = file.with_file_name(SCHEMA_FILE);
    let renewed = force || is_schema(&schema);
    beside.push((schema, json::pretty(&scenario::json_schema()), renewed));
    // What is there already as it should be need not be written.
    beside.retain(|(path, text, _)| std::fs::read(path).ok().as_deref() != Some(text.as_bytes()));
    for (path, _, overwrite) in &beside {
        Place::given(path, *overwrite).may_save_file()?;
    }
    for (path, text, overwrite) in &beside {
        Place::given(path, *overwrite).save_file(|out| out.write_all(text.as_bytes()))?;
        say(format!("{} written", path.display()));
    }
    Place::given(file, force).save_file(|out| out.write_all(own(starter.text).as_bytes()))?;
    say(format!("{} written: {}", file.display(), starter.about));
    Ok(())
}

/// Whether a file is a schema that some version of this program wrote, to be renewed without asking.
fn is_schema(path: &Path) -> bool {
    let text = std::fs::read(path).unwrap_or_default();
    let document: Option<serde_json::Value> = serde_json::from_slice(&text).ok();
    document.is_some_and(|document| document["title"] == SCHEMA_TITLE)
}
