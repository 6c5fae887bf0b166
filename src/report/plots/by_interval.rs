//! Figures by interval of the day, with their confidence bands.

use super::canvas::{Canvas, Colour};
use super::frame::{Entry, Frame, Mark, Scale};
use super::{Of, Plot, Shown};
use crate::kpi::Part;
use crate::report::text::figures;
use crate::scenario::{clock_text, grouped};
use crate::stats::Estimate;

/// Height of these plots in points.
pub const HEIGHT: f64 = 250.0;

pub const SERVICE_LEVEL: Plot = Plot {
    name: "service-level",
    of: Of::Queue,
    title: "Service level",
    caption: "By interval of arrival in the queue; the band is the confidence interval of the mean day.",
    days_only: true,
    height: |_, _| HEIGHT,
    draw: |canvas, shown, i, title| figure(canvas, shown, (Of::Queue, i), title, "service_level"),
    describe: |shown, i| describe(shown, (Of::Queue, i), "service_level"),
};

pub const ABANDONMENT: Plot = Plot {
    name: "abandonment",
    of: Of::Queue,
    title: "Abandonment",
    caption: "Share of the offered calls that gave up waiting, by interval of arrival in the queue.",
    days_only: true,
    height: |_, _| HEIGHT,
    draw: |canvas, shown, i, title| {
        figure(canvas, shown, (Of::Queue, i), title, "abandonment_rate")
    },
    describe: |shown, i| describe(shown, (Of::Queue, i), "abandonment_rate"),
};

pub const WAITING: Plot = Plot {
    name: "waiting",
    of: Of::Queue,
    title: "Average speed of answer",
    caption: "Mean wait of the answered calls, those answered at once included.",
    days_only: true,
    height: |_, _| HEIGHT,
    draw: |canvas, shown, i, title| figure(canvas, shown, (Of::Queue, i), title, "asa_s"),
    describe: |shown, i| describe(shown, (Of::Queue, i), "asa_s"),
};

pub const OCCUPANCY: Plot = Plot {
    name: "occupancy",
    of: Of::Group,
    title: "Occupancy",
    caption: "Talk and after-call work as a share of staffed time.",
    days_only: true,
    height: |_, _| HEIGHT,
    draw: |canvas, shown, i, title| figure(canvas, shown, (Of::Group, i), title, "occupancy"),
    describe: |shown, i| describe(shown, (Of::Group, i), "occupancy"),
};

pub const STAFF: Plot = Plot {
    name: "staff",
    of: Of::Group,
    title: "Agents",
    caption: "Agents scheduled, and how many of them are busy on average.",
    days_only: true,
    height: |_, _| HEIGHT,
    draw: |canvas, shown, i, title| {
        let busy = busy_agents(shown, i);
        let scheduled = scheduled(shown, i);
        let most = highest(&busy).max(highest(&scheduled));
        let y = Scale::up_to(most, grouped);
        let legend = [
            (Mark::Line, Colour::INK, "scheduled"),
            (Mark::Band, Colour::BLUE, "busy, on average"),
        ];
        let frame = frame(canvas, shown, title, &legend, &y);
        band(canvas, &frame, shown, &busy, Colour::BLUE);
        band(canvas, &frame, shown, &scheduled, Colour::INK);
    },
    describe: |shown, i| {
        let busy = range(shown, &busy_agents(shown, i), figures::number);
        let staff = range(shown, &scheduled(shown, i), figures::number);
        format!("Scheduled: {staff}. Busy: {busy}.")
    },
};

