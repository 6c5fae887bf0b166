//! The documentation against the program: tables of keys and figures, commands, output shown, links.

mod common;

use acdsim::kpi::{CONTACTS, GROUPS, QUANTILES, SERVICE_LEVELS, Subject, TRUNKS, figures};
use acdsim::scenario::schema::{self, Presence, Section};
use common::command::acdsim_in;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// README.md and everything in docs/, as name and text.
fn documents() -> Vec<(String, String)> {
    let mut names = vec!["README.md".to_owned()];
    let entries = std::fs::read_dir(Path::new(ROOT).join("docs")).expect("docs/ can be read");
    for entry in entries {
        let name = entry.expect("an entry").file_name();
        let name = name.into_string().expect("a name in UTF-8");
        if name.ends_with(".md") {
            names.push(format!("docs/{name}"));
        }
    }
    names.sort();
    names
        .into_iter()
        .map(|name| (name.clone(), read(&name)))
        .collect()
}

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(ROOT).join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The rows of all tables under each heading, as trimmed cells; heads and rules left out.
fn tables(text: &str) -> BTreeMap<String, Vec<Vec<String>>> {
    let mut found: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    let mut heading = String::new();
    let lines: Vec<&str> = text.lines().collect();
    for (i, line) in lines.iter().enumerate() {
        if let Some(title) = line.strip_prefix('#') {
            heading = title.trim_start_matches('#').trim().to_owned();
        }
        let is_rule = |line: &str| line.starts_with("|-") || line.starts_with("|:");
        let is_head = lines.get(i + 1).is_some_and(|next| is_rule(next));
        if line.starts_with('|') && !is_rule(line) && !is_head {
            let cells = line.trim_matches('|').split('|');
            let cells = cells.map(|cell| cell.trim().to_owned()).collect();
            found.entry(heading.clone()).or_default().push(cells);
        }
    }
    found
}

/// What stands in the column "default" for a key.
fn default_text(presence: Presence) -> String {
    match presence {
        Presence::Required => "**required**".to_owned(),
        Presence::Either(other) => format!("**required**, or `{other}`"),
        Presence::Optional(text) => text.to_owned(),
        Presence::Default("") => "`\"\"`".to_owned(),
        Presence::Default(text) => format!("`{text}`"),
    }
}

/// Every key with its default and its meaning, and nothing else.
#[test]
fn every_key_of_the_scenario_file_is_documented() {
    let sections: [(&str, &Section); 28] = [
        ("The file", &schema::FILE),
        ("`[scenario]`", &schema::SCENARIO),
        ("`[run]`", &schema::RUN),
        ("`[[trunks]]`", &schema::TRUNK),
        ("`[[queues]]`", &schema::QUEUE),
        ("An entry of `agents`", &schema::AGENTS),
        ("`[[call_types]]`", &schema::CALL_TYPE),
        ("`ivr`", &schema::IVR),
        ("`reconnect`", &schema::RECONNECT),
        ("`redial`", &schema::REDIAL),
        ("`[[groups]]`", &schema::GROUP),
        ("A skill", &schema::SKILL),
        ("A column of a CSV file", &schema::SERIES_FILE),
        ("`empirical`", &schema::EMPIRICAL),
        ("`[routing]`", &schema::ROUTING),
        ("`[shifts]`", &schema::SHIFTS),
        ("`[[shifts.types]]`", &schema::SHIFT_TYPE),
        ("A break", &schema::BREAK),
        ("`[[shifts.contracts]]`", &schema::CONTRACT),
        ("`[[shifts.premiums]]`", &schema::PREMIUM),
        ("`[[shifts.blocks]]`", &schema::BLOCK),
        ("`keep`", &schema::KEEP),
        ("A file of shift rules", &schema::RULES_FILE),
        ("`[days]`", &schema::WEEK),
        ("`[stress]`", &schema::STRESS),
        ("`[[stress.loads]]`", &schema::LOAD),
        ("A change", &schema::CHANGE),
        ("A file of a profile", &schema::PROFILE_FILE),
    ];
    keys_are_documented("docs/scenario.md", &sections);
    let kinds = tables(&read("docs/scenario.md"));
    let kinds = &kinds["`[[stress.faults]]`, `[[stress.actions]]`"];
    let expected = schema::CHANGES.iter().map(|(kind, keys, about)| {
        let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
        vec![format!("`{kind}`"), keys.join(", "), (*about).to_owned()]
    });
    assert_eq!(
        *kinds,
        expected.collect::<Vec<_>>(),
        "docs/scenario.md: kinds of changes"
    );
}

