//! A load test as pictures: the share of days that hold against volume, the day of a profile over the clock, and of the curve
//! the whole centre in one, and each queue beside the formulas.

use super::day::{self, OfDay};
use super::words::{target, volume};
use super::{ERLANG_A, ERLANG_C, Erlang, OfCurve, View, said};
use super::{price, profile};
use crate::kpi::{FormulaFigures, Interval, Results, Unit, unit};
use crate::report::files::{Folder, SaveError, slug};
use crate::report::plots::{
    Axis, Colour, CurvePlot, Dot, Look, Mark, Panel, Series, Span, SpanKind, Upright,
};
use crate::report::text::figures::rough_percent;
use crate::report::text::layout::NBSP;
use crate::scenario::Queue;
use crate::scenario::stress::Profile;
use crate::stats::{Estimate, wilson};
use crate::stress::Row;
use crate::stress::course::JudgedTarget;

/// More lines than this in a panel cannot be told apart.
const MOST_LINES: usize = 6;

/// Of more queues than this each has no picture of its own.
const MOST_QUEUES: usize = 40;

const COLOURS: [Colour; MOST_LINES] = [
    Colour::BLUE,
    Colour::RED,
    Colour::GREEN,
    Colour::PURPLE,
    Colour::ORANGE,
    Colour::SKY,
];

/// Writes every picture into a folder, as SVG and PNG.
///
/// # Errors
/// If the system refuses.
pub fn write(view: &View<'_>, folder: &Folder<'_>) -> Result<(), SaveError> {
    let (breaking, day, curve) = (breaking(view), view.day(), view.curve());
    let of_curve = curve.iter().flat_map(|of| {
        let mut plots = vec![overview(of)];
        plots.extend(queues(of));
        plots
    });
    for plot in breaking
        .into_iter()
        .chain(day.iter().map(over_the_day))
        .chain(of_curve)
    {
        save(folder, &plot.file, (plot.svg(true), plot.png()))?;
    }
    let groups = view.price().map_or(Vec::new(), |of| price::plots(&of));
    let names: Vec<&str> = groups.iter().map(|plot| plot.group).collect();
    for (plot, file) in groups.iter().zip(files("price", &names)) {
        save(folder, &file, (plot.svg(true), plot.png()))?;
    }
    Ok(())
}

fn save(folder: &Folder<'_>, file: &str, (svg, png): (String, Vec<u8>)) -> Result<(), SaveError> {
    folder.write(&format!("{file}.svg"), |out| out.write_all(svg.as_bytes()))?;
    folder.write(&format!("{file}.png"), |out| out.write_all(&png))
}

/// On how many days all targets hold, by volume; none where nothing was simulated.
pub fn breaking(view: &View<'_>) -> Option<CurvePlot> {
    let found = view.found.breaking.as_ref()?;
    let point = &found.breaking_point;
    let dot = |of: &crate::stress::breaking::Simulated| {
        let held = (of.days_held * of.days as f64).round() as u64;
        let share = wilson(held, of.days, view.found.run.confidence);
        (of.percent, of.days_held, share.ci)
    };
    let series = Series {
        name: "all targets hold, by the day's own figures".to_owned(),
        points: point.points.iter().map(dot).collect(),
        ..line(Look::Dots)
    };
    let (_, last) = (point.points.first()?, point.points.last()?);
    let broken = point.percent.map(|x| Upright {
        name: format!("breaking point, {x:.1}{NBSP}%"),
        x,
        ci: point
            .ci
            .map(|(low, high)| (low, high.unwrap_or(last.percent))),
        mark: Mark::Band,
        colour: Colour::RED,
    });
    let description = match point.percent {
        Some(percent) => format!("Breaking point at {percent:.1}{NBSP}% of today's volume."),
        None => "No breaking point.".to_owned(),
    };
    Some(CurvePlot {
        file: "breaking-point".to_owned(),
        title: format!("{}: days that hold, against volume", view.scenario.name),
        description,
        axis: Axis::Volume,
        uprights: [Upright::today()].into_iter().chain(broken).collect(),
        spans: Vec::new(),
        legend: Vec::new(),
        panels: vec![panel("Share of days", Unit::Fraction, vec![series])],
    })
}