pub const LINES: Plot = Plot {
    name: "lines",
    of: Of::Trunk,
    title: "Lines in use",
    caption: "Mean over time, and the mean over days of the interval's largest number.",
    days_only: true,
    height: |_, _| HEIGHT,
    draw: |canvas, shown, i, title| {
        let part = shown.part(Of::Trunk, i);
        let (mean, most) = (
            of_day(part, shown, "lines_busy_mean"),
            of_day(part, shown, "lines_busy_max"),
        );
        let lines = f64::from(shown.scenario.trunks[i].lines);
        // Lines that are far from being used up would press the rest to the ground.
        let shows_all = lines <= 3.0 * highest(&most).max(1.0);
        let y = Scale::up_to(
            highest(&most).max(if shows_all { lines } else { 0.0 }),
            grouped,
        );
        let all = format!("all {} lines", grouped(lines, 0));
        let mut legend = vec![
            (Mark::Band, Colour::BLUE, "mean"),
            (Mark::Band, Colour::ORANGE, "largest"),
        ];
        if shows_all {
            legend.push((Mark::Dashes, Colour::RED, &all));
        }
        let frame = frame(canvas, shown, title, &legend, &y);
        band(canvas, &frame, shown, &most, Colour::ORANGE);
        band(canvas, &frame, shown, &mean, Colour::BLUE);
        if shows_all {
            frame.mark_y(canvas, lines);
        }
    },
    describe: |shown, i| {
        let part = shown.part(Of::Trunk, i);
        let mean = range(
            shown,
            &of_day(part, shown, "lines_busy_mean"),
            figures::number,
        );
        let most = range(
            shown,
            &of_day(part, shown, "lines_busy_max"),
            figures::number,
        );
        let lines = shown.scenario.trunks[i].lines;
        format!("Mean: {mean}. Largest: {most}. There are {lines} lines.")
    },
};

/// A part's figure in the intervals of the day, what lies after closing left out.
pub fn of_day(part: &Part, shown: &Shown<'_>, kpi: &str) -> Vec<Estimate> {
    let intervals = part.intervals.iter().flatten();
    intervals
        .take(shown.scenario.intervals())
        .map(|interval| interval.get(kpi))
        .collect()
}

fn scheduled(shown: &Shown<'_>, group: usize) -> Vec<Estimate> {
    let staff = shown.scenario.groups[group].staff.iter();
    let exact = |&agents: &u32| Estimate {
        mean: Some(agents.into()),
        ..Estimate::default()
    };
    staff.map(exact).collect()
}

fn busy_agents(shown: &Shown<'_>, group: usize) -> Vec<Estimate> {
    let per_hour = 60.0 / f64::from(shown.scenario.interval_min);
    let hours = of_day(shown.part(Of::Group, group), shown, "busy_h");
    let agents = |e: Estimate| Estimate {
        mean: e.mean.map(|h| h * per_hour),
        ci: e.ci.map(|(low, high)| (low * per_hour, high * per_hour)),
        se: e.se.map(|h| h * per_hour),
    };
    hours.into_iter().map(agents).collect()
}

/// The largest value of a series, its confidence intervals included.
pub fn highest(series: &[Estimate]) -> f64 {
    let top = |e: &Estimate| e.ci.map(|(_, high)| high).or(e.mean);
    series.iter().filter_map(top).fold(0.0, f64::max)
}

/// One figure with its band, and its target if it has one.
fn figure(
    canvas: &mut Canvas<'_>,
    shown: &Shown<'_>,
    (of, i): (Of, usize),
    title: &str,
    kpi: &str,
) {
    let part = shown.part(of, i);
    let series = of_day(part, shown, kpi);
    let target = target(shown, of, part, kpi);
    let most = highest(&series).max(target.unwrap_or(0.0));
    let is_fraction = !kpi.ends_with("_s");
    let y = match kpi {
        "service_level" => Scale::percent(),
        _ if is_fraction && most > 0.5 => Scale::percent(),
        _ if is_fraction => Scale::percent_up_to(most),
        _ => Scale::up_to(most, |v, digits| format!("{} s", grouped(v, digits))),
    };
    let words = target.map(|value| {
        let value = match is_fraction {
            true => figures::exact_percent(value),
            false => figures::exact_seconds(value),
        };
        format!("target {value}")
    });
    let mut legend: Vec<Entry<'_>> = vec![(
        Mark::Band,
        Colour::BLUE,
        "mean, with its confidence interval",
    )];
    legend.extend(
        words
            .iter()
            .map(|words| (Mark::Dashes, Colour::RED, words.as_str())),
    );
    let frame = frame(canvas, shown, title, &legend, &y);
    if let Some(value) = target {
        frame.mark_y(canvas, value);
    }
    band(canvas, &frame, shown, &series, Colour::BLUE);
}