/// Every policy, and every parameter as a key of the scenario file.
#[test]
fn every_routing_policy_is_documented() {
    let text = read("docs/routing.md");
    let mut sections: Vec<(String, &Section)> = Vec::new();
    for key in schema::POLICIES.keys {
        let row = format!("\n| `{}` | ", key.name);
        assert!(text.contains(&row), "docs/routing.md: no row {row}");
        if let schema::Kind::Table(section) = key.kind
            && !section.keys.is_empty()
        {
            sections.push((format!("`{}`", key.name), section));
            for inner in section.keys {
                if let schema::Kind::Tables(pair) = inner.kind {
                    sections.push((format!("A pair of `{}`", key.name), pair));
                }
            }
        }
    }
    let sections: Vec<(&str, &Section)> = sections.iter().map(|(h, s)| (h.as_str(), *s)).collect();
    keys_are_documented("docs/routing.md", &sections);
    let gate = [
        ("The file", &schema::REGRESSION),
        ("`[[expect]]`", &schema::EXPECT),
    ];
    keys_are_documented("docs/check.md", &gate);
    keys_are_documented("docs/routing-lua.md", &[("`lua`", &schema::SCRIPT)]);
}

fn keys_are_documented(document: &str, sections: &[(&str, &Section)]) {
    let tables = tables(&read(document));
    let mut wrong = Vec::new();
    for &(heading, section) in sections {
        let Some(rows) = tables.get(heading) else {
            wrong.push(format!("no table under \"{heading}\""));
            continue;
        };
        for key in section.keys {
            let name = format!("`{}`", key.name);
            let (default, about) = (default_text(key.presence), key.about);
            let wanted = format!("| {name} | … | {default} | {about} |");
            match rows.iter().find(|row| row[0] == name) {
                None => wrong.push(format!("{heading}: no row {wanted}")),
                Some(row) if row.len() != 4 || row[2] != default || row[3] != about => {
                    wrong.push(format!("{heading}: the row should be {wanted}"));
                }
                Some(_) => {}
            }
        }
        for row in rows {
            if section.key(row[0].trim_matches('`')).is_none() {
                wrong.push(format!("{heading}: there is no key {}", row[0]));
            }
        }
    }
    assert!(wrong.is_empty(), "{document}\n{}", wrong.join("\n"));
}

/// Every key figure with its unit, its definition, its formula, its source and where it is given, and nothing else.
#[test]
fn every_key_figure_is_documented() {
    let code = |name: &str| format!("`{name}`");
    let text = read("docs/kpis.md");
    let tables = tables(&text);
    let figures = figures();
    for (subject, heading) in Subject::ALL {
        let figures = figures.iter().filter(|figure| figure.subject == subject);
        let expected: Vec<Vec<String>> = figures
            .map(|figure| {
                let words = [figure.unit.name(), figure.better.name()];
                let mut row = vec![code(figure.name)];
                row.extend(words.map(str::to_owned));
                if subject == Subject::Contacts {
                    row.push(if figure.of_queues { "yes" } else { "–" }.to_owned());
                }
                let source = figure.source.short.to_owned();
                row.extend([figure.definition.clone(), figure.formula.clone(), source]);
                row
            })
            .collect();
        let found = tables.get(heading).unwrap_or_else(|| panic!("{heading}"));
        for (row, found) in expected.iter().zip(found) {
            let line = |row: &[String]| format!("| {} |", row.join(" | "));
            assert_eq!(line(found), line(row), "docs/kpis.md, {heading}");
        }
        assert_eq!(found.len(), expected.len(), "docs/kpis.md, {heading}");
    }
    let sources = text.split("## Sources").nth(1).expect("sources");
    let sources = sources.replace('*', "");
    let sources = sources.split_whitespace().collect::<Vec<_>>().join(" ");
    for figure in &figures {
        // The rules of the model are a document of their own.
        let there = figure.source.short == "acdsim" || sources.contains(figure.source.full);
        assert!(
            there,
            "docs/kpis.md, Sources: {} is missing",
            figure.source.full
        );
    }
}