/// Targets of a figure in one panel, by the heading.
const TARGETS: [(&str, &str); 5] = [
    ("service_level", "Service level"),
    ("abandonment_rate", "Abandoned"),
    ("asa_s", "Average speed of answer"),
    ("blocking_rate", "Blocked"),
    ("occupancy", "Occupancy"),
];

/// The day of a profile over the clock, beside the same day without it.
pub fn over_the_day(of: &OfDay<'_>) -> CurvePlot {
    let (course, scenario) = (of.course, of.scenario);
    let (open, close) = (scenario.open_min, scenario.close_min);
    let at = |minutes: f64| f64::from(open) + minutes;
    let mut panels = calls(of);
    let mut kpis = TARGETS.to_vec();
    for target in &course.windows {
        if kpis.iter().all(|(kpi, _)| *kpi != target.kpi) {
            kpis.push((target.kpi, target.kpi));
        }
    }
    for (kpi, title) in kpis {
        let mut targets: Vec<&JudgedTarget> = course.windows.iter().collect();
        targets.retain(|target| target.kpi == kpi);
        let all = targets.len();
        let mut title = title.to_owned();
        if all > MOST_LINES {
            // Those that are missed longest.
            targets.sort_by_key(|target| {
                std::cmp::Reverse(target.missed.iter().filter(|missed| **missed).count())
            });
            targets.truncate(MOST_LINES);
            title += &format!(", the {MOST_LINES} of {all} that are missed longest");
        }
        let series = targets.iter().zip(COLOURS);
        let series: Vec<Series> = series
            .flat_map(|(target, colour)| judged(of, target, colour))
            .collect();
        if !series.is_empty() {
            panels.push(panel(&title, unit(kpi).unwrap_or(Unit::Number), series));
        }
    }
    let over = course.profile.over_min;
    let mut uprights = Vec::new();
    if let Some(minutes) = course.recovery.minutes {
        // The cause is over on the grid.
        let step = of.step_min();
        let over = f64::from(over.div_ceil(step) * step);
        let end = |minutes: f64| at(over + minutes).min(close.into());
        let ci = course.recovery.ci;
        uprights.push(Upright {
            name: format!(
                "all targets hold again, {}",
                of.clock((over + minutes) as u32)
            ),
            x: end(minutes),
            ci: ci.map(|(low, high)| (end(low), high.map_or(close.into(), end))),
            mark: if ci.is_some() { Mark::Band } else { Mark::Line },
            colour: Colour::GREEN,
        });
    }
    // Where both are at once its dashes are seen on the line.
    if over > 0 {
        uprights.push(Upright {
            name: format!("cause over, {}", of.clock(over)),
            x: at(over.into()),
            ci: None,
            mark: Mark::Dashes,
            colour: Colour::INK,
        });
    }
    let mut legend = vec![(Mark::Dashes, Colour::MUTED, "without the profile")];
    let series = panels.iter().flat_map(|panel| &panel.series);
    if series.clone().any(|series| !series.missed.is_empty()) {
        legend.push((
            Mark::Box,
            Colour::MUTED,
            "line above a panel: target missed",
        ));
    }
    CurvePlot {
        file: "day".to_owned(),
        title: format!("{}: {}", scenario.name, day::title(of)),
        description: day::sentences(of).into_iter().next().unwrap_or_default(),
        axis: Axis::Clock {
            open_min: open,
            close_min: close,
        },
        uprights,
        spans: spans(of),
        legend,
        panels,
    }
}

/// Faults and actions, as they begin.
fn spans(of: &OfDay<'_>) -> Vec<Span> {
    let (open, close) = (of.scenario.open_min, of.scenario.close_min);
    let Profile {
        faults, actions, ..
    } = of.profile;
    let kinds = [(SpanKind::Fault, faults), (SpanKind::Action, actions)];
    let all = kinds.iter().flat_map(|(kind, changes)| {
        let changes = changes.iter().filter(|change| !change.is_nothing());
        changes.map(|change| {
            let until = change.until_min.map_or(close, |until| open + until);
            Span {
                name: profile::change(change, of.scenario),
                from: f64::from(open + change.from_min),
                to: f64::from(until.min(close)),
                kind: *kind,
            }
        })
    });
    let mut spans: Vec<Span> = all.collect();
    spans.sort_by(|a, b| a.from.total_cmp(&b.from));
    spans
}

