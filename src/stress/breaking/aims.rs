//! What shall hold: every target, where it is judged, or the share of days on which any is missed.

use super::Question;
use crate::experiment::Watch;
use crate::kpi::{self, Gauge, Place, Unit};
use crate::lab::check;
use crate::model::Model;
use crate::planning::{Goal, Per, without_lines};
use crate::scenario::Scenario;

/// The goals of a question, and what of a day tells whether they hold.
pub(super) struct Aims {
    pub goals: Vec<Goal>,
    /// Largest share of days that miss any goal of a queue; it is judged in place of the goals.
    pub risk: Option<f64>,
    /// First the figure of every goal, then the attempts of those of queues.
    pub watches: Vec<Watch>,
    /// Of each goal, which watch counts the attempts that its figure is about.
    pub attempts: Vec<Option<usize>>,
    /// Of each goal, whether its callers are kept out by a trunk group that has no lines.
    pub kept_out: Vec<bool>,
}

impl Aims {
    pub fn new(scenario: &Scenario, question: &Question) -> Self {
        let model = Model::new(scenario);
        let cells = model.grid.cells;
        let per_interval = question.per == Per::Interval && !model.steady;
        let intervals: Vec<Option<usize>> = match per_interval {
            true => (0..cells).map(Some).collect(),
            false => vec![None],
        };
        // A day includes what comes after closing; what is outside the batches of a steady run is not counted.
        let of_run = 0..cells + usize::from(!model.steady);
        let cells_of = |i: Option<usize>| i.map_or(of_run.clone(), |i| i..i + 1);
        let mut aims = Self {
            goals: Vec::new(),
            risk: question.risk,
            watches: Vec::new(),
            attempts: Vec::new(),
            kept_out: Vec::new(),
        };
        for &target in &question.targets {
            for &interval in &intervals {
                let Some(gauge) = Gauge::new(target.place, target.kpi) else {
                    continue;
                };
                aims.watches.push(Watch {
                    gauge,
                    cells: cells_of(interval),
                });
                aims.goals.push(Goal {
                    target,
                    aim: target.threshold,
                    interval,
                    tolerance: 0.0,
                    best: None,
                });
            }
        }
        for goal in &aims.goals {
            let gauge = match goal.target.place {
                Place::Queue(_) => Gauge::new(goal.target.place, "attempts"),
                Place::Group(_) | Place::Trunk(_) => None,
            };
            aims.attempts
                .push(gauge.as_ref().map(|_| aims.watches.len()));
            aims.watches.extend(gauge.map(|gauge| Watch {
                gauge,
                cells: cells_of(goal.interval),
            }));
            let kept_out = match goal.target.place {
                Place::Queue(q) => {
                    !without_lines(scenario, q, &goal.intervals(scenario)).is_empty()
                }
                Place::Group(_) | Place::Trunk(_) => false,
            };
            aims.kept_out.push(kept_out);
        }
        aims
    }

    /// How many things are judged.
    pub fn judged(&self) -> usize {
        match self.risk {
            Some(_) => 1,
            None => self.goals.len(),
        }
    }

    /// The bound of one of them.
    pub fn bound(&self, k: usize) -> check::Bound {
        let (threshold, is_upper) = match self.risk {
            Some(risk) => (risk, true),
            None => {
                let target = &self.goals[k].target;
                (target.threshold, target.bound == kpi::Bound::AtMost)
            }
        };
        check::Bound {
            factor: 1.0,
            threshold,
            is_upper,
            allows_equal: true,
        }
    }

    /// Whether the figure of one of them is a fraction.
    pub fn is_rate(&self, k: usize) -> bool {
        self.risk.is_some() || kpi::unit(self.goals[k].target.kpi) == Some(Unit::Fraction)
    }

    /// Whether a goal is missed on a day with this numerator and denominator; a day without either misses nothing.
    pub fn is_missed_on(&self, k: usize, (x, y): (f64, f64)) -> bool {
        self.goals[k].slack((y > 0.0).then(|| x / y)) < 0.0
    }

    /// Whether a goal is one of a queue.
    pub fn is_of_queue(&self, k: usize) -> bool {
        matches!(self.goals[k].target.place, Place::Queue(_))
    }
}
