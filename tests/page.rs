//! The page and the plots of a run, from the command line.

mod common;

use common::command::{acdsim_in, done_in};
use std::fs;
use std::path::Path;

/// What a successful call says.
fn said(folder: &Path, arguments: &[&str]) -> String {
    String::from_utf8(done_in(folder, arguments).stderr).expect("UTF-8")
}

/// Names that would break out of HTML, SVG or a file's name, and a script that the font does not have.
const HOSTILE: &str = r#"
[scenario]
name = "</style><script>alert(1)</script> & \"quotes\""
open = "08:00-10:00"
interval = "30m"
busyness_cv = 0.2
[run]
replications = 5
[[trunks]]
name = "<b>lines</b>"
lines = 4
max_blocking = "10%"
[[queues]]
name = "../a<b>&c"
[[queues]]
name = "客户"
[[queues]]
name = "..A B C"
[[call_types]]
name = "one"
queue = "../a<b>&c"
rate = "60/h"
talk = "exp(4m)"
patience = "exp(1m)"
trunk = "<b>lines</b>"
redial = { abandoned = 0.5, blocked = 0.5, delay = "exp(5m)" }
[[call_types]]
name = "two"
queue = "客户"
rate = "6/h"
talk = "exp(4m)"
[[groups]]
name = "everyone 'and' more"
skills = ["../a<b>&c", "客户", "..A B C"]
staff = 3
"#;

/// Every tag that is opened is closed in its place: what a browser would mend silently.
fn assert_well_formed(name: &str, html: &str) {
    const VOID: [&str; 3] = ["meta", "!doctype", "br"];
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest
            .find('>')
            .unwrap_or_else(|| panic!("{name}: a tag without end"));
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        let word = tag
            .trim_start_matches('/')
            .split([' ', '\n', '/'])
            .next()
            .unwrap_or_default();
        assert!(
            word == "!doctype"
                || word.chars().all(|c| c.is_ascii_alphanumeric()) && !word.is_empty(),
            "{name}: a tag <{tag}>"
        );
        if tag.starts_with('/') {
            assert_eq!(
                open.pop().as_deref(),
                Some(word),
                "{name}: </{word}> closes another tag"
            );
        } else if !tag.ends_with('/') && !VOID.contains(&word) {
            open.push(word.to_owned());
        }
    }
    assert_eq!(open, Vec::<String>::new(), "{name}: tags left open");
}

#[test]
fn names_do_not_break_the_page_or_leave_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("hostile.toml"), HOSTILE).unwrap();
    said(
        folder.path(),
        &[
            "run",
            "hostile.toml",
            "--report",
            "day.html",
            "--plots",
            "plots",
        ],
    );
    let page = fs::read_to_string(folder.path().join("day.html")).unwrap();
    assert_well_formed("day.html", &page);
    assert!(!page.contains("<script"), "a script from a name");
    assert!(page.contains("&lt;script&gt;alert(1)"), "the name as text");
    for reference in ["src=", "href=\"http", "@import", "url("] {
        assert!(
            !page.contains(reference),
            "the page needs another file: {reference}"
        );
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder.path().join("plots")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(
            name.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c)),
            "{name} is no name for every system"
        );
        let bytes = fs::read(&path).unwrap();
        match name.rsplit_once('.').unwrap().1 {
            "svg" => assert_well_formed(&name, std::str::from_utf8(&bytes).unwrap()),
            _ => assert_eq!(bytes[..8], *b"\x89PNG\r\n\x1a\n", "{name}"),
        }
        files.push(name);
    }
    // Two of the three queues have the same file name; each kind of plot has both its files.
    for kind in ["service-level", "abandonment", "waiting", "waits", "days"] {
        for part in ["a-b-c", "a-b-c-2", "part"] {
            for ending in ["svg", "png"] {
                let name = format!("{kind}-{part}.{ending}");
                assert!(files.contains(&name), "{name} is missing in {files:?}");
            }
        }
    }
}

