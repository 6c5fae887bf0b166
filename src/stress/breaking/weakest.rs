//! What gives way first and why, and what one more agent or line would bring.

use super::aims::Aims;
use super::local::Local;
use super::point::Point;
use super::search::{FIRST_DAY, Search, Stop};
use super::{LEAST, MOST};
use crate::experiment::{Sample, Watch};
use crate::kpi::{Gauge, Place};
use crate::model::Model;
use crate::planning::serving;
use crate::scenario::{CallType, Scenario};
use crate::stats::student_t;
use serde::Serialize;

/// Days on which one more is tried, and on which the breaking point is looked at.
const DAYS: u64 = 200;

/// How often a line is drawn for one more, at most.
const LINES: usize = 5;

/// What is scarce where the first target is missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scarce {
    /// Telephone lines.
    Lines,
    /// Agents.
    Agents,
    /// The callers' patience: they hang up before an agent is free.
    Patience,
}

/// What gives way first, by figures at the breaking point.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GivesWay {
    /// What is scarce there.
    pub scarce: Scarce,
    /// The busiest of the groups that serve the first missed queue, or the group itself.
    pub busiest: Option<String>,
    /// Occupancy of those groups.
    pub occupancy: Vec<Figure>,
    /// Blocking rates of the trunk groups that its callers come in by.
    pub blocking_rate: Vec<Figure>,
    /// Abandonment rate of the queue.
    pub abandonment_rate: Option<f64>,
    /// Days simulated for these figures.
    pub days: u64,
}

/// A figure of a part.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// The part, such as `groups.generalists`.
    #[serde(rename = "where")]
    pub place: String,
    /// The figure.
    pub value: f64,
}

/// What one more all day moves the breaking point by. It is searched anew, with the same callers as without.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OneMore {
    /// `groups.generalists`: an agent; `trunks.main`: a line.
    #[serde(rename = "where")]
    pub place: String,
    /// By so many points of today's volume.
    pub points: f64,
    /// Standard error of that.
    pub se: f64,
    /// Its interval.
    pub ci: (f64, f64),
}

impl Search<'_> {
    /// Figures at a factor that tell why a goal is missed above it.
    pub(super) fn gives_way(&mut self, factor: f64, goal: usize) -> Result<GivesWay, Stop> {
        let scenario = self.at(factor);
        let target = self.aims.goals[goal].target;
        let cells = self.aims.watches[goal].cells.clone();
        let (groups, trunks) = around(&scenario, target.place);
        let mut watched: Vec<(Place, &str)> = Vec::new();
        watched.extend(groups.iter().map(|&g| (Place::Group(g), "occupancy")));
        watched.extend(trunks.iter().map(|&t| (Place::Trunk(t), "blocking_rate")));
        if let Place::Queue(_) = target.place {
            watched.push((target.place, "abandonment_rate"));
        }
        let watches: Vec<Watch> = watched
            .iter()
            .filter_map(|&(place, kpi)| Gauge::new(place, kpi))
            .map(|gauge| Watch {
                gauge,
                cells: cells.clone(),
            })
            .collect();
        let days = DAYS.min(self.left_in_all());
        let sample = self.other_figures(&Model::new(&scenario), &watches, days)?;
        let mut found = GivesWay {
            scarce: match target.kpi {
                "blocking_rate" => Scarce::Lines,
                "abandonment_rate" => Scarce::Patience,
                _ => Scarce::Agents,
            },
            busiest: None,
            occupancy: Vec::new(),
            blocking_rate: Vec::new(),
            abandonment_rate: None,
            days: sample.days() as u64,
        };
        let mut highest = f64::NEG_INFINITY;
        for (number, &(place, kpi)) in watched.iter().enumerate() {
            let Some(value) = sample.estimate(number).mean else {
                continue;
            };
            let figure = Figure {
                place: place.name(&scenario),
                value,
            };
            match place {
                Place::Group(g) => {
                    if value > highest {
                        highest = value;
                        found.busiest = Some(scenario.groups[g].name.clone());
                    }
                    found.occupancy.push(figure);
                }
                Place::Trunk(_) => found.blocking_rate.push(figure),
                Place::Queue(_) if kpi == "abandonment_rate" => {
                    found.abandonment_rate = Some(value);
                }
                Place::Queue(_) => {}
            }
        }
        Ok(found)
    }

    /// What one more agent of each group that serves the place, or one more line, moves the breaking point by.
    pub(super) fn one_more(
        &mut self,
        factor: f64,
        goal: usize,
        half: f64,
    ) -> Result<Vec<OneMore>, Stop> {
        let place = self.aims.goals[goal].target.place;
        let own = self.at(1.0);
        let places: Vec<Place> = match place {
            Place::Trunk(_) => vec![place],
            _ => around(&own, place)
                .0
                .into_iter()
                .map(Place::Group)
                .collect(),
        };
        // Far enough apart that the line is no matter of chance.
        let day_error = self.local.as_ref().map_or(0.0, |local| local.day_error);
        let half = half.max(day_error / (DAYS as f64).sqrt()).min(factor / 4.0);
        let without = self.root_of(&own, factor, half)?;
        let mut found = Vec::new();
        for place in places {
            let (mut more, capacity) = (own.clone(), capacity(&own, place));
            match place {
                Place::Group(g) => more.groups[g].staff.iter_mut().for_each(|n| *n += 1),
                Place::Trunk(t) => more.trunks[t].lines += 1,
                Place::Queue(_) => {}
            }
            let start = factor * (1.0 + 0.5 / capacity.max(1.0));
            let with = self.root_of(&more, start, half)?;
            if let (Some(without), Some(with)) = (&without, &with) {
                let points = 100.0 * (with.factor - without.factor);
                let se = 100.0 * difference_error(&without.days, &with.days);
                let half = student_t(self.question.confidence, DAYS - 1) * se;
                found.push(OneMore {
                    place: place.name(&own),
                    points,
                    se,
                    ci: (points - half, points + half),
                });
            }
        }
        Ok(found)
    }

    /// The breaking point of a scenario on the first days, by a line through two factors near it.
    fn root_of(
        &mut self,
        scenario: &Scenario,
        start: f64,
        half: f64,
    ) -> Result<Option<Root>, Stop> {
        let mut centre = start;
        for _ in 0..LINES {
            let (low, high) = self.around(centre, half);
            let mut sides = Vec::new();
            for factor in [low, high] {
                if self.left_in_all() < DAYS {
                    return Err(Stop::Budget);
                }
                let (sample, overwhelmed) =
                    self.sample(&scenario.with_volume(factor), FIRST_DAY, DAYS)?;
                let mut point = Point::of(factor, &sample, &self.aims);
                point.overwhelmed = overwhelmed;
                sides.push((sample, point));
            }
            let [low, high] = &sides[..] else {
                return Ok(None);
            };
            let local = Local::between(&low.1, &high.1, &self.aims);
            let root = local
                .root
                .clamp(centre / 1.5, centre * 1.5)
                .clamp(LEAST, MOST);
            if (root - centre).abs() > 2.0 * half {
                centre = root;
                continue;
            }
            let nearer = match root < centre {
                true => low,
                false => high,
            };
            let days = local
                .first
                .zip(local.slope())
                .map(|(k, slope)| residuals(&nearer.0, &nearer.1, k, &self.aims, -slope));
            return Ok(days.map(|days| Root { factor: root, days }));
        }
        Ok(None)
    }
}

