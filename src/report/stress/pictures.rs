//! The curve as pictures: the whole centre in one, and each queue beside the formulas.

use super::words::{target, volume};
use super::{ERLANG_A, ERLANG_C, Erlang, OfCurve, View, said};
use crate::kpi::{FormulaFigures, Unit};
use crate::report::files::{Folder, SaveError, slug};
use crate::report::plots::{Colour, CurvePlot, Panel, Series};
use crate::report::text::figures::rough_percent;
use crate::report::text::layout::NBSP;
use crate::scenario::Queue;
use crate::stress::Row;

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
    let Some(of) = view.curve() else {
        return Ok(());
    };
    for plot in std::iter::once(overview(&of)).chain(queues(&of)) {
        let (svg, png) = (plot.svg(true), plot.png());
        folder.write(&format!("{}.svg", plot.file), |out| {
            out.write_all(svg.as_bytes())
        })?;
        folder.write(&format!("{}.png", plot.file), |out| out.write_all(&png))?;
    }
    Ok(())
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
        panels,
    }
}

/// Each queue beside the formulas.
pub fn queues(of: &OfCurve<'_>) -> Vec<CurvePlot> {
    let places = of.curve.places("queues");
    if places.len() > MOST_QUEUES {
        return Vec::new();
    }
    let mut plots: Vec<CurvePlot> = Vec::new();
    for (place, queue) in places.into_iter().zip(&of.scenario.queues) {
        let mut file = format!("queue-{}", slug(&queue.name, "part"));
        // Names that differ in what a file name cannot hold are numbered.
        let alike = plots
            .iter()
            .filter(|plot| plot.file.starts_with(&file))
            .count();
        if alike > 0 {
            file += &format!("-{}", alike + 1);
        }
        plots.push(of_queue(of, place, queue, file));
    }
    plots
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
                dashed: true,
                target: None,
                knee: None,
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
    CurvePlot {
        file,
        title: format!(
            "{}: figures against volume, beside Erlang's formulas",
            queue.name
        ),
        description: describe_queue(of, place),
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
        dashed: false,
        target: None,
        knee: knee.and_then(|knee| knee.percent.zip(knee.value)),
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
