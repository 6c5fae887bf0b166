//! The JSON Schema of the scenario file, for editors: made from the lists of keys. What the reader accepts it accepts; it
//! may accept more, such as names that refer to nothing.
//!
//! It is of draft 7 and without references, which every editor's TOML support understands.

use serde_json::{Map, Value, json};

use super::distribution::{FORMS, MOST_VALUES};
use super::expectation::{FIGURES, MOST_EXPECTATIONS};
use super::nodes::default_value;
use super::schema::{
    self, Item, Key, Kind, MOST_AGENTS, MOST_EXTRA, MOST_FACTOR, MOST_PARTS, Presence, Section,
};
use super::shifts::WEEKDAYS;
use super::tree;
use super::values::{MAX_DURATION, format_fraction};

/// The name under which `acdsim init` puts it beside a scenario, and to which the scenario's first line points.
pub const SCHEMA_FILE: &str = "acdsim.schema.json";

/// Tells a schema made here, of any version, from other files.
pub const SCHEMA_TITLE: &str = "acdsim scenario";

/// The JSON Schema of the scenario file.
pub fn json_schema() -> Value {
    let mut document = Map::new();
    document.insert(
        "$schema".into(),
        json!("http://json-schema.org/draft-07/schema#"),
    );
    document.insert("title".into(), json!(SCHEMA_TITLE));
    document.insert("$comment".into(), json!("Made by: acdsim schema"));
    document.extend(table(&schema::FILE));
    Value::Object(document)
}

type Json = Map<String, Value>;

/// A table with the keys of a section and no others.
fn table(section: &Section) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let mut either = Vec::new();
    for key in section.keys {
        properties.insert(key.name.into(), Value::Object(property(key)));
        match key.presence {
            Presence::Required => required.push(json!(key.name)),
            Presence::Either(_) => either.push(json!({ "required": [key.name] })),
            Presence::Optional(_) | Presence::Default(_) => {}
        }
    }
    let mut table = Map::new();
    table.insert("type".into(), json!("object"));
    table.insert("properties".into(), Value::Object(properties));
    if !required.is_empty() {
        table.insert("required".into(), Value::Array(required));
    }
    if !either.is_empty() {
        table.insert("oneOf".into(), Value::Array(either));
    }
    table.insert("additionalProperties".into(), json!(false));
    table
}

/// What may stand behind a key, with what an editor shows about it.
fn property(key: &Key) -> Json {
    let mut about = vec![key.about.to_owned()];
    about.extend(form(key).map(|form| format!("{form}.")));
    let mut property = Map::new();
    match key.presence {
        Presence::Required => about.push("Required.".to_owned()),
        Presence::Either(other) => about.push(format!("Required, or `{other}`.")),
        Presence::Optional(effect) => about.push(format!("Without it: {effect}.")),
        Presence::Default("") => {}
        Presence::Default(text) => {
            about.push(format!("Default: {text}."));
            property.insert("default".into(), default(text));
        }
    }
    property.insert("description".into(), json!(about.join("\n\n")));
    let never = key.presence == Presence::Default("never");
    property.extend(match values(&key.kind, never) {
        Value::Object(values) => values,
        _ => Map::new(),
    });
    property
}

/// A default as the file would have it.
fn default(text: &str) -> Value {
    match default_value(text) {
        tree::Value::Integer(n) => json!(n),
        tree::Value::Float(x) => json!(x),
        tree::Value::Bool(flag) => json!(flag),
        _ => json!(text),
    }
}