/// What comes: first attempts, and who calls again.
fn calls(of: &OfDay<'_>) -> Vec<Panel> {
    let course = of.course;
    let step = f64::from(of.step_min());
    let points = |results: &Results, get: &dyn Fn(&Interval) -> Estimate| -> Vec<Dot> {
        let steps = day::steps(results).iter().enumerate();
        let point = |(i, interval): (usize, &Interval)| {
            let middle = f64::from(of.scenario.open_min) + (i as f64 + 0.5) * step;
            dot_of(middle, get(interval))
        };
        steps.map(point).collect()
    };
    let both = |name: &str, get: &dyn Fn(&Interval) -> Estimate| {
        let side = |results: &Results, name: &str, look: Look| Series {
            name: name.to_owned(),
            points: points(results, get),
            ..line(look)
        };
        vec![
            side(&course.with, name, Look::Simulated),
            Series {
                // Its own band would hide that of the profile.
                points: points(&course.without, get)
                    .into_iter()
                    .map(|(x, y, _)| (x, y, None))
                    .collect(),
                ..line(Look::Beside)
            },
        ]
    };
    vec![
        panel(
            "First attempts an hour",
            Unit::Count,
            both("with the profile", &|step| of.rate(step)),
        ),
        panel(
            "Redials and reconnects among attempts",
            Unit::Fraction,
            both("with the profile", &|step| step.get("repeat_rate")),
        ),
    ]
}

/// A gap where the figure is not defined.
fn dot_of(x: f64, figure: Estimate) -> Dot {
    (x, figure.mean.unwrap_or(f64::NAN), figure.ci)
}

/// A target over trailing windows, and the same without the profile.
fn judged(of: &OfDay<'_>, target: &JudgedTarget, colour: Colour) -> [Series; 2] {
    let (open, step) = (f64::from(of.scenario.open_min), f64::from(of.step_min()));
    let at = |i: usize| open + i as f64 * step;
    let instants = 1..target.values.len();
    let with = instants.clone().map(|i| dot_of(at(i), target.figure(i)));
    // Its own band would hide that of the profile.
    let without = instants.map(|i| (at(i), target.without[i].unwrap_or(f64::NAN), None));
    let mut missed: Vec<(f64, f64)> = Vec::new();
    for i in (1..target.missed.len()).filter(|i| target.missed[*i]) {
        // The step that ends there.
        let (from, to) = (at(i - 1), at(i));
        match missed.last_mut().filter(|last| last.1 >= from) {
            Some(last) => last.1 = to,
            None => missed.push((from, to)),
        }
    }
    [
        Series {
            name: of.name(target, usize::MAX),
            colour,
            points: with.collect(),
            target: Some(target.target),
            missed,
            ..line(Look::Simulated)
        },
        Series {
            colour,
            points: without.collect(),
            ..line(Look::Beside)
        },
    ]
}