/// Every formula of the service level in words, and what it is called elsewhere.
#[test]
fn every_service_level_is_documented() {
    let tables = tables(&read("docs/kpis.md"));
    let rows = &tables["Service level"];
    let tools: BTreeSet<&str> = SERVICE_LEVELS
        .iter()
        .flat_map(|level| level.elsewhere.iter().map(|(tool, _)| *tool))
        .collect();
    assert_eq!(tools.len(), 3, "a column for each: {tools:?}");
    for level in &SERVICE_LEVELS {
        let name = format!("`{}`", level.formula.name());
        let of: Vec<&Vec<String>> = rows.iter().filter(|row| row[0] == name).collect();
        let said = of.iter().find(|row| row.len() == 2).expect("a definition");
        let definition = said[1].trim_end_matches(" (the default)");
        assert_eq!(definition, level.definition, "docs/kpis.md: {name}");
        let elsewhere = of.iter().find(|row| row.len() == 4);
        let Some(elsewhere) = elsewhere else {
            assert!(
                level.elsewhere.is_empty(),
                "docs/kpis.md: names of {name} elsewhere"
            );
            continue;
        };
        let columns = [
            "Cisco Unified ICM/CCE",
            "Cisco Unified CCX",
            "Genesys Cloud",
        ];
        for (tool, found) in columns.into_iter().zip(&elsewhere[1..]) {
            let known = level.elsewhere.iter().find(|(other, _)| *other == tool);
            assert_eq!(
                found,
                known.map_or("–", |(_, name)| name),
                "docs/kpis.md: {name}, {tool}"
            );
        }
    }
}

/// Every command has a section in docs/commands.md, and every one of its flags stands there.
#[test]
fn every_command_is_documented() {
    let text = read("docs/commands.md");
    let help = |arguments: &[&str]| {
        let output = acdsim_in(Path::new(ROOT), arguments);
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let mut commands = 0;
    for line in help(&["--help"]).lines() {
        let name = line
            .strip_prefix("  ")
            .and_then(|rest| rest.split(' ').next());
        let Some(name) = name.filter(|name| !["", "help"].contains(name) && !name.starts_with('-'))
        else {
            continue;
        };
        if name == "acdsim" {
            continue;
        }
        commands += 1;
        let section = text
            .split("\n## ")
            .find(|part| part.starts_with(&format!("{name}\n")));
        let section =
            section.unwrap_or_else(|| panic!("docs/commands.md: no section \"## {name}\""));
        // Commands of this command, if it has some, have flags of their own.
        let own = help(&[name, "-h"]);
        let below = own.split_once("Commands:\n").map_or("", |(_, rest)| rest);
        let below = below.lines().take_while(|line| !line.is_empty());
        // Long descriptions go on further in.
        let below = below.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
        let below: Vec<String> = below
            .filter(|sub| !["", "help"].contains(sub))
            .map(|sub| help(&[name, sub, "-h"]))
            .collect();
        assert!(
            name != "erlang" || below.len() == 7,
            "{} models",
            below.len()
        );
        let lines = below.iter().chain([&own]).flat_map(|help| help.lines());
        for line in lines.map(str::trim_start) {
            let flag = line.split(' ').next().filter(|word| word.starts_with("--"));
            let there = flag.is_none_or(|flag| section.contains(&format!("`{flag}")));
            assert!(there, "docs/commands.md, {name}: no {line}");
        }
    }
    assert!(commands >= 7, "only {commands} commands found");
}

/// Every field of the JSON document is in docs/kpis.md.
#[test]
fn every_field_of_the_document_is_documented() {
    let text = read("docs/kpis.md");
    let run = |arguments: &[&str]| {
        let output = acdsim_in(Path::new(ROOT), arguments);
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("a JSON document")
    };
    let day = run(&["run", "--replications", "2", "--json"]);
    let mut fields = BTreeSet::new();
    collect_fields(&day, &mut fields);
    for field in fields {
        assert!(
            text.contains(&format!("`{field}`")),
            "docs/kpis.md: `{field}` is missing"
        );
    }
}

fn collect_fields(value: &serde_json::Value, fields: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                fields.insert(key.clone());
                // The scenario's own keys are in docs/scenario.md.
                if key != "resolved" {
                    collect_fields(value, fields);
                }
            }
        }
        serde_json::Value::Array(list) => list.iter().for_each(|v| collect_fields(v, fields)),
        _ => {}
    }
}