/// How the values of a key are written, in words.
fn form(key: &Key) -> Option<String> {
    const RANDOM: &str = "A random duration: \"60s\", \"exp(180s)\", \"lognormal(180s, sd 200s)\" or another form; or \
                          \"empirical(file.csv, column)\"";
    const DURATION: &str = "A duration with its unit (ms, s, m, h, d): \"90s\", \"1m30s\", \"2h\"";
    const FRACTION: &str = "A fraction: 0.3 or \"30%\"";
    const SERIES: &str = "one for the whole day, a list with one per interval, or a column of a CSV file, { file = \
                          \"day.csv\", column = \"name\" }";
    Some(match key.kind {
        Kind::Hours => "Two times of day: \"08:00-20:00\"".to_owned(),
        Kind::Duration => DURATION.to_owned(),
        Kind::Random => RANDOM.to_owned(),
        Kind::Fraction => FRACTION.to_owned(),
        Kind::Extra => format!("A share of at most {}: 0.25, \"25%\" or \"150%\"", format_fraction(MOST_EXTRA)),
        Kind::Points => "Percentage points: \"0.5pp\"".to_owned(),
        Kind::Target => "\"80/20\" is 80 % within 20 s; \"95% in 24h\" names the unit".to_owned(),
        Kind::Number { least, most } if least == f64::MIN_POSITIVE => {
            format!("A number above 0, at most {most}")
        }
        Kind::Number { least, most } => format!("A number from {least} to {most}"),
        Kind::Whole { least, most } => format!("A whole number from {least} to {most}"),
        Kind::Fractions => format!("{FRACTION}; or a list of them"),
        Kind::Times => "Times: bare numbers are seconds, \"2m\" has its unit".to_owned(),
        Kind::Series(item) => {
            let one = match item {
                Item::Volume => "Numbers",
                Item::Rate => "Calls per time, \"600/h\" or \"10/min\"",
                Item::Agents => "Whole numbers",
                Item::Factor => "Numbers above 0",
                Item::Share => "Fractions below 1, 0.3 or \"30%\"",
            };
            format!("{one}: {SERIES}")
        }
        Kind::Reference(part) => format!("A name from [[{part}]]"),
        Kind::References(part) => format!("A name from [[{part}]], or a list of them"),
        Kind::Agents => {
            "[\"first\", [\"equal\", \"equal\"], { group = \"later\", after = \"60s\" }]".to_owned()
        }
        Kind::Skills => {
            "Names of queues, [\"sales\", \"service\"]; or with factors on talk and wrap-up, { sales = 1.0, service = 1.15 }"
                .to_owned()
        }
        Kind::Texts => "Columns and what they must hold: { date = \"2003-03-03\" }".to_owned(),
        Kind::ByQueue { least, most } => {
            format!("Numbers from {least} to {most} by queue: {{ sales = 3, service = 1 }}")
        }
        Kind::Policy => {
            "\"longest_queue\", { weights = { pairs = [{ queue = \"sales\", wait = 3 }] } }, or a list of one policy for \
             calls and one for agents"
                .to_owned()
        }
        Kind::File => "The path of a file, relative to this one".to_owned(),
        Kind::Script => "The script's file, \"my-routing.lua\"".to_owned(),
        Kind::Span => "Two times of day, over midnight too: \"22:00-06:00\"".to_owned(),
        Kind::Starts => {
            "A time of day, \"08:00\", a span of them, \"07:00-10:00\", or a list of both".to_owned()
        }
        Kind::Durations => format!("{DURATION}; or a list of them"),
        Kind::Instant => "A time of day, \"10:30\", or the time after opening, \"2h30m\"".to_owned(),
        Kind::Stages => {
            "Stages, each a duration and the volume at its end: \"30m:100%, 2h:150%, 0s:300%\"; or a list of them"
                .to_owned()
        }
        Kind::Expectations => {
            "A list of figures of the load test, each with its bound: [\"recovery < 45m\", \"breaking_point >= 130%\"]"
                .to_owned()
        }
        Kind::Weekdays => "A weekday, \"mon\", or a list of them".to_owned(),
        Kind::Flag => "true or false".to_owned(),
        Kind::Text | Kind::Name | Kind::Word(_) | Kind::Table(_) | Kind::Tables(_) => return None,
    })
}

// Expressions are those that every dialect knows. `\s` is what surrounds a value; where it may be left out is where the
// reader trims.
const NUMBER: &str = r"([0-9]+\.?[0-9]*|\.[0-9]+)";

const CLOCK: &str = r"\s*[0-9]{1,2}:[0-9]{2}\s*";

fn duration() -> String {
    // That units go from large to small is left to the reader.
    format!(r"\s*{NUMBER}(ms|s|m|min|h|d)(\s*{NUMBER}(ms|s|m|min|h|d))*\s*")
}

fn fraction() -> String {
    format!(r"\s*{NUMBER}\s*%?\s*")
}