/// A breaking point, and what each day moves it by.
struct Root {
    factor: f64,
    days: Vec<f64>,
}

/// What each day moves the breaking point by: its residual, over the slope.
fn residuals(sample: &Sample, point: &Point, k: usize, aims: &Aims, slope: f64) -> Vec<f64> {
    let days = sample.days();
    let sign = match aims.bound(k).is_upper {
        true => -1.0,
        false => 1.0,
    };
    if aims.risk.is_some() {
        let misses = |day: usize| {
            let missed =
                |k: usize| aims.is_of_queue(k) && aims.is_missed_on(k, sample.value(k, day));
            (0..aims.goals.len()).any(missed)
        };
        let all = (0..days).filter(|day| misses(*day)).count() as f64 / days.max(1) as f64;
        let of_day = |day| sign * (f64::from(misses(day)) - all) / slope;
        return (0..days).map(of_day).collect();
    }
    let ratio = sample.ratio(k, days);
    let (figure, mean) = (point.figure(k).unwrap_or(0.0), ratio.mean_y());
    let of_day = |day| {
        let (x, y) = sample.value(k, day);
        sign * (x - figure * y) / mean / slope
    };
    (0..days).map(of_day).collect()
}

/// Standard error of the mean difference of two lists of the same days.
fn difference_error(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len().min(b.len()) as f64;
    let mean = a.iter().zip(b).map(|(a, b)| b - a).sum::<f64>() / n;
    let squares: f64 = a.iter().zip(b).map(|(a, b)| (b - a - mean).powi(2)).sum();
    (squares / (n * (n - 1.0).max(1.0))).sqrt()
}

/// The groups that serve a place, and the trunk groups that its callers come in by.
fn around(scenario: &Scenario, place: Place) -> (Vec<usize>, Vec<usize>) {
    let trunk = |t: &CallType| {
        let name = t.trunk.as_ref()?;
        scenario.trunks.iter().position(|trunk| trunk.name == *name)
    };
    match place {
        Place::Queue(q) => {
            let name = &scenario.queues[q].name;
            let callers = scenario.call_types.iter().filter(|t| t.queue == *name);
            let mut trunks: Vec<usize> = callers.filter_map(trunk).collect();
            trunks.sort_unstable();
            trunks.dedup();
            (serving(scenario, q), trunks)
        }
        Place::Group(g) => (vec![g], Vec::new()),
        Place::Trunk(t) => (Vec::new(), vec![t]),
    }
}

/// Agents on average, or lines.
fn capacity(scenario: &Scenario, place: Place) -> f64 {
    match place {
        Place::Group(g) => {
            let staff = &scenario.groups[g].staff;
            staff.iter().map(|n| f64::from(*n)).sum::<f64>() / staff.len().max(1) as f64
        }
        Place::Trunk(t) => f64::from(scenario.trunks[t].lines),
        Place::Queue(_) => 1.0,
    }
}
