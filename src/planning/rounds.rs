//! The start of the search: what is attainable, the rounds of the formula, and the repair of what they leave missed.

use super::goals::Staff;
use super::search::{LEAST_DAYS, ROUND_DAYS, Search, Stop, Trial};
use crate::experiment::Sample;
use crate::kpi::Place;
use crate::scenario::schema::MOST_AGENTS;
use std::collections::BTreeSet;

/// Days that decide, at most.
const MOST_DAYS: usize = 10_000;

/// Attempts whose simulation is a matter of a second: so many days may decide in any case.
const CHEAP_ATTEMPTS: f64 = 1e6;

/// A service level of nobody who waits for long, and what is more than chance between two of them.
const ALL_IN_TIME: f64 = 0.999;
const HELPS: f64 = 0.002;

/// Standard errors at which a miss is no luck.
const SURE: f64 = 3.0;

/// Rounds of the formula, and of adding agents.
const ROUNDS: usize = 30;

impl Search<'_> {
    // ---- Start ----

    /// A simulation with more agents than anybody needs, as far as the bounds allow. Where calls wait all the same, those who
    /// serve them are doubled as long as that helps.
    pub(super) fn plenty(&mut self) -> Result<Trial, Stop> {
        let enough = self.response.more_than_enough(self.scenario);
        let mut agents = self.day.planned_for(&enough);
        let mut before: Vec<Option<Vec<f64>>> = vec![None; self.scenario.queues.len()];
        loop {
            let staff = self.question.bounds.cut(&agents);
            let trial = self.simulated(staff, ROUND_DAYS)?;
            self.note_calls(&trial.sample);
            let mut crowded: BTreeSet<usize> = BTreeSet::new();
            for (q, before) in before.iter_mut().enumerate() {
                let level = |i| self.at(&trial.sample, q, i).level.unwrap_or(1.0);
                let levels: Vec<f64> = (0..self.scenario.intervals()).map(level).collect();
                let better = |(now, then): (&f64, &f64)| *now > then + HELPS;
                let helped = before
                    .as_ref()
                    .is_none_or(|before| levels.iter().zip(before).any(better));
                if helped && levels.iter().any(|level| *level < ALL_IN_TIME) {
                    crowded.extend(self.response.serving(q));
                }
                *before = Some(levels);
            }
            for goal in self.missed(&trial.sample) {
                if let Place::Group(g) = self.goals[goal].target.place {
                    crowded.insert(g);
                }
            }
            let mut grown = agents.clone();
            for &g in &crowded {
                for n in &mut grown[g] {
                    *n = n.saturating_mul(2).min(MOST_AGENTS as u32);
                }
            }
            if grown == agents || self.question.bounds.cut(&grown) == trial.staff {
                return Ok(trial);
            }
            agents = grown;
        }
    }

    /// For a goal that is missed with more agents than anybody needs the best that is attainable is searched.
    pub(super) fn lower_to_attainable(&mut self, plenty: &mut Trial) -> Result<(), Stop> {
        if !self.missed(&plenty.sample).is_empty() {
            let days = self.days_that_decide(&plenty.sample);
            self.simulate(plenty, days)?;
        }
        for goal in self.missed(&plenty.sample) {
            match plenty.sample.estimate(goal).mean {
                Some(best) => {
                    self.goals[goal].best = Some(best);
                    self.goals[goal].aim = best;
                }
                // Nothing can be done for it.
                None => self.floors[goal] = f64::NEG_INFINITY,
            }
        }
        Ok(())
    }

    pub(super) fn settle(&mut self, plenty: &Trial) -> Result<Staff, Stop> {
        self.observe(plenty);
        let mut staff = self.response.start(&self.goals);
        self.keep_unseen(&staff);
        let mut seen: Vec<Staff> = Vec::new();
        for _ in 0..ROUNDS {
            let trial = self.simulated(staff, ROUND_DAYS)?;
            self.observe(&trial);
            let next = self.response.next(&trial.staff, &self.goals);
            if next == trial.staff {
                return Ok(next);
            }
            seen.push(trial.staff);
            if let Some(first) = seen.iter().position(|earlier| *earlier == next) {
                let circle = seen[first..].iter();
                return Ok(circle.fold(next, |a, b| larger(&a, b)));
            }
            self.keep_unseen(&next);
            staff = next;
        }
        Ok(staff)
    }

    // ---- Repair ----

    /// Days that tell a third of the tolerance, of the goals that are near their targets.
    fn days_that_decide(&self, sample: &Sample) -> usize {
        let n = sample.days();
        let needed = self.goals.iter().enumerate().filter_map(|(k, goal)| {
            let estimate = sample.estimate(k);
            let near = goal.slack_to_aim(estimate.mean)
                < 10.0 * goal.tolerance.max(0.01 * goal.target.threshold);
            let ratio = estimate.se? / (goal.tolerance / 3.0);
            near.then_some((n as f64 * ratio * ratio).ceil())
        });
        let offered = (0..self.scenario.queues.len())
            .flat_map(|q| (0..self.scenario.intervals()).map(move |i| (q, i)))
            .map(|(q, i)| self.at(sample, q, i).offered);
        let cheap = CHEAP_ATTEMPTS / offered.sum::<f64>().max(1.0);
        let needed = needed.fold(cheap, f64::max).min(MOST_DAYS as f64) as usize;
        let affordable = (self.question.budget / 50) as usize;
        needed.clamp(LEAST_DAYS, affordable.max(LEAST_DAYS))
    }

    /// Goals that are missed by more than their errors.
    fn surely_missed(&self, sample: &Sample) -> Vec<usize> {
        let is_missed = |&k: &usize| {
            let (goal, estimate) = (&self.goals[k], sample.estimate(k));
            let error = SURE * estimate.se.unwrap_or(f64::INFINITY);
            goal.slack_to_aim(estimate.mean) + goal.tolerance + error < self.floors[k]
        };
        (0..self.goals.len()).filter(is_missed).collect()
    }

    pub(super) fn repair(&mut self, staff: Staff) -> Result<Trial, Stop> {
        let mut trial = self.simulated(staff, ROUND_DAYS)?;
        self.days = self.days_that_decide(&trial.sample);
        let mut tried: Vec<usize> = vec![0; self.goals.len()];
        loop {
            // Few days are enough to see what is far from its target.
            let mut missed = self.surely_missed(&trial.sample);
            if missed.is_empty() {
                self.simulate(&mut trial, self.days)?;
                missed = self.missed(&trial.sample);
            }
            self.observe(&trial);
            self.keep(&trial);
            if missed.is_empty() {
                return Ok(trial);
            }
            let mut staff = trial.staff.clone();
            for &goal in &missed {
                tried[goal] += 1;
                if tried[goal] <= ROUNDS {
                    self.response
                        .add(&mut staff, &self.goals[goal], tried[goal]);
                }
            }
            // What is left of the budget is for taking those who are too many.
            let is_dear = 2 * self.spent > self.question.budget;
            if staff == trial.staff || is_dear {
                self.simulate(&mut trial, self.days)?;
                let missed = self.missed(&trial.sample);
                self.repair_was_dear = is_dear && !missed.is_empty();
                // Nothing helps: what is missed shall not be missed further.
                for goal in missed {
                    self.floors[goal] = self.room(goal, &trial.sample);
                }
                return Ok(trial);
            }
            trial = self.simulated(staff, ROUND_DAYS.min(self.days))?;
        }
    }
}