/// Sixteen queues, every other of them with hardly anybody to answer.
#[test]
fn of_many_targets_those_that_are_met_are_folded_away() {
    let mut text =
        "[scenario]\nname = \"many\"\nopen = \"08:00-09:00\"\ninterval = \"30m\"\n[run]\nreplications = 20\n"
            .to_owned();
    for i in 0..16 {
        let staff = if i % 2 == 0 { 1 } else { 40 };
        text += &format!(
            "[[queues]]\nname = \"queue {i}\"\n[[groups]]\nname = \"group {i}\"\nskills = [\"queue {i}\"]\n\
             staff = {staff}\n[[call_types]]\nname = \"type {i}\"\nqueue = \"queue {i}\"\nrate = \"120/h\"\n\
             talk = \"exp(3m)\"\npatience = \"exp(2m)\"\n"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("many.toml"), text).unwrap();
    said(folder.path(), &["run", "many.toml", "--report", "p.html"]);
    let page = fs::read_to_string(folder.path().join("p.html")).unwrap();
    assert_well_formed("many targets", &page);
    assert!(page.contains("Of 16 targets 8 are met, 8 missed."));
    let (shown, folded) = page
        .split_once("<summary>8 more targets</summary>")
        .unwrap();
    let folded = folded.split_once("</details>").unwrap().0;
    for i in 0..16 {
        let row = format!("<tr><th scope=\"row\">queue {i}</th>");
        let (there, not_there) = if i % 2 == 0 {
            (shown, folded)
        } else {
            (folded, shown)
        };
        assert!(there.contains(&row), "queue {i}");
        assert!(!not_there.contains(&row), "queue {i}");
    }
}

#[test]
fn a_steady_run_has_a_page_without_intervals() {
    let folder = tempfile::tempdir().unwrap();
    let steady = r#"
[scenario]
name = "steady"
[run]
mode = "steady"
warm_up = "1h"
length = "100h"
[[queues]]
name = "q"
[[call_types]]
name = "c"
queue = "q"
rate = "60/h"
talk = "exp(4m)"
patience = "exp(1m)"
[[groups]]
name = "g"
skills = ["q"]
staff = 5
"#;
    fs::write(folder.path().join("steady.toml"), steady).unwrap();
    let said = said(
        folder.path(),
        &["run", "steady.toml", "--report", "--plots"],
    );
    assert!(said.contains("output/steady-seed1.html"), "{said}");
    let page = fs::read_to_string(folder.path().join("output/steady-seed1.html")).unwrap();
    assert_well_formed("steady", &page);
    assert!(
        !page.contains("By interval"),
        "a steady run has no intervals"
    );
    let plots = fs::read_dir(folder.path().join("output/steady-seed1-plots")).unwrap();
    assert_eq!(plots.count(), 4, "flow and waits, as SVG and PNG");
}

/// The figures that people look for stand on the page, and so does what makes them again.
#[test]
fn the_page_says_what_the_text_says_and_makes_the_run_again() {
    let folder = tempfile::tempdir().unwrap();
    let run = ["run", "--replications", "20", "--seed", "7"];
    said(folder.path(), &[&run[..], &["--report", "a.html"]].concat());
    let json = done_in(folder.path(), &[&run[..], &["--json"]].concat());
    fs::write(folder.path().join("a.json"), &json.stdout).unwrap();
    said(folder.path(), &["report", "a.json", "--report", "b.html"]);
    let page = fs::read_to_string(folder.path().join("a.html")).unwrap();
    let again = fs::read_to_string(folder.path().join("b.html")).unwrap();
    assert!(
        page == again,
        "the page of the run and of its document differ"
    );
    let text = done_in(folder.path(), &run);
    let text = String::from_utf8(text.stdout).unwrap();
    let page_text = page.replace('\u{a0}', " ").replace("&#x2f;", "/");
    let mut found = 0;
    for line in text.lines().filter(|line| {
        line.contains(" met ") || line.contains(" missed ") || line.contains(" close ")
    }) {
        let figure = line
            .split("   ")
            .map(str::trim)
            .filter(|part| part.contains('±'));
        for figure in figure {
            found += 1;
            assert!(page_text.contains(figure), "no {figure} on the page");
        }
    }
    assert!(found >= 4, "only {found} figures compared\n{text}");
    // The scenario and the command on the page give the same figures.
    let scenario = page.split("<pre tabindex=\"0\"><code>").nth(1).unwrap();
    let scenario = scenario.split("</code>").next().unwrap();
    let scenario = scenario
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    let scenario = scenario
        .replace("&#x27;", "'")
        .replace("&#x2f;", "/")
        .replace("&amp;", "&");
    fs::write(folder.path().join("scenario.toml"), scenario).unwrap();
    let command = page.split("acdsim run scenario.toml").nth(1).unwrap();
    let flags: Vec<&str> = command
        .split("</code>")
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let run = ["run", "scenario.toml", "--json"];
    let made = acdsim_in(folder.path(), &[&run[..], &flags[..]].concat());
    let figures = |bytes: &[u8]| -> serde_json::Value {
        let document: serde_json::Value = serde_json::from_slice(bytes).expect("JSON");
        serde_json::json!([document["total"], document["queues"], document["groups"]])
    };
    assert!(
        figures(&made.stdout) == figures(&json.stdout),
        "the page does not make its run again"
    );
}

#[test]
fn a_scenario_after_a_bare_report_is_not_taken_for_the_page() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("day.toml"), HOSTILE).unwrap();
    let output = acdsim_in(folder.path(), &["run", "--report", "day.toml"]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("ends in .html"), "{message}");
    assert_eq!(
        fs::read_to_string(folder.path().join("day.toml")).unwrap(),
        HOSTILE
    );
}