/// Every CSV file and its columns are in docs/output.md.
#[test]
fn every_column_is_documented() {
    let text = read("docs/output.md");
    let folder = tempfile::tempdir().expect("a folder");
    let output = acdsim_in(folder.path(), &["run", "--replications", "2", "--csv", "t"]);
    assert!(output.status.success());
    let figures = CONTACTS.iter().map(|kpi| kpi.name);
    let figures = figures.chain(GROUPS.iter().map(|kpi| kpi.name));
    let figures = figures.chain(TRUNKS.iter().map(|kpi| kpi.name));
    let figures: BTreeSet<&str> = figures.chain(QUANTILES.map(|(name, _)| name)).collect();
    for entry in std::fs::read_dir(folder.path().join("t")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let table = std::fs::read_to_string(&path).expect("a file");
        let file = path.file_name().and_then(|n| n.to_str()).expect("a name");
        let row = text
            .lines()
            .find(|l| l.starts_with(&format!("| `{file}` |")));
        let row = row.unwrap_or_else(|| panic!("docs/output.md: `{file}` is missing"));
        for column in table.lines().next().expect("a header").split(',') {
            let of = |ending| figures.contains(column.strip_suffix(ending).unwrap_or(""));
            let is_figure = ["", "_ci_low", "_ci_high", "_se"].into_iter().any(of);
            if file != "wide.csv" || !is_figure {
                let place = format!("docs/output.md, {file}: `{column}` is missing");
                assert!(row.contains(&format!("`{column}`")), "{place}");
            }
        }
    }

    let trace = acdsim_in(folder.path(), &["trace"]);
    let trace = String::from_utf8(trace.stdout).expect("UTF-8");
    let columns = trace.lines().next().expect("a header").split(',');
    let events = trace
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').nth(2));
    let rows: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    for word in columns.chain(events).collect::<BTreeSet<_>>() {
        let first = |row: &&&str| {
            row.split('|')
                .nth(1)
                .is_some_and(|cell| cell.contains(&format!("`{word}`")))
        };
        assert!(
            rows.iter().find(first).is_some(),
            "docs/output.md: `{word}` is missing"
        );
    }
}

/// A fenced block of a document.
struct Block {
    document: String,
    line: usize,
    /// The line before it, blank ones left out.
    before: String,
    /// What stands behind the fence: the language, then further words.
    words: Vec<String>,
    text: String,
}

fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    for (document, text) in documents() {
        let mut open: Option<Block> = None;
        let mut before = String::new();
        for (number, line) in text.lines().enumerate() {
            match (&mut open, line.strip_prefix("```")) {
                (None, Some(info)) => {
                    open = Some(Block {
                        document: document.clone(),
                        line: number + 1,
                        before: std::mem::take(&mut before),
                        words: info.split_whitespace().map(str::to_owned).collect(),
                        text: String::new(),
                    });
                }
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (Some(block), None) => block.text += &format!("{line}\n"),
                (None, None) if line.trim().is_empty() => {}
                (None, None) => before = line.to_owned(),
            }
        }
        assert!(open.is_none(), "{document}: a fence is not closed");
    }
    blocks
}

/// The words of a line as a shell would split it; what follows a `#` or a `>` is left out.
fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, '#' | '>') if word.is_none() => break,
            (None, '|' | ';' | '&') => panic!("too much shell for this test: {line}"),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// The arguments of the line if it runs acdsim.
fn arguments(line: &str) -> Option<Vec<String>> {
    let line = line.strip_prefix("$ ").unwrap_or(line);
    let line = line
        .strip_prefix("cargo run --release -- ")
        .map(|rest| format!("acdsim {rest}"))
        .unwrap_or_else(|| line.to_owned());
    line.starts_with("acdsim ")
        .then(|| words(&line)[1..].to_vec())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder can be read") {
        let entry = entry.expect("an entry");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(from, to).expect("a copy");
        }
    }
}

/// A folder with the scenarios of the repository and the scenarios and other files of the documents that have a file name.
fn folder(blocks: &[Block]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    copy(
        &Path::new(ROOT).join("scenarios"),
        &folder.path().join("scenarios"),
    );
    for block in blocks {
        if let [language, kind, name] = &block.words[..]
            && [("toml", "scenario"), ("toml", "file"), ("csv", "file")]
                .contains(&(language.as_str(), kind.as_str()))
        {
            std::fs::write(folder.path().join(name), &block.text).expect("a file");
        }
    }
    folder
}