/// The forms of random durations: their names, and what stands between the brackets.
fn random() -> Vec<(&'static str, String)> {
    let duration = duration();
    let float = format!(r"\+?{NUMBER}([eE][+-]?[0-9]+)?");
    FORMS
        .iter()
        .map(|(name, _)| {
            let inner = match *name {
                "fixed" | "exp" => duration.clone(),
                "lognormal" | "gamma" => format!(r"{duration},\s*sd\s+{duration}"),
                "erlang" => format!(r"{duration},\s*k\s+\+?[0-9]+\s*"),
                "weibull" => format!(r"\s*shape\s+{float}\s*,\s*scale\s+{duration}"),
                "uniform" => format!("{duration},{duration}"),
                "hyperexp" => {
                    let phase = format!("{}:{duration}", fraction());
                    format!("{phase}(,{phase})*")
                }
                // A file and a column.
                _ => r"[\s\S]*,[\s\S]*".to_owned(),
            };
            (*name, inner)
        })
        .collect()
}

/// A text of a form, with examples that editors offer.
fn text(pattern: &str, examples: &[&str]) -> Value {
    json!({ "type": "string", "pattern": format!("^({pattern})$"), "examples": examples })
}

fn any_of(values: Vec<Value>) -> Value {
    json!({ "anyOf": values })
}

fn list_of(item: Value) -> Value {
    json!({ "type": "array", "minItems": 1, "items": item })
}

fn number(least: f64, most: f64) -> Value {
    let mut number = Map::new();
    number.insert("type".into(), json!("number"));
    match least == f64::MIN_POSITIVE {
        true => number.insert("exclusiveMinimum".into(), json!(0)),
        false => number.insert("minimum".into(), json!(least)),
    };
    if most < f64::MAX {
        number.insert("maximum".into(), json!(most));
    }
    Value::Object(number)
}

fn whole(least: u64, most: u64) -> Value {
    match most <= i64::MAX as u64 {
        true => json!({ "type": "integer", "minimum": least, "maximum": most }),
        // Beyond what TOML holds it is written as text.
        false => any_of(vec![
            json!({ "type": "integer", "minimum": least }),
            text(r"\+?[0-9]+", &[]),
        ]),
    }
}

