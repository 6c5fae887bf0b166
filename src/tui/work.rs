//! Work in the background: simulations, searches, plans and recordings, one at a time, on a thread of its own.
//!
//! A new request takes the place of the one under way. What is found is told as [`Report`]s.

use super::lever::agent_hours;
use super::play::Recording;
use crate::engine::Halt;
use crate::experiment::{self, Control};
use crate::kpi::{self, Place, Results};
use crate::lab::{self, Live, LiveSettings, Side, Snapshot};
use crate::model::Model;
use crate::planning::{
    self, Attempts, Bounds, Expected, Forecast, Method, Per, Question, Recipe, Requirement, Staff,
    Tolerance,
};
use crate::report::comparison::words::name_of_headline;
use crate::report::text::figures;
use crate::scenario::schema::MOST_AGENTS;
use crate::scenario::{Document, Group, Mode, Scenario};
use crate::shifts::{self, Crew, Shifts};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// The what-if beside the baseline, each by its `--set`s.
    Simulate {
        /// The number of the setting.
        generation: u64,
        /// Changes that make the baseline.
        baseline: Vec<String>,
        /// Changes that make the what-if.
        whatif: Vec<String>,
    },
    /// The agents needed.
    Search {
        /// The number of the question.
        number: u64,
        /// Changes that make the scenario.
        sets: Vec<String>,
        /// The groups whose agents are searched.
        groups: Vec<usize>,
        /// In these intervals.
        intervals: Vec<usize>,
    },
    /// Shifts, by the scenario's own rules.
    Plan {
        /// The number of the question.
        number: u64,
        /// Changes that make the scenario.
        sets: Vec<String>,
    },
    /// A day, to be played.
    Record {
        /// The number of the question.
        number: u64,
        /// Changes that make the scenario.
        sets: Vec<String>,
    },
}

/// What is told.
#[derive(Debug)]
pub enum Report {
    /// What the formulas expect of the what-if.
    Expected {
        /// Of which setting.
        generation: u64,
        /// By queue.
        queues: Vec<Expected>,
    },
    /// What so many days showed.
    Seen {
        /// Of which setting.
        generation: u64,
        /// What.
        seen: Arc<Seen>,
    },
    /// All days are simulated.
    Done {
        /// Of which setting.
        generation: u64,
    },
    /// The change cannot be made.
    Refused {
        /// Of which setting.
        generation: u64,
        /// Why.
        why: String,
    },
    /// It cannot be simulated.
    Failed {
        /// Of which setting.
        generation: u64,
        /// Why.
        why: String,
    },
    /// The agents needed, or why none were found.
    Searched {
        /// The number of the question.
        number: u64,
        /// What was found.
        found: Result<Proposal, String>,
    },
    /// The plan of shifts, or why there is none.
    Planned {
        /// The number of the question.
        number: u64,
        /// The plan.
        found: Result<Box<Planned>, String>,
    },
    /// The day, or why there is none.
    Recorded {
        /// The number of the question.
        number: u64,
        /// What is played.
        recording: Result<Box<Recording>, String>,
    },
    /// What is kept for the next session could not be written: why.
    NotKept(String),
    /// A file was written, or why not.
    Written {
        /// What was to be written.
        writing: super::state::Writing,
        /// Its path, or why it was not.
        result: Result<PathBuf, super::files::Failed>,
    },
}

/// What a number of days showed.
#[derive(Debug)]
pub struct Seen {
    /// Both sides and their differences.
    pub snapshot: Snapshot,
    /// The baseline.
    pub baseline: Arc<Scenario>,
    /// The what-if.
    pub scenario: Arc<Scenario>,
    /// Agents that Erlang-A asks for in the baseline and in the what-if, by group and interval; none of a steady run.
    pub required: Option<[Staff; 2]>,
}

/// A plan of shifts.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The plan.
    pub shifts: Shifts,
    /// Its people as staff: by group and interval the fewest who are there for calls.
    pub staff: Staff,
}

/// What a proposal comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The search of the least agents that do.
    Search,
    /// A plan of shifts.
    Plan,
}

/// Agents that are proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// What it comes from.
    pub origin: Origin,
    /// Where the number changes.
    pub changes: Vec<Change>,
    /// What it gives, in words.
    pub words: Vec<String>,
}

/// A number of agents that changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The group.
    pub group: usize,
    /// The interval.
    pub interval: usize,
    /// Agents now.
    pub from: u32,
    /// Agents then.
    pub to: u32,
}

