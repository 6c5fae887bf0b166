//! Changes as `--set`s, and in words.

use super::kind::tidy;
use super::{
    Edits, Kind, Lever, Levers, Marked, Spot, TARGET_FRACTION, TARGET_WITHIN, Value, signed,
};
use std::time::Duration;

impl Levers {
    /// The changes as `--set`s of the file.
    pub fn sets(&self, edits: &Edits) -> Vec<String> {
        let mut sets: Vec<String> = Vec::new();
        for (l, lever) in self.levers.iter().enumerate() {
            let partner = match lever.kind {
                Kind::TargetFraction => Some(l + 1),
                Kind::TargetWithin => Some(l - 1),
                _ => None,
            };
            let changed = edits.contains_key(&lever.path);
            match partner.map(|p| (p, edits.contains_key(&self.levers[p].path))) {
                None if changed => {
                    let value = &edits[&lever.path];
                    sets.push(lever.as_set(value));
                }
                // A target is said as a whole, once.
                Some((partner, of_partner)) if changed && (partner > l || !of_partner) => {
                    let none = Marked::new();
                    let number = |l| self.value(edits, Spot::Lever(l), &none).number();
                    let (fraction, within) = (number(l.min(partner)), number(l.max(partner)));
                    let target = crate::scenario::Target {
                        fraction,
                        within: Duration::try_from_secs_f64(within).unwrap_or_default(),
                    };
                    let path = lever.path.trim_end_matches(TARGET_FRACTION);
                    let path = path.trim_end_matches(TARGET_WITHIN);
                    sets.push(format!("{path}target={target}"));
                }
                _ => {}
            }
        }
        for g in 0..self.groups.len() {
            self.staff_sets(edits, g, &mut sets);
        }
        sets
    }

    /// As many agents more everywhere, or the runs of intervals that differ.
    fn staff_sets(&self, edits: &Edits, group: usize, sets: &mut Vec<String>) {
        let staff = &self.groups[group];
        let n = staff.base.len();
        let new = self.staff(edits, group);
        let change = |i: usize| i64::from(new[i]) - i64::from(staff.base[i]);
        let path = &staff.path;
        match change(0) {
            0 => {}
            by if (0..n).all(|i| change(i) == by) => {
                let (sign, by) = if by > 0 { ('+', by) } else { ('-', -by) };
                sets.push(format!("{path}{sign}={by}"));
                return;
            }
            _ => {}
        }
        let mut i = 0;
        while i < n {
            if change(i) == 0 {
                i += 1;
                continue;
            }
            let from = i;
            while i < n && change(i) != 0 {
                i += 1;
            }
            let run = &new[from..i];
            let at = match run.len() {
                1 => format!("[{from}]"),
                _ => format!("[{from}..{i}]"),
            };
            let values = match run.iter().all(|agents| *agents == run[0]) {
                true => run[0].to_string(),
                false => {
                    let values: Vec<String> = run.iter().map(u32::to_string).collect();
                    format!("[{}]", values.join(", "))
                }
            };
            sets.push(format!("{path}{at}={values}"));
        }
    }

    /// What differs between two states, in words: `talk of service call 180 s → 165 s`.
    pub fn differences(&self, from: &Edits, to: &Edits) -> Vec<String> {
        let none = Marked::new();
        let mut words = Vec::new();
        for l in (0..self.levers.len()).filter(|l| self.levers[*l].moves.is_empty()) {
            let spot = Spot::Lever(l);
            let (old, new) = (self.value(from, spot, &none), self.value(to, spot, &none));
            if old != new {
                let (name, old, new) = (
                    self.name(spot),
                    self.shown(spot, &old),
                    self.shown(spot, &new),
                );
                words.push(format!("{name} {old} → {new}"));
            }
        }
        for g in 0..self.groups.len() {
            let (old, new) = (self.staff(from, g), self.staff(to, g));
            let change = |i: usize| i64::from(new[i]) - i64::from(old[i]);
            let changed: Vec<usize> = (0..self.intervals()).filter(|i| change(*i) != 0).collect();
            let sum: i64 = changed.iter().map(|i| change(*i)).sum();
            let name = &self.groups[g].name;
            match changed[..] {
                [] => {}
                [one] => {
                    let name = self.name(Spot::Cell(g, one));
                    words.push(format!("{name} {} → {}", old[one], new[one]));
                }
                _ if changed.iter().all(|i| change(*i) == change(changed[0])) => {
                    words.push(format!(
                        "{name} {} in {} intervals",
                        signed(change(changed[0])),
                        changed.len()
                    ))
                }
                _ => words.push(format!(
                    "{name} in {} intervals, {} together",
                    changed.len(),
                    signed(sum)
                )),
            }
        }
        words
    }
}

impl Lever {
    /// A value as a `--set`.
    fn as_set(&self, value: &Value) -> String {
        let path = &self.path;
        let x = value.number();
        let base = self.base.number();
        match (&self.kind, value) {
            (_, Value::Choice(name)) => format!("{path}={name}"),
            (Kind::Factor, _) => format!("{path}*={x}"),
            (Kind::Mean, _) if base > 0.0 && x > 0.0 => format!("{path}*={}", x / base),
            // What always takes no time has no shape that could be kept.
            (Kind::Mean, _) if x > 0.0 => format!("{path}=exp({x}s)"),
            (Kind::Mean | Kind::Seconds, _) => format!("{path}={x}s"),
            (Kind::Shift { all, most }, _) => {
                let by = x - base;
                let moved = all.iter().map(|f| tidy(f + by).clamp(0.0, *most));
                let moved: Vec<String> = moved.map(|f| f.to_string()).collect();
                match moved.as_slice() {
                    [one, rest @ ..] if rest.iter().all(|f| f == one) => format!("{path}={one}"),
                    _ => format!("{path}=[{}]", moved.join(", ")),
                }
            }
            _ => format!("{path}={x}"),
        }
    }
}