/// The larger number of each interval.
fn larger(a: &Staff, b: &Staff) -> Staff {
    let row = |(a, b): (&Vec<u32>, &Vec<u32>)| a.iter().zip(b).map(|(&a, &b)| a.max(b)).collect();
    a.iter().zip(b).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Control;
    use crate::planning::planned_day::PlannedDay;
    use crate::planning::{Per, Question, Tolerance};
    use std::path::Path;

    #[test]
    fn what_more_agents_do_not_help_is_not_doubled_for_ever() {
        let late = "agents = [{ group = \"g\", after = \"30s\" }]";
        for (served, skills) in [(late, "[\"q\", \"r\"]"), ("", "[\"r\"]")] {
            let text = format!(
                "[scenario]\nname = \"s\"\nopen = \"08:00-10:00\"\n\
                 [[queues]]\nname = \"q\"\n{served}\n\
                 [[queues]]\nname = \"r\"\n\
                 [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"20/h\"\ntalk = \"exp(3m)\"\npatience = \"exp(2m)\"\n\
                 [[groups]]\nname = \"g\"\nskills = {skills}\nstaff = 4\n"
            );
            let loaded = crate::scenario::parse("s", &text, Path::new(""), &[]);
            let scenario = loaded.expect("a scenario").scenario;
            let question = Question::of(&scenario, Per::Interval);
            let control = Control::default();
            let day = PlannedDay::of(&scenario);
            let mut search = Search::new(&day, &question, &control);
            let plenty = search.plenty();
            let agents = plenty.map_or(u32::MAX, |trial| trial.staff[0][0]);
            assert!(
                agents <= 60,
                "{served} {skills}: {agents} agents for one erlang"
            );
        }
    }

    /// What decides is how far a figure is from what is searched for, which may be less than the target.
    #[test]
    fn days_decide_what_is_near_its_aim() {
        let text = "[scenario]\nname = \"s\"\nopen = \"08:00-09:00\"\n[[queues]]\nname = \"q\"\ntarget = \"80/20\"\n\
                    [[call_types]]\nname = \"c\"\nqueue = \"q\"\nvolume = 250\ntalk = \"exp(3m)\"\npatience = \"exp(2m)\"\n\
                    [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 25\n";
        let loaded = crate::scenario::parse("s", text, Path::new(""), &[]);
        let scenario = loaded.expect("a scenario").scenario;
        let question = Question {
            tolerance: Tolerance {
                points: 0.001,
                of_times: 0.05,
            },
            budget: 1_000_000,
            ..Question::of(&scenario, Per::Day)
        };
        let control = Control::default();
        let day = PlannedDay::of(&scenario);
        let mut search = Search::new(&day, &question, &control);
        let trial = search.simulated(vec![vec![25; 2]], ROUND_DAYS);
        let sample = trial
            .unwrap_or_else(|_| panic!("it can be simulated"))
            .sample;
        let level = sample.estimate(0).mean.expect("a level");
        // As many days as are cheap in any case: a million attempts of some 500 a day.
        let cheap = 1800..2200;
        for (threshold, aim, decides) in [
            (level, level, true),
            // Nothing reaches the target: what is attainable does decide.
            (1.0, level, true),
            // The figure is far better than what is searched for.
            (level, level - 0.2, false),
        ] {
            (search.goals[0].target.threshold, search.goals[0].aim) = (threshold, aim);
            let days = search.days_that_decide(&sample);
            let case = format!("{threshold}, {aim}, {level}: {days} days");
            assert_eq!(days == MOST_DAYS, decides, "{case}");
            assert!(decides || cheap.contains(&days), "{case}");
        }
    }
}
