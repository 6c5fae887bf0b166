//! The command lines that give the same as a session.

use super::State;
use crate::tui::lever::Edits;

impl State {
    /// The command lines that give the same, with so many days as are in view.
    pub fn command_lines(&self) -> Vec<String> {
        let file = self.file.as_deref().map(|file| file.display().to_string());
        let file = file.map_or(String::new(), |file| format!(" {}", quoted(&file)));
        let mut lines = self.simulations(&file);
        if self.fresh_plan().is_some() {
            let whatif = &self.history.now().whatif;
            lines.push(self.with_sets(format!("acdsim shifts{file}"), whatif));
        }
        lines
    }

    /// A command with the `--set`s of a state.
    fn with_sets(&self, command: String, edits: &Edits) -> String {
        let sets = self.sets_of(edits);
        let sets = sets
            .iter()
            .map(|set| format!(" \\\n    --set {}", quoted(set)));
        command + &sets.collect::<String>()
    }

    fn simulations(&self, file: &str) -> Vec<String> {
        let now = self.history.now();
        let mut days = String::new();
        if let Some((_, seen)) = self.seen.as_ref().filter(|_| self.is_fresh())
            && self.scenario.run.mode == crate::scenario::Mode::Day
        {
            days = format!(" --replications {}", seen.snapshot.days);
        }
        let run = |edits: &Edits| self.with_sets(format!("acdsim run{file}{days}"), edits);
        if now.baseline == now.whatif {
            return vec![run(&now.whatif)];
        }
        // A variant is taken apart at semicolons outside of quotes.
        let of_both = [&now.baseline, &now.whatif].map(|edits| self.levers.sets(edits));
        if of_both
            .concat()
            .iter()
            .any(|set| set.contains([';', '"', '\'']))
        {
            return vec![run(&now.whatif), run(&now.baseline)];
        }
        let mut compare = format!("acdsim compare{file}{days}");
        for set in &self.sets {
            compare += &format!(" \\\n    --set {}", quoted(set));
        }
        for (name, edits) in [("baseline", &now.baseline), ("what-if", &now.whatif)] {
            let sets = self.levers.sets(edits);
            if !sets.is_empty() {
                // A line each, so that all can be read; what parts them may be any white space.
                let variant = format!("{name}: {}", sets.join(";\n        "));
                compare += &format!(" \\\n    --variant {}", quoted(&variant));
            }
        }
        // Where the what-if is the file itself it is the other way round.
        match now.whatif.is_empty() {
            true => vec![run(&now.whatif), run(&now.baseline)],
            false => vec![run(&now.whatif), compare],
        }
    }
}

/// A word of a command line, in quotes where a shell asks for them.
pub(super) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:+,".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}
