//! First attempts of all call types, merged by time.
//!
//! Each type's callers form a unit-rate Poisson process that is put through the inverse of the cumulative rate, so that
//! more volume moves callers instead of redrawing them. They are drawn a window of time ahead, some dozens at once: a tight
//! loop and one sort cost less than to find the next of all types again and again.

use super::events::Event;
use crate::model::{Grid, Model};
use crate::random::{CallerKey, Purpose, ReplicationKey, Sampler, TypeKey, exp1};
use crate::scenario::Distribution;

/// First attempts to be expected in a window.
const WINDOW: f64 = 64.0;

/// A first attempt: in one nanosecond they come by call type, then by caller.
#[derive(Debug, Clone, Copy)]
pub(super) struct FirstAttempt {
    time: i64,
    pub call_type: u32,
    pub caller: u64,
    pub key: CallerKey,
}

/// One type's stream of first attempts.
#[derive(Debug)]
struct TypeArrivals {
    key: TypeKey,
    /// Expected arrivals per nanosecond, day factor included, and expected arrivals before each cell.
    rate: Vec<f64>,
    before: Vec<f64>,
    /// Where the stream stands: expected arrivals passed, cell, and who calls next, when.
    passed: f64,
    cell: usize,
    caller: u64,
    caller_key: CallerKey,
    time: i64,
}

impl TypeArrivals {
    /// Finds when the next caller calls: never, when the day is over.
    #[inline(always)]
    fn find_next(&mut self, width_ns: i64, end_ns: i64) {
        self.caller_key = self.key.caller(self.caller);
        self.passed += exp1(&mut self.caller_key.stream(0, 0, Purpose::Arrival));
        while self.passed >= self.before[self.cell + 1] {
            self.cell += 1;
            if self.cell == self.rate.len() {
                self.cell -= 1;
                self.time = i64::MAX;
                return;
            }
        }
        let into_cell = (self.passed - self.before[self.cell]) / self.rate[self.cell];
        let start = self.cell as i64 * width_ns;
        // What is left of the digits of a cell after a much busier one may lead beyond it.
        let most = if width_ns == 0 { i64::MAX } else { width_ns };
        let time = start + ((into_cell + 0.5) as i64).min(most);
        self.time = if time < end_ns { time } else { i64::MAX };
    }
}

/// The first attempts of a replication, as far ahead as the window reaches.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    types: Vec<TypeArrivals>,
    window: Vec<FirstAttempt>,
    /// Place of the next one in the window, which ends at a time.
    next: usize,
    until: i64,
    /// Expected arrivals of all types per nanosecond, by cell.
    rate: Vec<f64>,
    width_ns: i64,
    end_ns: i64,
}

impl Arrivals {
    /// Starts the streams of a replication.
    pub fn start(&mut self, model: &Model, key: ReplicationKey) {
        let Grid { width_ns, .. } = model.grid;
        (self.width_ns, self.end_ns) = if model.steady {
            (0, i64::MAX)
        } else {
            (width_ns, model.grid.end_ns())
        };
        self.types.clear();
        self.rate.clear();
        let common = gamma_factor(model.busyness_cv, &mut key.stream(Purpose::Busyness));
        for t in &model.call_types {
            let key = key.call_type(t.name_hash);
            let own = gamma_factor(t.busyness_cv, &mut key.stream(Purpose::Busyness));
            let rate: Vec<f64> = t.rate_per_ns.iter().map(|r| r * common * own).collect();
            let mut before = vec![0.0];
            if model.steady {
                before.push(if rate[0] > 0.0 { f64::INFINITY } else { 0.0 });
            } else {
                let mut sum = 0.0;
                before.extend(rate.iter().map(|r| {
                    sum += r * width_ns as f64;
                    sum
                }));
            }
            self.rate.resize(rate.len(), 0.0);
            for (all, own) in self.rate.iter_mut().zip(&rate) {
                *all += own;
            }
            let mut arrivals = TypeArrivals {
                key,
                rate,
                before,
                passed: 0.0,
                cell: 0,
                caller: 0,
                caller_key: CallerKey::default(),
                time: 0,
            };
            arrivals.find_next(self.width_ns, self.end_ns);
            self.types.push(arrivals);
        }
        self.until = 0;
        self.fill();
    }

    /// The next first attempt as an event.
    #[inline(always)]
    pub fn earliest(&self) -> Event {
        let next = self.window.get(self.next);
        next.map_or(Event::NEVER, |attempt| Event::first_attempt(attempt.time))
    }

    /// Takes the next first attempt, which is there.
    #[inline]
    pub fn take(&mut self) -> FirstAttempt {
        let attempt = self.window[self.next];
        self.next += 1;
        if self.next == self.window.len() {
            self.fill();
        }
        attempt
    }

    /// Draws the next window in which anybody calls, if there is one.
    fn fill(&mut self) {
        self.next = 0;
        self.window.clear();
        let (width_ns, end_ns) = (self.width_ns, self.end_ns);
        while self.window.is_empty() && self.types.iter().any(|t| t.time < i64::MAX) {
            self.until = self.end_of_window();
            for (index, t) in self.types.iter_mut().enumerate() {
                while t.time < self.until {
                    self.window.push(FirstAttempt {
                        time: t.time,
                        call_type: index as u32,
                        caller: t.caller,
                        key: t.caller_key,
                    });
                    t.caller += 1;
                    t.find_next(width_ns, end_ns);
                }
            }
        }
        if self.types.len() > 1 {
            self.window
                .sort_unstable_by_key(|a| (a.time, a.call_type, a.caller));
        }
    }