/// A part's target for a figure, if it has one.
fn target(shown: &Shown<'_>, of: Of, part: &Part, kpi: &str) -> Option<f64> {
    let kind = match of {
        Of::Total => "total",
        Of::Queue => "queues",
        Of::Group => "groups",
        Of::Trunk => "trunks",
    };
    let place = format!("{kind}.{}", part.name());
    let targets = shown.results.targets.iter();
    let mut found = targets.filter(|target| target.place == place && target.kpi == kpi);
    found.next().map(|target| target.threshold)
}

/// The frame of a plot over the hours of the day.
pub fn frame(
    canvas: &mut Canvas<'_>,
    shown: &Shown<'_>,
    title: &str,
    legend: &[Entry<'_>],
    y: &Scale,
) -> Frame {
    let s = shown.scenario;
    Frame::draw(canvas, title, legend, y, |width| {
        Scale::clock(s.open_min, s.close_min, s.interval_min, width)
    })
}

/// Draws a series as steps, one for each interval, in its confidence band. Where it is not defined there is a gap.
fn band(
    canvas: &mut Canvas<'_>,
    frame: &Frame,
    shown: &Shown<'_>,
    series: &[Estimate],
    colour: Colour,
) {
    let width = f64::from(shown.scenario.interval_min);
    let open = f64::from(shown.scenario.open_min);
    let x = |i: usize| frame.x(open + width * i as f64);
    let steps = |from: usize, to: usize, value: &dyn Fn(usize) -> f64| -> Vec<(f64, f64)> {
        let step = |i| [(x(i), frame.y(value(i))), (x(i + 1), frame.y(value(i)))];
        (from..to).flat_map(step).collect()
    };
    let mut from = 0;
    while from < series.len() {
        let defined = series[from..]
            .iter()
            .take_while(|e| e.mean.is_some())
            .count();
        let to = from + defined;
        if defined > 0 {
            let ci = |i: usize| {
                series[i]
                    .ci
                    .or(series[i].mean.map(|m| (m, m)))
                    .unwrap_or_default()
            };
            let mut outline = steps(from, to, &|i| ci(i).1);
            outline.extend(steps(from, to, &|i| ci(i).0).into_iter().rev());
            canvas.area(&outline, colour, 0.25);
            canvas.line(
                &steps(from, to, &|i| series[i].mean.unwrap_or_default()),
                colour,
                1.5,
            );
        }
        from = to + 1;
    }
}

fn describe(shown: &Shown<'_>, (of, i): (Of, usize), kpi: &str) -> String {
    let part = shown.part(of, i);
    let say: fn(Estimate) -> String = match kpi.ends_with("_s") {
        true => figures::seconds,
        false => figures::percent,
    };
    let range = range(shown, &of_day(part, shown, kpi), say);
    let target = match target(shown, of, part, kpi) {
        Some(value) if kpi.ends_with("_s") => format!("; target {}", figures::exact_seconds(value)),
        Some(value) => format!("; target {}", figures::exact_percent(value)),
        None => String::new(),
    };
    format!("{range}{target}.")
}

/// Where a series is least and where it is largest, in words.
pub fn range(shown: &Shown<'_>, series: &[Estimate], say: impl Fn(Estimate) -> String) -> String {
    let defined = || {
        series
            .iter()
            .enumerate()
            .filter_map(|(i, e)| e.mean.map(|mean| (mean, i)))
    };
    let at = |i: usize| {
        let minute = shown.scenario.open_min + i as u32 * shown.scenario.interval_min;
        format!("{} at {}", say(series[i]), clock_text(minute))
    };
    let least = defined().min_by(|a, b| a.0.total_cmp(&b.0));
    let most = defined().max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    match (least, most) {
        (Some((a, _)), Some((b, i))) if a == b => format!("{} throughout", say(series[i])),
        (Some((_, least)), Some((_, most))) => format!("from {} to {}", at(least), at(most)),
        _ => "not defined in any interval".to_owned(),
    }
}