/// Commands in `sh` and `console` blocks succeed, each document's in a folder of its own; with `status=2` behind the language they end so, with `ignore` they
/// are not run.
#[test]
fn every_command_runs() {
    let blocks = blocks();
    let mut place = (String::new(), folder(&blocks));
    let mut run = 0;
    for block in &blocks {
        if place.0 != block.document {
            place = (block.document.clone(), folder(&blocks));
        }
        let Some((language, more)) = block.words.split_first() else {
            continue;
        };
        if !["sh", "console"].contains(&language.as_str()) || more.iter().any(|w| w == "ignore") {
            continue;
        }
        let status = more.iter().find_map(|word| word.strip_prefix("status="));
        let status = status.map_or(0, |status| status.parse().expect("a status"));
        for line in block.text.replace("\\\n", " ").lines() {
            let Some(arguments) = arguments(line) else {
                continue;
            };
            run += 1;
            let output = acdsim_in(place.1.path(), &arguments);
            let line = format!("{}:{}: {line}", block.document, block.line);
            let message = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(status), "{line}\n{message}");
            if let Some((_, file)) = line.split_once(" > ") {
                let file = file.split_whitespace().next().expect("a file's name");
                std::fs::write(place.1.path().join(file), &output.stdout).expect("a file");
            }
            if arguments.iter().any(|a| a == "--json") && status == 0 {
                let document: Result<serde_json::Value, _> = serde_json::from_slice(&output.stdout);
                assert!(document.is_ok(), "{line}: no JSON document");
            }
        }
    }
    assert!(run > 10, "only {run} commands found");
}

/// Blocks that are whole scenarios can be read, without a warning.
#[test]
fn every_scenario_shown_is_valid() {
    let mut found = 0;
    for block in blocks() {
        if block.words.len() >= 2 && block.words[..2] == ["toml", "scenario"] {
            found += 1;
            let place = format!("{}:{}", block.document, block.line);
            match acdsim::scenario::parse(&place, &block.text, Path::new(""), &[]) {
                Ok(loaded) => assert_eq!(loaded.warnings, Vec::<String>::new(), "{place}"),
                Err(error) => panic!("{}", error.render(false, 100)),
            }
        }
    }
    assert!(found >= 3, "only {found} scenarios found");
}

/// Output that is shown below `<!-- output of: acdsim … -->` is what the command prints; a line `…` stands for any
/// lines.
#[test]
fn output_shown_is_what_the_command_prints() {
    let blocks = blocks();
    let folder = folder(&blocks);
    let mut found = 0;
    for block in &blocks {
        let command = block.before.strip_prefix("<!-- output of: ");
        let Some(command) = command.and_then(|rest| rest.strip_suffix(" -->")) else {
            continue;
        };
        found += 1;
        let arguments = arguments(command).expect("a command of acdsim");
        let output = acdsim_in(folder.path(), &arguments);
        let printed = String::from_utf8(output.stdout).expect("UTF-8");
        let mut rest = printed.as_str();
        for (i, piece) in block.text.split("…\n").enumerate() {
            let at = rest.find(piece).filter(|&at| i > 0 || at == 0);
            let at = at.unwrap_or_else(|| {
                panic!(
                    "{}:{}: {command} prints\n{printed}\nand not\n{piece}",
                    block.document, block.line
                )
            });
            rest = &rest[at + piece.len()..];
        }
        let cut = block.text.ends_with("…\n");
        assert!(cut || rest.is_empty(), "{command} goes on with\n{rest}");
    }
    assert!(found > 0, "no output is shown");
}

/// GitHub's anchor of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .collect::<String>();
    kept.replace(' ', "-")
}

/// Links within the repository lead to a file, and to a heading in it.
#[test]
fn links_lead_somewhere() {
    for (name, text) in documents() {
        let folder = Path::new(ROOT).join(Path::new(&name).parent().unwrap_or(Path::new("")));
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split(')').next().unwrap_or_default();
            if target.starts_with("http") {
                continue;
            }
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let path: PathBuf = match file {
                "" => Path::new(ROOT).join(&name),
                file => folder.join(file),
            };
            assert!(path.exists(), "{name}: {target} leads nowhere");
            if !heading.is_empty() {
                let there = std::fs::read_to_string(&path).expect("a document");
                let headings = there.lines().filter_map(|line| line.strip_prefix('#'));
                let found = headings
                    .map(|line| anchor(line.trim_start_matches('#').trim()))
                    .any(|anchor| anchor == heading);
                assert!(found, "{name}: {target} leads to no heading");
            }
        }
    }
}