    /// The window ends when so many callers are to be expected, whatever the rates of the cells until then.
    fn end_of_window(&self) -> i64 {
        if self.width_ns == 0 {
            // In a steady run all time is one cell.
            return self
                .until
                .saturating_add((WINDOW / self.rate[0]) as i64)
                .max(self.until + 1);
        }
        let (mut from, mut wanted) = (self.until, WINDOW);
        for cell in (from / self.width_ns) as usize..self.rate.len() {
            let end = (cell as i64 + 1) * self.width_ns;
            let expected = self.rate[cell] * (end - from) as f64;
            if expected >= wanted {
                return (from + (wanted / self.rate[cell]) as i64).clamp(self.until + 1, end);
            }
            (from, wanted) = (end, wanted - expected);
        }
        from.max(self.until + 1)
    }
}

/// A day factor of mean 1: gamma with shape 1/cv².
fn gamma_factor(cv: f64, stream: &mut crate::random::Stream) -> f64 {
    if cv == 0.0 {
        return 1.0;
    }
    Sampler::new(&Distribution::Gamma {
        mean_s: 1.0,
        sd_s: cv,
    })
    .sample_s(stream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// All first attempts of a scenario: call type, caller, time.
    fn first_attempts(scenario: &str, rates: [&str; 3], most: usize) -> Vec<(usize, u64, i64)> {
        let mut text = format!("[scenario]\nname = \"s\"\n{scenario}\n[[queues]]\nname = \"q\"\n");
        for (i, rate) in rates.iter().enumerate() {
            text += &format!(
                "[[call_types]]\nname = \"t{i}\"\nqueue = \"q\"\nrate = {rate}\ntalk = \"1m\"\n\
                 patience = \"1m\"\n"
            );
        }
        let loaded = crate::scenario::parse("s", &text, Path::new(""), &[]).expect("a scenario");
        let mut arrivals = Arrivals::default();
        arrivals.start(&Model::new(&loaded.scenario), ReplicationKey::new(1, 0));
        let mut all = Vec::new();
        while arrivals.earliest() != Event::NEVER && all.len() < most {
            let time = arrivals.earliest().time();
            let attempt = arrivals.take();
            assert_eq!(attempt.time, time);
            all.push((attempt.call_type as usize, attempt.caller, time));
        }
        all
    }

    #[test]
    fn first_attempts_come_in_order_and_nobody_is_left_out() {
        const CALM: &str = "[\"0/h\", \"0/h\", \"2/h\", \"0/h\"]";
        const BUSY: &str = "[\"0/h\", \"9000/h\", \"0/h\", \"300/h\"]";
        let day = "open = \"08:00-10:00\"\ninterval = \"30m\"";
        let all = first_attempts(day, [CALM, BUSY, "\"60/h\""], usize::MAX);
        assert!(all.is_sorted_by_key(|&(call_type, _, time)| (time, call_type)));
        for (call_type, expected) in [(0, 1.0), (1, 4650.0), (2, 120.0f64)] {
            let of_type = all.iter().filter(|attempt| attempt.0 == call_type);
            let callers: Vec<u64> = of_type.map(|attempt| attempt.1).collect();
            assert!(
                callers.iter().copied().eq(0..callers.len() as u64),
                "{callers:?}"
            );
            let off = (callers.len() as f64 - expected).abs();
            assert!(
                off <= 4.0 * expected.sqrt(),
                "{} for {expected}",
                callers.len()
            );
            // A type's callers do not depend on the other types.
            let mut alone = ["\"0/h\""; 3];
            alone[call_type] = [CALM, BUSY, "\"60/h\""][call_type];
            let alone = first_attempts(day, alone, usize::MAX);
            assert!(
                all.iter()
                    .filter(|attempt| attempt.0 == call_type)
                    .eq(&alone)
            );
        }
        assert!(
            all.iter()
                .all(|&(.., time)| (0..2 * 3600 * 1_000_000_000).contains(&time))
        );
    }

    /// Memory must not depend on how the rates change.
    #[test]
    fn a_window_has_some_dozens_whatever_the_next_interval_brings() {
        for rates in [
            "[\"0/h\", \"90000000/h\"]",
            "[\"1/h\", \"9000000/h\"]",
            "[\"9000000/h\", \"0/h\"]",
        ] {
            let text = format!(
                "[scenario]\nname = \"s\"\nopen = \"08:00-10:00\"\ninterval = \"1h\"\n[[queues]]\nname = \"q\"\n\
                 [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = {rates}\ntalk = \"1m\"\n"
            );
            let loaded =
                crate::scenario::parse("s", &text, Path::new(""), &[]).expect("a scenario");
            let mut arrivals = Arrivals::default();
            arrivals.start(&Model::new(&loaded.scenario), ReplicationKey::new(1, 0));
            for _ in 0..10_000 {
                assert!(
                    arrivals.window.len() < 200,
                    "{rates}: {}",
                    arrivals.window.len()
                );
                arrivals.take();
            }
        }
    }

    #[test]
    fn a_steady_run_has_callers_at_every_rate() {
        let steady = "[run]\nmode = \"steady\"\nlength = \"100h\"";
        let rates = ["\"0.000000001/h\"", "\"0/h\"", "\"0/h\""];
        // The clock ends after 292 years.
        assert_eq!(first_attempts(steady, rates, 10), []);
        let all = first_attempts(steady, ["\"100000/h\"", "\"0/h\"", "\"0.1/h\""], 1000);
        assert_eq!(all.len(), 1000);
        let hours = all[999].2 as f64 / 3.6e12;
        assert!(
            (hours - 0.01).abs() < 4.0 * 0.01 / 1000f64.sqrt(),
            "{hours} h"
        );
    }
}