/// The values of a kind. `never`: whether a random duration may be without end.
fn values(kind: &Kind, never: bool) -> Value {
    let a_share = |most, example| {
        let as_text = text(&fraction(), &[example]);
        any_of(vec![number(0.0, most), as_text])
    };
    let a_fraction = || a_share(1.0, "30%");
    let a_duration = || text(&duration(), &["90s", "1m30s", "2h"]);
    let name = || json!({ "type": "string" });
    match kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::File => json!({ "type": "string", "minLength": 1 }),
        Kind::Name => json!({ "type": "string", "minLength": 1, "maxLength": 200 }),
        Kind::Reference(_) => name(),
        Kind::References(_) => any_of(vec![name(), list_of(name())]),
        Kind::Word(words) => json!({ "type": "string", "enum": words }),
        Kind::Hours => text(
            &format!("{CLOCK}[-–]{CLOCK}"),
            &["08:00-20:00", "00:00-24:00"],
        ),
        Kind::Span => text(&format!("{CLOCK}[-–]{CLOCK}"), &["22:00-06:00"]),
        Kind::Starts => {
            let one = text(&format!("{CLOCK}([-–]{CLOCK})?"), &["08:00", "07:00-10:00"]);
            any_of(vec![one.clone(), list_of(one)])
        }
        Kind::Durations => any_of(vec![a_duration(), list_of(a_duration())]),
        Kind::Weekdays => {
            let day = json!({ "type": "string", "enum": WEEKDAYS });
            any_of(vec![day.clone(), list_of(day)])
        }
        Kind::Instant => {
            let form = format!("{CLOCK}|{}", duration());
            text(&form, &["10:30", "2h30m"])
        }
        Kind::Stages => {
            let stage = format!("{}:{}", duration(), fraction());
            let one = text(
                &format!("{stage}(,{stage})*"),
                &["30m:100%, 2h:150%, 0s:300%, 1h:100%"],
            );
            any_of(vec![one.clone(), list_of(one)])
        }
        Kind::Expectations => {
            let figures: Vec<&str> = FIGURES.iter().map(|(name, ..)| *name).collect();
            let form = format!(r"\s*({})\s*[<>]=?[^<>=]+", figures.join("|"));
            let one = text(&form, &["recovery < 45m", "breaking_point >= 130%"]);
            json!({ "type": "array", "maxItems": MOST_EXPECTATIONS, "items": one })
        }
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Duration => a_duration(),
        Kind::Random => {
            let mut forms = vec![duration()];
            if never {
                forms.push(r"\s*never\s*".to_owned());
            }
            for (name, inner) in random() {
                forms.push(format!(r"\s*{name}\s*\({inner}\)\s*"));
            }
            let examples: Vec<&str> = FORMS.iter().map(|(_, example)| *example).collect();
            any_of(vec![
                text(&forms.join("|"), &examples),
                Value::Object(table(&schema::EMPIRICAL)),
            ])
        }
        Kind::Fraction => a_fraction(),
        Kind::Extra => a_share(MOST_EXTRA, "25%"),
        Kind::Points => text(&format!(r"\s*{NUMBER}\s*pp\s*"), &["0.5pp"]),
        Kind::Target => {
            let (duration, fraction) = (duration(), fraction());
            let slash = format!(r"\s*{NUMBER}\s*%*\s*/(\s*{NUMBER}\s*|{duration})");
            let words = format!(r"{fraction} in {duration}");
            text(&format!("{slash}|{words}"), &["80/20", "95% in 24h"])
        }
        Kind::Number { least, most } => number(*least, *most),
        Kind::Whole { least, most } => whole(*least, *most),
        Kind::Series(item) => {
            let one = || match item {
                Item::Volume => number(0.0, f64::MAX),
                Item::Rate => text(
                    &format!(r"\s*{NUMBER}\s*/\s*(s|m|min|h|d)\s*"),
                    &["600/h", "10/min"],
                ),
                Item::Agents => whole(0, MOST_AGENTS),
                Item::Factor => number(f64::MIN_POSITIVE, MOST_FACTOR),
                Item::Share => a_fraction(),
            };
            let in_file = Value::Object(table(&schema::SERIES_FILE));
            any_of(vec![one(), list_of(one()), in_file])
        }
        Kind::Fractions => any_of(vec![a_fraction(), list_of(a_fraction())]),
        Kind::Times => {
            let seconds = number(0.0, MAX_DURATION.as_secs_f64());
            let mut list = list_of(any_of(vec![seconds, a_duration()]));
            list["maxItems"] = json!(MOST_VALUES);
            list
        }
        Kind::Agents => list_of(any_of(vec![
            name(),
            list_of(name()),
            Value::Object(table(&schema::AGENTS)),
        ])),
        Kind::Skills => {
            let factor = schema::SKILL
                .key("factor")
                .map(|key| values(&key.kind, false));
            let skill = any_of(vec![
                factor.unwrap_or_default(),
                Value::Object(table(&schema::SKILL)),
            ]);
            let mut names = list_of(name());
            names["uniqueItems"] = json!(true);
            any_of(vec![
                names,
                json!({ "type": "object", "minProperties": 1, "additionalProperties": skill }),
            ])
        }
        Kind::Texts => json!({
            "type": "object",
            "additionalProperties": { "type": ["string", "number", "boolean"] },
        }),
        Kind::ByQueue { least, most } => json!({
            "type": "object",
            "additionalProperties": number(*least, *most),
        }),
        Kind::Policy => {
            let policies = schema::POLICIES.keys;
            // A script is no name alone.
            let names = policies.iter().map(|key| key.name);
            let names: Vec<&str> = names.filter(|name| *name != schema::LUA).collect();
            let mut with_parameters = table(&schema::POLICIES);
            with_parameters.insert("minProperties".into(), json!(1));
            with_parameters.insert("maxProperties".into(), json!(1));
            let one = any_of(vec![
                json!({ "type": "string", "enum": names }),
                Value::Object(with_parameters),
            ]);
            any_of(vec![one.clone(), list_of(one)])
        }
        Kind::Script => {
            let mut script = table(&schema::SCRIPT);
            script.insert("minProperties".into(), json!(1));
            any_of(vec![
                json!({ "type": "string", "minLength": 1 }),
                Value::Object(script),
            ])
        }
        Kind::Table(section) => Value::Object(table(section)),
        Kind::Tables(section) => json!({
            "type": "array",
            "maxItems": MOST_PARTS,
            "items": table(section),
        }),
    }
}