/// The one picture that explains a centre.
pub fn overview(of: &OfCurve<'_>) -> CurvePlot {
    let curve = of.curve;
    let queues = curve.places("queues");
    let groups = curve.places("groups");
    let scenario = of.scenario;
    let shown: Vec<(&str, Option<&Queue>)> = match queues.len() > MOST_LINES {
        true => vec![("total", None)],
        false => queues
            .iter()
            .copied()
            .zip(scenario.queues.iter().map(Some))
            .collect(),
    };
    let mut levels = Vec::new();
    for ((place, queue), colour) in shown.iter().zip(COLOURS) {
        let mut series = simulated(of, place, "service_level", colour);
        if let Some(queue) = queue {
            aim(&mut series, queue);
        }
        levels.push(series);
    }
    let lost = [
        ("abandoned", "abandonment_rate", COLOURS[0]),
        ("blocked", "blocking_rate", COLOURS[1]),
    ];
    let lost = lost.into_iter().map(|(name, kpi, colour)| Series {
        name: name.to_owned(),
        ..simulated(of, "total", kpi, colour)
    });
    let is_seen = |series: &Series| series.points.iter().any(|point| point.1 > 0.0);
    let busy = groups.iter().zip(COLOURS);
    let busy = busy.map(|(place, colour)| simulated(of, place, "occupancy", colour));
    let waits = shown.iter().zip(COLOURS);
    let waits = waits.map(|((place, _), colour)| simulated(of, place, "asa_s", colour));
    let mut waits: Vec<Series> = waits.collect();
    // The formulas of several queues would be too many lines.
    if let [(place, Some(_))] = shown[..] {
        levels.extend(LEVEL.formulas(of, place));
        waits.extend(WAITING.formulas(of, place));
    }
    let mut panels = vec![
        panel("Service level", Unit::Fraction, levels),
        panel(
            "Abandoned and blocked, in total",
            Unit::Fraction,
            lost.filter(is_seen).collect(),
        ),
        panel("Occupancy", Unit::Fraction, busy.collect()),
        panel("Average speed of answer", Unit::Seconds, waits),
    ];
    if groups.len() > MOST_LINES {
        panels[2].title += &format!(", of the first {MOST_LINES} of {} groups", groups.len());
    }
    panels.retain(|panel| !panel.series.is_empty());
    CurvePlot {
        file: "capacity".to_owned(),
        title: format!("{}: figures against volume", scenario.name),
        description: describe(of),
        axis: Axis::Volume,
        uprights: vec![Upright::today()],
        spans: Vec::new(),
        legend: Vec::new(),
        panels,
    }
}

/// Each queue beside the formulas.
pub fn queues(of: &OfCurve<'_>) -> Vec<CurvePlot> {
    let places = of.curve.places("queues");
    if places.len() > MOST_QUEUES {
        return Vec::new();
    }
    let queues = &of.scenario.queues;
    let names: Vec<&str> = queues.iter().map(|queue| queue.name.as_str()).collect();
    let queues = queues.iter().zip(files("queue", &names));
    let plots = places.into_iter().zip(queues);
    plots
        .map(|(place, (queue, file))| of_queue(of, place, queue, file))
        .collect()
}

/// Names of files, one for each part; names that differ in what a file name cannot hold are numbered.
fn files(kind: &str, names: &[&str]) -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    for name in names {
        let plain = format!("{kind}-{}", slug(name, "part"));
        let numbered = (2..).map(|n| format!("{plain}-{n}"));
        let mut free = std::iter::once(plain.clone()).chain(numbered);
        files.extend(free.find(|file| !files.contains(file)));
    }
    files
}

/// Colours of the formulas.
const OF_A: Colour = Colour::RED;
const OF_C: Colour = Colour::GREEN;

/// A kind of figure that is drawn beside formulas: its title, its name, its unit, and where it is in their answers.
struct Kind {
    title: &'static str,
    kpi: &'static str,
    unit: Unit,
    get: fn(&FormulaFigures) -> f64,
    formulas: &'static [(Erlang, Colour)],
}

const LEVEL: Kind = Kind {
    title: "Service level",
    kpi: "service_level",
    unit: Unit::Fraction,
    get: |figures| figures.service_level,
    formulas: &[(ERLANG_A, OF_A), (ERLANG_C, OF_C)],
};

const ABANDONED: Kind = Kind {
    title: "Abandoned",
    kpi: "abandonment_rate",
    unit: Unit::Fraction,
    get: |figures| figures.abandonment_rate,
    // For Erlang-C nobody abandons.
    formulas: &[(ERLANG_A, OF_A)],
};

const WAITING: Kind = Kind {
    title: "Average speed of answer",
    kpi: "asa_s",
    unit: Unit::Seconds,
    get: |figures| figures.asa_s,
    formulas: &[(ERLANG_A, OF_A), (ERLANG_C, OF_C)],
};

