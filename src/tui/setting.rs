//! The state of a session that can be undone, marked and kept: what the baseline and the what-if are.

use super::lever::Edits;
use crate::stats::Estimate;
use serde::{Deserialize, Serialize};

/// Baseline and what-if, each as changes of the file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// What is compared with.
    pub baseline: Edits,
    /// What is tried.
    pub whatif: Edits,
}

/// Steps that can be undone, at most: the oldest go first.
const MOST_STEPS: usize = 1000;

/// Changes of the file that all of them hold, at most: a setting of many intervals weighs more.
const MOST_CHANGES: usize = 100_000;

/// The setting, and those before and after it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    now: Setting,
    past: Vec<Setting>,
    future: Vec<Setting>,
}

impl History {
    /// The setting that holds.
    pub fn now(&self) -> &Setting {
        &self.now
    }

    /// Changes the setting; what was undone before is forgotten. Returns whether anything changed.
    pub fn change(&mut self, change: impl FnOnce(&mut Setting)) -> bool {
        let mut next = self.now.clone();
        change(&mut next);
        if next == self.now {
            return false;
        }
        self.past.push(std::mem::replace(&mut self.now, next));
        self.future.clear();
        self.forget_oldest();
        true
    }

    /// Forgets the oldest steps beyond the limits; one can always be undone.
    fn forget_oldest(&mut self) {
        let changes = |setting: &Setting| setting.baseline.len() + setting.whatif.len();
        let mut held = 0;
        let latest = self.past.iter().rev().take(MOST_STEPS);
        let kept = latest
            .take_while(|setting| {
                held += changes(setting);
                held <= MOST_CHANGES
            })
            .count();
        let forgotten = self.past.len() - kept.max(1);
        self.past.drain(..forgotten);
    }

    /// Back to the setting before.
    pub fn undo(&mut self) -> bool {
        let Some(before) = self.past.pop() else {
            return false;
        };
        self.future.push(std::mem::replace(&mut self.now, before));
        true
    }

    /// To the setting that was undone last.
    pub fn redo(&mut self) -> bool {
        let Some(after) = self.future.pop() else {
            return false;
        };
        self.past.push(std::mem::replace(&mut self.now, after));
        true
    }

    /// Whether there is a setting before, and one after.
    pub fn can(&self) -> (bool, bool) {
        (!self.past.is_empty(), !self.future.is_empty())
    }

    /// The setting is taken back, as if it had never been; the first one is the file's.
    pub fn take_back(&mut self) {
        self.now = self.past.pop().unwrap_or_default();
    }

    /// Changes every setting, for example to drop what a file no longer has.
    pub fn for_each(&mut self, mut change: impl FnMut(&mut Setting)) {
        change(&mut self.now);
        self.past.iter_mut().for_each(&mut change);
        self.future.iter_mut().for_each(&mut change);
    }
}

/// A what-if with a name, and what it gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// Its name.
    pub name: String,
    /// What it is, as changes of the file.
    pub edits: Edits,
    /// Days of which the figures are.
    pub days: u64,
    /// The headlines of everything together.
    pub figures: Vec<MarkedFigure>,
}

/// A figure of a mark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarkedFigure {
    /// Which.
    pub kpi: String,
    /// What it was.
    pub value: Estimate,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::lever::Value;

    fn set(history: &mut History, x: f64) -> bool {
        history.change(|setting| {
            setting.whatif.insert("a".to_owned(), Value::Number(x));
        })
    }

    #[test]
    fn what_was_done_is_undone_and_done_again() {
        let mut history = History::default();
        assert!(!history.undo() && !history.redo());
        assert!(set(&mut history, 1.0) && set(&mut history, 2.0));
        assert!(!set(&mut history, 2.0), "nothing changed");
        assert!(history.undo());
        assert_eq!(history.now().whatif["a"], Value::Number(1.0));
        assert!(history.redo() && !history.redo());
        assert_eq!(history.now().whatif["a"], Value::Number(2.0));
        assert!(history.undo() && history.undo() && !history.undo());
        assert_eq!(history.now(), &Setting::default());
        assert!(set(&mut history, 3.0));
        assert_eq!(history.can(), (true, false), "another way was taken");
        history.take_back();
        assert_eq!(history, History::default());
    }

    #[test]
    fn steps_that_weigh_much_are_forgotten_sooner() {
        let mut history = History::default();
        let large = |setting: &mut Setting, x: f64, n: usize| {
            setting.whatif = (0..n)
                .map(|i| (format!("a[{i}]"), Value::Number(x)))
                .collect();
        };
        for x in 0..20 {
            history.change(|setting| large(setting, f64::from(x), MOST_CHANGES / 10));
        }
        assert_eq!(history.past.len(), 10);
        for x in 0..3 {
            history.change(|setting| large(setting, f64::from(x), 2 * MOST_CHANGES));
        }
        assert_eq!(history.past.len(), 1, "one can always be undone");
    }

    #[test]
    fn the_oldest_steps_go_first() {
        let mut history = History::default();
        for x in 0..2 * MOST_STEPS {
            set(&mut history, x as f64);
        }
        let mut steps = 0;
        while history.undo() {
            steps += 1;
        }
        assert_eq!(steps, MOST_STEPS);
    }
}
