//! What a session makes of what it is told.

use super::command::quoted;
use super::{
    Answered, Ask, Effect, Mode, Plan, Progress, Setting, State, Tone, View, What, Writing,
};
use crate::report::shifts::people;
use crate::tui::files::Failed;
use crate::tui::kept::Kept;
use crate::tui::play::{Player, Recording};
use crate::tui::tabs::{SHIFTS, digit};
use crate::tui::work::{Planned, Report};
use std::path::PathBuf;
use std::sync::Arc;

impl State {
    pub(super) fn report(&mut self, report: Report) -> Vec<Effect> {
        let now = |generation: u64| generation == self.generation;
        match report {
            Report::Expected { generation, queues } if now(generation) => {
                self.expected = Some((generation, queues));
            }
            Report::Seen { generation, seen } if now(generation) => {
                self.seen = Some((generation, seen));
            }
            Report::Done { generation } if now(generation) && self.errand.is_none() => {
                self.progress = Progress::Done;
            }
            Report::Refused { generation, why } if now(generation) => {
                self.note(Tone::Bad, why);
                let now = self.history.now();
                if !self.history.can().0 && *now == Setting::default() {
                    // The file itself.
                    self.progress = Progress::Failed;
                    return Vec::new();
                }
                let before = now.clone();
                self.history.take_back();
                return self.changed(&before);
            }
            Report::Failed { generation, why } if now(generation) => {
                self.progress = Progress::Failed;
                self.note(Tone::Bad, why);
            }
            Report::Searched { number, .. }
            | Report::Planned { number, .. }
            | Report::Recorded { number, .. }
                if number != self.asked || self.errand.is_none() => {}
            // A key that is meant for what is open must not take an offer.
            report @ (Report::Searched { .. } | Report::Recorded { .. })
                if !matches!(self.mode, Mode::Normal) =>
            {
                self.waiting = Some(report);
            }
            Report::Searched {
                found: Ok(proposal),
                ..
            } => {
                let effect = self.simulate();
                self.notice = None;
                self.mode = Mode::Offer(proposal);
                return vec![effect];
            }
            Report::Searched {
                found: Err(why), ..
            } => {
                self.note(Tone::Bad, why);
                return vec![self.simulate()];
            }
            Report::Planned { found, .. } => return self.planned(found),
            Report::Recorded { recording, .. } => return self.recorded(recording),
            Report::NotKept(why) => {
                self.note(Tone::Bad, format!("what was tried cannot be kept: {why}"));
            }
            Report::Written { writing, result } => return self.written(writing, result),
            // Of a setting that holds no more.
            _ => {}
        }
        Vec::new()
    }

    /// Nothing is opened: it is in its tab, whatever is typed or read meanwhile.
    fn planned(&mut self, found: Result<Box<Planned>, String>) -> Vec<Effect> {
        let tab = digit(SHIFTS);
        match &found {
            Ok(planned) => {
                let status = planned.shifts.status;
                let tone = if status.is_good() {
                    Tone::Good
                } else {
                    Tone::Bad
                };
                let people = people(planned.shifts.people.len());
                let text = format!(
                    "shifts: {}, {people}; tab {tab} has the plan",
                    status.name()
                );
                self.note(tone, text);
            }
            Err(why) => self.note(Tone::Bad, why.clone()),
        }
        self.views[SHIFTS] = View::default();
        self.plan = Some(Plan {
            // A change would have ended it.
            of: self.history.now().whatif.clone(),
            found: found.map(Arc::from),
        });
        vec![self.simulate()]
    }

    pub(super) fn recorded(&mut self, recording: Result<Box<Recording>, String>) -> Vec<Effect> {
        match recording {
            Ok(recording) => {
                self.notice = None;
                self.mode = Mode::Play(Box::new(Player::new(Arc::from(recording))));
            }
            Err(why) => self.note(Tone::Bad, why),
        }
        vec![self.simulate()]
    }

    pub(super) fn written(
        &mut self,
        writing: Writing,
        result: Result<PathBuf, Failed>,
    ) -> Vec<Effect> {
        let saves = matches!(writing.what, What::Scenario { .. });
        let leave = saves && std::mem::take(&mut self.leaving);
        match result {
            Ok(path) => {
                let path_text = path.display();
                let words = match &writing.what {
                    What::Scenario { whatif, days, .. } => {
                        // It may have changed since.
                        self.saved = whatif.clone();
                        let days = days.map_or(String::new(), |days| {
                            let days = crate::scenario::grouped(days as f64, 0);
                            format!(" gives these figures, of {days} days")
                        });
                        let path = quoted(&path_text.to_string());
                        format!("saved: acdsim run {path}{days}")
                    }
                    What::Page(_) => format!("page: {path_text}"),
                    What::Csv(_) => format!("table: {path_text}"),
                };
                self.note(Tone::Good, words);
                if leave {
                    return vec![Effect::Leave];
                }
            }
            Err(Failed::Exists(path)) => {
                let overwrite = Writing {
                    overwrite: true,
                    ..writing
                };
                self.mode = Mode::Ask(Ask {
                    question: vec![format!("{path} exists already.")],
                    answers: vec![
                        (
                            'o',
                            "overwrite it",
                            Answered::Overwrite {
                                writing: Box::new(overwrite),
                                leave,
                            },
                        ),
                        ('n', "leave it as it is", Answered::Back),
                    ],
                });
            }
            Err(Failed::Other(why)) => self.note(Tone::Bad, why),
        }
        Vec::new()
    }

    pub(super) fn offer_to_resume(&mut self, kept: Kept) {
        let (changes, marks) = kept.counts();
        let mut question = vec![format!(
            "Here is what an earlier session left: {changes} and {marks}."
        )];
        if kept.is_of_another(&self.sha256) {
            question
                .push("The file has changed since; what it no longer has is left out.".to_owned());
        }
        self.mode = Mode::Ask(Ask {
            question,
            answers: vec![
                ('y', "take it up", Answered::Resume(Box::new(kept))),
                ('n', "begin anew", Answered::Back),
            ],
        });
    }

    pub(super) fn resume(&mut self, kept: Kept) -> Vec<Effect> {
        let (mut history, mut marks) = kept.into_parts();
        let levers = &self.levers;
        let mut dropped = false;
        history.for_each(|setting| {
            dropped |= levers.keep_known(&mut setting.baseline);
            dropped |= levers.keep_known(&mut setting.whatif);
        });
        for mark in &mut marks {
            dropped |= levers.keep_known(&mut mark.edits);
        }
        self.history = history;
        self.marks = marks;
        let none = Setting::default();
        self.note(Tone::Good, "the earlier session goes on");
        if dropped {
            self.note(
                Tone::Plain,
                "changes that the file no longer has a place for were left out",
            );
        }
        self.changed(&none)
    }
}