/// The tables of the bank in docs/validation.md: what was observed beside what the simulation gives.
mod bank {
    use super::*;
    use acdsim::kpi::Results;
    use acdsim::model::Model;
    use std::collections::HashMap;

    const DAYS: u64 = 4000;

    /// Observed figures by name, of every row of a CSV file.
    fn observed(file: &str) -> Vec<(String, HashMap<String, f64>)> {
        let text = read(&format!("scenarios/bank-august-1999/{file}"));
        let mut lines = text.lines();
        let head: Vec<&str> = lines.next().expect("a header").split(',').collect();
        lines
            .map(|line| {
                let cells: Vec<&str> = line.split(',').collect();
                let figures = head.iter().zip(&cells);
                let figures = figures
                    .filter_map(|(name, cell)| Some(((*name).to_owned(), cell.parse().ok()?)));
                (cells[0].to_owned(), figures.collect())
            })
            .collect()
    }

    fn simulated() -> Results {
        let path = Path::new(ROOT).join("scenarios/bank-august-1999/bank.toml");
        let loaded = acdsim::scenario::load(&path, &[]).expect("the scenario is valid");
        let model = Model::new(&loaded.scenario);
        common::run_with(&model, &common::days(&model, DAYS))
    }

    fn table() -> String {
        let results = simulated();
        let percent = |x: f64| format!("{:.1} %", 100.0 * x);
        let seconds = |x: f64| format!("{x:.0} s");
        let plain = |x: f64| format!("{x:.1}");
        type Form<'a> = &'a dyn Fn(f64) -> String;
        let columns: [(&str, &str, &str, Form<'_>); 8] = [
            ("offered", "offered", "offered", &plain),
            ("answered", "answered", "answered", &plain),
            (
                "abandoned",
                "abandonment_rate",
                "abandonment_rate",
                &percent,
            ),
            (
                "in 20 s",
                "answered_20s_over_offered",
                "service_level",
                &percent,
            ),
            ("delayed", "delayed", "delayed", &percent),
            ("ASA", "asa_s", "asa_s", &seconds),
            ("p90 wait", "wait_p90_s", "wait_p90_s", &seconds),
            ("AHT", "aht_s", "aht_s", &seconds),
        ];
        let rule = |n: usize| format!("|---|---|{}\n", "--:|".repeat(n));
        let mut out = String::new();
        out += "| call type | |";
        for (title, ..) in &columns {
            out += &format!(" {title} |");
        }
        out += &format!("\n{}", rule(columns.len()));
        for (name, seen) in observed("observed_total.csv") {
            let part = match name.as_str() {
                "all" => &results.total,
                name => results
                    .call_types
                    .iter()
                    .find(|t| t.name() == name)
                    .expect("a call type of this name"),
            };
            out += &format!("| {name} | observed |");
            for (_, theirs, _, form) in &columns {
                out += &format!(" {} |", form(seen[*theirs]));
            }
            out += "\n| | simulated |";
            for (_, _, ours, form) in &columns {
                out += &format!(" {} |", form(part.get(ours).mean.expect("calls")));
            }
            out += "\n";
        }
        out += "\n";

        out += "| start | offered | simulated | abandoned | simulated | in 20 s | simulated | ASA | simulated |\n";
        out += "|---|--:|--:|--:|--:|--:|--:|--:|--:|\n";
        let intervals = results.total.intervals.as_ref().expect("intervals");
        for ((start, seen), interval) in observed("observed.csv").iter().zip(intervals) {
            assert_eq!(*start, interval.start);
            out += &format!("| {start} |");
            for i in [0, 2, 3, 5] {
                let (_, theirs, ours, form) = columns[i];
                let ours = interval.get(ours).mean.expect("calls");
                out += &format!(" {} | {} |", form(seen[theirs]), form(ours));
            }
            out += "\n";
        }
        out
    }

    #[test]
    #[ignore = "20 seconds; see docs/validation.md"]
    fn tables_are_what_the_simulation_gives() {
        let (text, table) = (read("docs/validation.md"), table());
        for part in table.split("\n\n") {
            assert!(
                text.contains(part.trim()),
                "docs/validation.md should have\n\n{table}"
            );
        }
    }
}
