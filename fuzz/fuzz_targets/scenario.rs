//! Any text is a scenario or is refused with places; what is read is written out and reads back the same. The text's
//! last line is also tried as a `--set` on the rest.
#![no_main]

use std::path::Path;

use acdsim::scenario::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let base = Path::new("/nonexistent");
    let (rest, last) = text.rsplit_once('\n').unwrap_or((text, ""));
    for (text, sets) in [(text, vec![]), (rest, vec![last.to_owned()])] {
        match parse("fuzz.toml", text, base, &sets) {
            Ok(loaded) => {
                let out = loaded.scenario.to_toml();
                let again = parse("out.toml", &out, base, &[]).expect("what is written out reads back");
                assert_eq!(again.scenario, loaded.scenario);
            }
            Err(error) => {
                assert!(error.problems().iter().all(|problem| problem.place.is_some()));
                assert!(!error.render_with(false, true, 80).is_empty());
            }
        }
    }
});