impl Change {
    /// What changes give in all, in intervals so long.
    pub fn in_all(changes: &[Self], interval_min: u32) -> String {
        let more: i64 = changes
            .iter()
            .map(|c| i64::from(c.to) - i64::from(c.from))
            .sum();
        let more = agent_hours(more, interval_min);
        let sign = if more > 0.0 { "+" } else { "" };
        format!("{sign}{more} agent hours in all").replace('-', "−")
    }
}

/// How it is worked. Seed and confidence are those of the scenario.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Days at which a simulation ends.
    pub days: u64,
    /// Number of threads.
    pub threads: usize,
}

/// The thread that works.
#[derive(Debug)]
pub struct Worker {
    jobs: Sender<Job>,
    under_way: Mutex<Arc<Control>>,
}

#[derive(Debug)]
struct Job {
    request: Request,
    control: Arc<Control>,
}

impl Worker {
    /// Starts the thread. It ends with the worker.
    ///
    /// # Errors
    /// If there can be no thread.
    pub fn start(
        document: Document,
        settings: Settings,
        tell: impl Fn(Report) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (jobs, waiting) = mpsc::channel();
        let room = Room {
            document,
            settings,
            waiting,
            tell: Box::new(tell),
        };
        thread::Builder::new()
            .name("simulation".to_owned())
            .spawn(move || room.work())?;
        Ok(Self {
            jobs,
            under_way: Mutex::default(),
        })
    }

    /// Asks for work in the place of what is under way.
    pub fn ask(&self, request: Request) {
        let control = Arc::new(Control::default());
        let mut under_way = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        under_way.abandoned.store(true, Ordering::Relaxed);
        under_way.stop.store(true, Ordering::Relaxed);
        *under_way = Arc::clone(&control);
        // A thread that is gone has told why.
        let _ = self.jobs.send(Job { request, control });
    }

    /// The work under way ends with what it has.
    pub fn stop(&self) {
        let under_way = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        under_way.stop.store(true, Ordering::Relaxed);
    }
}