impl Kind {
    /// What the formulas say of a queue; those that say nothing are left out.
    fn formulas(&self, of: &OfCurve<'_>, place: &str) -> Vec<Series> {
        let series = self.formulas.iter().map(|(formula, colour)| {
            let point = |row: &Row| Some((row.percent, said(row, *formula, self.get)?, None));
            Series {
                name: formula.0.to_owned(),
                colour: *colour,
                points: of.curve.of(place).filter_map(point).collect(),
                ..line(Look::Formula)
            }
        });
        series.filter(|series| !series.points.is_empty()).collect()
    }
}

fn of_queue(of: &OfCurve<'_>, place: &str, queue: &Queue, file: String) -> CurvePlot {
    let panels = [LEVEL, ABANDONED, WAITING].map(|kind| {
        let mut simulated = simulated(of, place, kind.kpi, COLOURS[0]);
        simulated.name = "simulated".to_owned();
        if kind.kpi == "service_level" {
            aim(&mut simulated, queue);
        }
        let mut series = vec![simulated];
        series.extend(kind.formulas(of, place));
        panel(kind.title, kind.unit, series)
    });
    let mut series = panels.iter().flat_map(|panel| &panel.series);
    let beside = match series.any(|series| series.look == Look::Formula) {
        true => ", beside Erlang",
        false => "",
    };
    CurvePlot {
        file,
        title: format!("{} against volume{beside}", queue.name),
        description: describe_queue(of, place),
        axis: Axis::Volume,
        uprights: vec![Upright::today()],
        spans: Vec::new(),
        legend: Vec::new(),
        panels: panels.to_vec(),
    }
}

/// Says and shows the target of a service level.
fn aim(series: &mut Series, queue: &Queue) {
    series.name += &format!(" (target {})", target(queue));
    series.target = Some(queue.target.fraction);
}

fn panel(title: &str, unit: Unit, series: Vec<Series>) -> Panel {
    Panel {
        title: title.to_owned(),
        unit,
        series,
    }
}

/// A figure of a part, with its band, and its knee if it is a service level.
fn simulated(of: &OfCurve<'_>, place: &str, kpi: &str, colour: Colour) -> Series {
    let point = |row: &Row| {
        let estimate = row.get(kpi);
        Some((row.percent, estimate.mean?, estimate.ci))
    };
    let knee = of.curve.knee(place).filter(|knee| knee.kpi == kpi);
    Series {
        name: place
            .split_once('.')
            .map_or(place, |(_, name)| name)
            .to_owned(),
        colour,
        points: of.curve.of(place).filter_map(point).collect(),
        knee: knee.and_then(|knee| knee.percent.zip(knee.value)),
        ..line(Look::Simulated)
    }
}

/// A series of nothing.
fn line(look: Look) -> Series {
    Series {
        name: String::new(),
        colour: COLOURS[0],
        points: Vec::new(),
        look,
        target: None,
        knee: None,
        missed: Vec::new(),
    }
}

/// Where each queue's knee is, and how it ends.
fn describe(of: &OfCurve<'_>) -> String {
    let places = of.curve.places("queues");
    let words = places.iter().take(MOST_LINES).map(|place| {
        let name = place.trim_start_matches("queues.");
        format!("{name}: {}", describe_queue(of, place))
    });
    words.collect::<Vec<_>>().join(" ")
}

fn describe_queue(of: &OfCurve<'_>, place: &str) -> String {
    let level = |row: &&Row| row.get("service_level").mean.is_some();
    let rows: Vec<&Row> = of.curve.of(place).filter(level).collect();
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return "No calls.".to_owned();
    };
    let say = |row: &Row| {
        let level = row.get("service_level").mean.unwrap_or(0.0);
        format!("{} at {}", rough_percent(level), volume(row.percent))
    };
    let knee = of.curve.knee(place).and_then(|knee| knee.percent);
    let knee = knee.map_or(String::new(), |percent| {
        format!(", knee at {percent:.0}{NBSP}%")
    });
    format!("Service level from {} to {}{knee}.", say(first), say(last))
}