/// Plots that have nothing to show say so, and say nothing that is not so.
#[test]
fn where_nothing_reaches_a_queue_the_page_says_what_happened() {
    let folder = tempfile::tempdir().unwrap();
    let day = |rate: &str| {
        format!(
            "[scenario]\nname = \"d\"\nopen = \"08:00-10:00\"\n[run]\nreplications = 3\n[[trunks]]\nname = \"t\"\nlines = 0\n\
             [[queues]]\nname = \"q\"\n[[call_types]]\nname = \"c\"\nqueue = \"q\"\ntrunk = \"t\"\nrate = \"{rate}\"\ntalk = \"4m\"\n"
        )
    };
    for (rate, name, expected) in [
        ("60/h", "blocked", " blocked. Callers: "),
        ("0/h", "nobody", "Nobody called."),
    ] {
        fs::write(folder.path().join("day.toml"), day(rate)).unwrap();
        let file = format!("{name}.html");
        said(folder.path(), &["run", "day.toml", "--report", &file]);
        let page = fs::read_to_string(folder.path().join(&file)).unwrap();
        for expected in [
            expected,
            "No call reached a queue.",
            "The service level is not defined on any day.",
            "no waits to show",
        ] {
            assert!(page.contains(expected), "{name}: {expected:?} is missing");
        }
        for wrong in [
            "No queue is below",
            "On – of",
            "Attempts: .",
            "nobody called",
        ] {
            assert!(!page.contains(wrong), "{name}: {wrong:?}");
        }
    }
}

/// A half-width is above 0 and reads so, however small it is.
#[test]
fn no_half_width_reads_as_nothing() {
    let folder = tempfile::tempdir().unwrap();
    said(
        folder.path(),
        &["run", "--replications", "20", "--report", "day.html"],
    );
    let page = fs::read_to_string(folder.path().join("day.html")).unwrap();
    let figures = page.split("Every figure").nth(1).unwrap();
    for half in figures.split(" ± ").skip(1) {
        let half = half.split('<').next().unwrap();
        assert!(half.parse::<f64>().is_ok_and(|half| half > 0.0), "± {half}");
    }
}

/// Two kinds of files in one place are refused before anything is simulated or written.
#[test]
fn files_that_would_be_in_each_others_way_are_refused_first() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let run = ["run", "--replications", "2"];
        let output = acdsim_in(folder.path(), &[&run[..], arguments].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), output.stdout.len(), said)
    };
    fs::create_dir(folder.path().join("t")).unwrap();
    for arguments in [
        &["--report", "x.html", "--csv", "./x.html"][..],
        &["--report", "x.html", "--csv", "x.html", "--force"],
        &["--plots", "p", "--csv", "p"],
        &["--report", "t/x.html", "--csv", "t"],
    ] {
        let (status, length, said) = run(arguments);
        assert_eq!(status, Some(2), "{arguments:?}: {said}");
        assert_eq!(length, 0, "{arguments:?}: {said}");
        assert!(
            said.contains("would be there already"),
            "{arguments:?}: {said}"
        );
    }
    assert_eq!(fs::read_dir(folder.path().join("t")).unwrap().count(), 0);
    let (status, _, said) = run(&["--report", "t/x.html", "--csv", "t", "--force"]);
    assert_eq!(status, Some(0), "{said}");
}

/// Callers who leave at once are not answered at once, and wait for nothing.
#[test]
fn who_balks_does_not_wait() {
    let folder = tempfile::tempdir().unwrap();
    let day = "[scenario]\nname = \"d\"\nopen = \"08:00-10:00\"\n[run]\nreplications = 3\n[[queues]]\nname = \"q\"\n\
               [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"60/h\"\ntalk = \"4m\"\nbalk = 1\n\
               [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 2\n";
    fs::write(folder.path().join("day.toml"), day).unwrap();
    said(folder.path(), &["run", "day.toml", "--report", "day.html"]);
    let page = fs::read_to_string(folder.path().join("day.html")).unwrap();
    assert!(page.contains("were not answered at once; of the answered"));
    assert!(!page.contains("waited;"), "nobody waited");
}