/// Does one piece of work on this thread, to its end, and returns what it tells.
pub fn answer(document: Document, settings: Settings, request: Request) -> Vec<Report> {
    let (jobs, waiting) = mpsc::channel();
    let (told, telling) = mpsc::channel();
    let room = Room {
        document,
        settings,
        waiting,
        tell: Box::new(move |report| drop(told.send(report))),
    };
    let control = Arc::default();
    if jobs.send(Job { request, control }).is_ok() {
        drop(jobs);
        room.work();
    }
    drop(room);
    telling.into_iter().collect()
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What the thread has.
struct Room {
    document: Document,
    settings: Settings,
    waiting: Receiver<Job>,
    tell: Box<dyn Fn(Report) + Send>,
}

impl Room {
    fn work(&self) {
        let mut next = self.next();
        while let Some(job) = next {
            next = match job.request {
                Request::Simulate { .. } => self.with_baseline(job),
                _ => {
                    self.other(&job);
                    self.next()
                }
            };
        }
    }

    /// The last of the jobs that wait; none when nobody asks any more.
    fn next(&self) -> Option<Job> {
        let first = self.waiting.recv().ok()?;
        Some(self.waiting.try_iter().last().unwrap_or(first))
    }

    /// Does a job, and those after it that have the same baseline; returns the first that has not.
    fn with_baseline(&self, first: Job) -> Option<Job> {
        let Request::Simulate {
            generation,
            baseline,
            ..
        } = &first.request
        else {
            return Some(first);
        };
        let own = baseline.clone();
        let refused = |why: String| {
            (self.tell)(Report::Refused {
                generation: *generation,
                why,
            });
            self.next()
        };
        let side = match self.side("baseline", &own) {
            Ok(side) => side,
            Err(why) => return refused(why),
        };
        let scenario = Arc::new(side.scenario.clone());
        let model = Model::new(&scenario);
        let mut live = match Live::new(side, &model, self.live_settings(&scenario)) {
            Ok(live) => live,
            Err(error) => return refused(error.to_string()),
        };
        let mut forecast = Forecast::new(&model, None);
        // Days of the baseline that it is fitted to.
        let mut fitted = 0;
        let mut job = first;
        loop {
            match &job.request {
                Request::Simulate { baseline, .. } if *baseline != own => return Some(job),
                Request::Simulate {
                    generation, whatif, ..
                } => {
                    let generation = *generation;
                    match self.side("what-if", whatif) {
                        Ok(whatif) => {
                            let asked = Asked {
                                generation,
                                whatif,
                                control: &job.control,
                            };
                            let forecast = (&mut forecast, &mut fitted);
                            self.beside(&asked, (&scenario, &model), &mut live, forecast);
                        }
                        Err(why) => (self.tell)(Report::Refused { generation, why }),
                    }
                }
                _ => self.other(&job),
            }
            job = self.next()?;
        }
    }

    /// Simulates a what-if beside the baseline.
    fn beside(
        &self,
        asked: &Asked<'_>,
        (baseline, model): (&Arc<Scenario>, &Model),
        live: &mut Live<'_>,
        (forecast, fitted): (&mut Forecast, &mut u64),
    ) {
        let generation = asked.generation;
        let whatif_model = Model::new(&asked.whatif.scenario);
        (self.tell)(Report::Expected {
            generation,
            queues: forecast.of(&whatif_model),
        });
        let scenario = Arc::new(asked.whatif.scenario.clone());
        let seen = |snapshot: Snapshot| {
            let required = self.required(model, &snapshot.baseline);
            let of_whatif = self.required(&whatif_model, &snapshot.whatif);
            if snapshot.days > *fitted {
                *forecast = Forecast::new(model, Some(&snapshot.baseline));
                *fitted = snapshot.days;
            }
            (self.tell)(Report::Seen {
                generation,
                seen: Arc::new(Seen {
                    required: required.zip(of_whatif).map(|(a, b)| [a, b]),
                    snapshot,
                    baseline: Arc::clone(baseline),
                    scenario: Arc::clone(&scenario),
                }),
            });
        };
        match live.beside(&asked.whatif, asked.control, seen) {
            Ok(()) if !asked.control.stop.load(Ordering::Relaxed) => {
                (self.tell)(Report::Done { generation });
            }
            Ok(()) | Err(lab::Error::Run(experiment::Error::NothingDone(_))) => {}
            Err(error) => (self.tell)(Report::Failed {
                generation,
                why: error.to_string(),
            }),
        }
    }

    /// Work beside the simulation.
    fn other(&self, job: &Job) {
        (self.tell)(match &job.request {
            Request::Search {
                number,
                sets,
                groups,
                intervals,
            } => Report::Searched {
                number: *number,
                found: self.search(sets, (groups, intervals), &job.control),
            },
            Request::Plan { number, sets } => Report::Planned {
                number: *number,
                found: self.plan(sets, &job.control).map(Box::new),
            },
            Request::Record { number, sets } => Report::Recorded {
                number: *number,
                recording: self.record(sets, &job.control).map(Box::new),
            },
            Request::Simulate { .. } => unreachable!("simulations have a baseline"),
        });
    }

    fn side(&self, label: &str, sets: &[String]) -> Result<Side, String> {
        let loaded = self.document.check(sets).map_err(|e| e.to_string())?;
        Ok(Side {
            label: label.to_owned(),
            scenario: loaded.scenario,
        })
    }

    fn live_settings(&self, scenario: &Scenario) -> LiveSettings {
        LiveSettings {
            largest: self.settings.days,
            threads: Some(self.settings.threads),
            ..LiveSettings::of(scenario)
        }
    }

    /// Agents that Erlang-A asks for, with all attempts as simulated.
    fn required(&self, model: &Model, results: &Results) -> Option<Staff> {
        if model.steady {
            return None;
        }
        let scenario = &model.scenario;
        let recipe = Recipe {
            attempts: Attempts::All,
            ..Recipe::new(Method::ErlangA)
        };
        let required = Requirement::new(
            model,
            &kpi::targets(scenario),
            Tolerance::default(),
            &recipe,
            Some(results),
        );
        Some(required.staff(model, &Bounds::none(scenario)).0)
    }

    fn search(
        &self,
        sets: &[String],
        (groups, intervals): (&[usize], &[usize]),
        control: &Control,
    ) -> Result<Proposal, String> {
        let scenario = self.side("", sets)?.scenario;
        if scenario.run.mode != Mode::Day {
            return Err(
                "agents are searched for the intervals of a day; this is one steady run".to_owned(),
            );
        }
        let current: Staff = scenario.groups.iter().map(|g| g.staff.clone()).collect();
        let mut question = Question {
            threads: Some(self.settings.threads),
            // What is missed elsewhere is not asked for: it would take agents here as long as they help there at all.
            intervals: Some(intervals.to_vec()),
            ..Question::of(&scenario, Per::Interval)
        };
        question.bounds = Bounds {
            least: current.clone(),
            most: current.clone(),
        };
        for &g in groups {
            for &i in intervals {
                question.bounds.least[g][i] = 0;
                question.bounds.most[g][i] = MOST_AGENTS as u32;
            }
        }
        let serves = |queue: usize| {
            let name = &scenario.queues[queue].name;
            let has = |g: &usize| scenario.groups[*g].skills.iter().any(|s| s.queue == *name);
            groups.iter().any(has)
        };
        question.targets.retain(|target| match target.place {
            Place::Queue(q) => serves(q),
            Place::Group(g) => groups.contains(&g),
            Place::Trunk(_) => false,
        });
        if question.targets.is_empty() {
            return Err("no queue that these agents serve has a target".to_owned());
        }
        let answer =
            planning::simulate(&scenario, &question, control).map_err(|e| e.to_string())?;
        let mut changes = Vec::new();
        for &g in groups {
            for &i in intervals {
                let (from, to) = (current[g][i], answer.scenario.groups[g].staff[i]);
                changes.push(Change {
                    group: g,
                    interval: i,
                    from,
                    to,
                });
            }
        }
        changes.retain(|change| change.from != change.to);
        let mut words = Vec::new();
        if !changes.is_empty() {
            words.push(Change::in_all(&changes, scenario.interval_min));
        }
        for goal in &answer.staffing.goals {
            let start = goal.start.as_deref().unwrap_or_default();
            let figure = match kpi::unit(&goal.kpi) {
                Some(kpi::Unit::Fraction) => figures::percent(goal.simulated),
                _ => figures::seconds(goal.simulated),
            };
            let place = goal.place.split_once('.').map_or("", |(_, name)| name);
            let kpi = name_of_headline(&goal.kpi);
            let mut line = format!("{start}  {place}: {kpi} {figure}, {}", goal.status.name());
            if let Some(reason) = &goal.reason {
                line += &format!(" ({reason})");
            }
            words.push(line);
        }
        if answer.staffing.partial {
            words.push("The search was ended early: this is the best so far.".to_owned());
        }
        words.extend(answer.staffing.warnings.iter().cloned());
        Ok(Proposal {
            origin: Origin::Search,
            changes,
            words,
        })
    }

    /// Plans shifts as `acdsim shifts` does.
    fn plan(&self, sets: &[String], control: &Control) -> Result<Planned, String> {
        let scenario = self.side("", sets)?.scenario;
        let rules = shifts::own_rules(&scenario).map_err(|e| e.to_string())?;
        let published = match &rules.keep {
            None => Vec::new(),
            Some(keep) => {
                let crews: Vec<Crew> = scenario.groups.iter().map(Crew::of).collect();
                let path = self.document.beside(&keep.file);
                shifts::published_shifts(&path, &crews, &[rules.day]).map_err(|e| e.to_string())?
            }
        };
        let mut calls = shifts::Calls::of(&scenario);
        calls.question.threads = Some(self.settings.threads);
        let asked = shifts::Asked::of(calls, rules, published);
        let answer = shifts::plan(&asked, control).map_err(|e| e.to_string())?;
        let written = shifts::written(&answer.task, &answer.plan, 0, &scenario);
        // Steps of the grid within an interval.
        let steps = (scenario.interval_min / written.interval_min).max(1) as usize;
        let fewest = |steps: &[u32]| steps.iter().min().copied().unwrap_or(0);
        let of_group = |group: &Group| group.staff.chunks(steps).map(fewest).collect();
        Ok(Planned {
            staff: written.groups.iter().map(of_group).collect(),
            shifts: answer.shifts,
        })
    }

    fn record(&self, sets: &[String], control: &Control) -> Result<Recording, String> {
        let scenario = self.side("", sets)?.scenario;
        let model = Model::new(&scenario);
        match Recording::new(&model, scenario.run.seed, 0, &control.stop) {
            Ok(recording) => Ok(recording),
            Err(Halt::Interrupted) => Err("the day was interrupted".to_owned()),
            Err(halt) => Err(halt.to_string()),
        }
    }
}

/// A what-if that is asked for.
struct Asked<'a> {
    generation: u64,
    whatif: Side,
    control: &'a Control,
}
