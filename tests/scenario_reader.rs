//! What the scenario reader makes of a file.

use std::path::Path;

use acdsim::scenario::*;

fn fixture() -> String {
    std::fs::read_to_string("tests/fixtures/whole_day.toml").unwrap()
}

#[test]
fn the_whole_day_is_read() {
    let loaded = load(Path::new("tests/fixtures/whole_day.toml"), &[]);
    let loaded = loaded.unwrap_or_else(|e| panic!("{}", e.render(false, 100)));
    let s = loaded.scenario;
    assert_eq!(loaded.warnings, Vec::<String>::new());
    assert_eq!(s.intervals(), 24);
    assert_eq!(s.call_types.len(), 2);
}

#[test]
fn the_reader_says_what_is_wrong() {
    let text = fixture()
        .replace("queue = \"service\"", "queue = \"servce\"")
        .replace("staff = 4", "staf = 4")
        .replace("talk = \"gamma(240s, sd 200s)\"", "talk = 240");
    let e = parse("day.toml", &text, Path::new("tests/fixtures"), &[]).unwrap_err();
    println!("{}", e.render(false, 100));
}
