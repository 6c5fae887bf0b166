//! Figures by interval of the day, with their confidence bands.

use super::canvas::{Canvas, Colour};
use super::frame::{Entry, Frame, Mark, Scale};
use super::{Drawing, Of, Plot, Shown};
use crate::kpi::Part;
use crate::report::text::figures;
use crate::scenario::{Scenario, clock_text, grouped};
use crate::stats::Estimate;

/// Height of these plots in points.
pub const HEIGHT: f64 = 250.0;

/// More steps than this make a line a comb.
const MOST_STEPS: u32 = 200;

pub const SERVICE_LEVEL: Plot = of_kpi(
    (Of::Queue, "service_level", "service-level"),
    "Service level",
    "By interval of arrival in the queue; the band is the confidence interval of the mean day.",
);

pub const ABANDONMENT: Plot = of_kpi(
    (Of::Queue, "abandonment_rate", "abandonment"),
    "Abandonment",
    "Share of the offered calls that gave up waiting, by interval of arrival in the queue.",
);

pub const WAITING: Plot = of_kpi(
    (Of::Queue, "asa_s", "waiting"),
    "Average speed of answer",
    "Mean wait of the answered calls, those answered at once included.",
);

pub const OCCUPANCY: Plot = of_kpi(
    (Of::Group, "occupancy", "occupancy"),
    "Occupancy",
    "Talk and after-call work as a share of staffed time.",
);

/// What a figure is a share or a mean of: by that, intervals count where several are shown as one step.
fn weight(kpi: &str) -> Option<&'static str> {
    match kpi {
        "service_level" | "abandonment_rate" => Some("offered"),
        "asa_s" => Some("answered"),
        "occupancy" => Some("staffed_h"),
        // Means over time: all intervals are as long.
        _ => None,
    }
}

/// A plot of one figure, with its band, and its target if it has one.
const fn of_kpi(
    (of, kpi, name): (Of, &'static str, &'static str),
    title: &'static str,
    caption: &'static str,
) -> Plot {
    Plot {
        name,
        of,
        title,
        caption,
        days_only: true,
        kpi: Some(kpi),
        height: |_| HEIGHT,
        draw: |canvas, drawing| figure(canvas, drawing, kpi_of(drawing)),
        describe: |drawing| describe(drawing, kpi_of(drawing)),
    }
}

fn kpi_of(drawing: &Drawing<'_>) -> &'static str {
    drawing.plot.kpi.unwrap_or_default()
}

pub const STAFF: Plot = Plot {
    name: "staff",
    of: Of::Group,
    title: "Agents",
    caption: "Agents scheduled, and how many of them are busy on average.",
    days_only: true,
    kpi: None,
    height: |_| HEIGHT,
    draw: |canvas, drawing| {
        let (busy, scheduled) = (busy_agents(drawing), scheduled(drawing));
        let most = highest(&busy).max(highest(&scheduled));
        let y = Scale::up_to(most, grouped);
        let legend = [
            (Mark::Line, Colour::INK, "scheduled"),
            (Mark::Band, Colour::BLUE, "busy, on average"),
        ];
        let frame = frame(canvas, drawing, &legend, &y);
        band(canvas, &frame, drawing, &busy, Colour::BLUE);
        band(canvas, &frame, drawing, &scheduled, Colour::INK);
    },
    describe: |drawing| {
        let staff = range_of_steps(drawing, &scheduled(drawing), figures::number);
        let busy = range_of_steps(drawing, &busy_agents(drawing), figures::number);
        format!("Scheduled: {staff}. Busy: {busy}.{}", grain(drawing))
    },
};

pub const LINES: Plot = Plot {
    name: "lines",
    of: Of::Trunk,
    title: "Lines in use",
    caption: "Mean over time, and the mean over days of the interval's largest number.",
    days_only: true,
    kpi: None,
    height: |_| HEIGHT,
    draw: |canvas, drawing| {
        let (mean, most) = (
            steps(drawing, "lines_busy_mean"),
            steps(drawing, "lines_busy_max"),
        );
        let lines = f64::from(drawing.shown.scenario.trunks[drawing.index].lines);
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
        let frame = frame(canvas, drawing, &legend, &y);
        band(canvas, &frame, drawing, &most, Colour::ORANGE);
        band(canvas, &frame, drawing, &mean, Colour::BLUE);
        if shows_all {
            frame.mark_y(canvas, lines);
        }
    },
    describe: |drawing| {
        let range = |kpi| range_of_steps(drawing, &steps(drawing, kpi), figures::number);
        let (mean, most) = (range("lines_busy_mean"), range("lines_busy_max"));
        let lines = drawing.shown.scenario.trunks[drawing.index].lines;
        let grain = grain(drawing);
        format!("Mean: {mean}. Largest: {most}. There are {lines} lines.{grain}")
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

/// How many intervals a step of a line holds: one, unless there are too many of them.
fn intervals_per_step(scenario: &Scenario) -> usize {
    let (interval, open) = (
        scenario.interval_min,
        scenario.close_min - scenario.open_min,
    );
    let round = [interval, 5, 10, 15, 20, 30, 60];
    let step = round
        .into_iter()
        .filter(|step| step % interval == 0)
        .find(|step| open.div_ceil(*step) <= MOST_STEPS);
    step.map_or(1, |step| (step / interval) as usize)
}

/// Minutes of a step.
fn step_min(shown: &Shown<'_>) -> u32 {
    shown.scenario.interval_min * intervals_per_step(shown.scenario) as u32
}

/// Says what a step is, where it is not an interval.
fn grain(drawing: &Drawing<'_>) -> String {
    match intervals_per_step(drawing.shown.scenario) {
        1 => String::new(),
        n => format!(
            " Each step of {} minutes is the mean of {n} intervals, its band the mean of theirs.",
            step_min(&drawing.shown)
        ),
    }
}

/// A figure of the part in the steps of the day.
fn steps(drawing: &Drawing<'_>, kpi: &str) -> Vec<Estimate> {
    let part = drawing.part();
    let series = of_day(part, &drawing.shown, kpi);
    let weights = weight(kpi).map(|weight| of_day(part, &drawing.shown, weight));
    in_steps(drawing, &series, weights.as_deref())
}

/// A series by interval as one by step.
fn in_steps(
    drawing: &Drawing<'_>,
    series: &[Estimate],
    weights: Option<&[Estimate]>,
) -> Vec<Estimate> {
    let n = intervals_per_step(drawing.shown.scenario);
    if n == 1 {
        return series.to_vec();
    }
    let weight = |i: usize| weights.map_or(1.0, |weights| weights[i].mean.unwrap_or(0.0));
    let starts = (0..series.len()).step_by(n);
    starts
        .map(|from| {
            let to = (from + n).min(series.len());
            weighted_mean((from..to).map(|i| (series[i], weight(i))))
        })
        .collect()
}

/// The mean of those that are defined; its confidence interval is the mean of theirs, which is that of figures that rise
/// and fall together.
fn weighted_mean(members: impl Iterator<Item = (Estimate, f64)>) -> Estimate {
    let (mut all, mut mean, mut low, mut high) = (0.0, 0.0, 0.0, 0.0);
    let mut has_ci = true;
    for (member, weight) in members {
        let Some(value) = member.mean else { continue };
        all += weight;
        mean += weight * value;
        has_ci &= member.ci.is_some();
        let (from, to) = member.ci.unwrap_or_default();
        low += weight * from;
        high += weight * to;
    }
    if all <= 0.0 {
        return Estimate::default();
    }
    Estimate {
        mean: Some(mean / all),
        ci: has_ci.then_some((low / all, high / all)),
        ..Estimate::default()
    }
}

fn scheduled(drawing: &Drawing<'_>) -> Vec<Estimate> {
    let staff = drawing.shown.scenario.groups[drawing.index].staff.iter();
    let exact = |&agents: &u32| Estimate {
        mean: Some(agents.into()),
        ..Estimate::default()
    };
    in_steps(drawing, &staff.map(exact).collect::<Vec<_>>(), None)
}

fn busy_agents(drawing: &Drawing<'_>) -> Vec<Estimate> {
    let per_hour = 60.0 / f64::from(drawing.shown.scenario.interval_min);
    let agents = |e: Estimate| Estimate {
        mean: e.mean.map(|h| h * per_hour),
        ci: e.ci.map(|(low, high)| (low * per_hour, high * per_hour)),
        se: e.se.map(|h| h * per_hour),
    };
    steps(drawing, "busy_h").into_iter().map(agents).collect()
}

/// The largest value of a series, its confidence intervals included.
pub fn highest(series: &[Estimate]) -> f64 {
    let top = |e: &Estimate| e.ci.map(|(_, high)| high).or(e.mean);
    series.iter().filter_map(top).fold(0.0, f64::max)
}

fn figure(canvas: &mut Canvas<'_>, drawing: &Drawing<'_>, kpi: &str) {
    let series = steps(drawing, kpi);
    let target = target(drawing, kpi);
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
    let frame = frame(canvas, drawing, &legend, &y);
    if let Some(value) = target {
        frame.mark_y(canvas, value);
    }
    band(canvas, &frame, drawing, &series, Colour::BLUE);
}

/// The part's target for a figure, if it has one.
fn target(drawing: &Drawing<'_>, kpi: &str) -> Option<f64> {
    let kind = match drawing.plot.of {
        Of::Total => "total",
        Of::Queue => "queues",
        Of::Group => "groups",
        Of::Trunk => "trunks",
    };
    let place = format!("{kind}.{}", drawing.part().name());
    let targets = drawing.shown.results.targets.iter();
    let mut found = targets.filter(|target| target.place == place && target.kpi == kpi);
    found.next().map(|target| target.threshold)
}

/// The frame of a plot over the hours of the day.
pub fn frame(
    canvas: &mut Canvas<'_>,
    drawing: &Drawing<'_>,
    legend: &[Entry<'_>],
    y: &Scale,
) -> Frame {
    let s = drawing.shown.scenario;
    Frame::draw(canvas, &drawing.title, legend, y, |width| {
        Scale::clock(s.open_min, s.close_min, s.interval_min, width)
    })
}

/// Draws a series as steps in its confidence band. Where it is not defined there is a gap.
fn band(
    canvas: &mut Canvas<'_>,
    frame: &Frame,
    drawing: &Drawing<'_>,
    series: &[Estimate],
    colour: Colour,
) {
    let width = f64::from(step_min(&drawing.shown));
    let open = f64::from(drawing.shown.scenario.open_min);
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

fn describe(drawing: &Drawing<'_>, kpi: &str) -> String {
    let say: fn(Estimate) -> String = match kpi.ends_with("_s") {
        true => figures::seconds,
        false => figures::percent,
    };
    let range = range_of_steps(drawing, &steps(drawing, kpi), say);
    let target = match target(drawing, kpi) {
        Some(value) if kpi.ends_with("_s") => format!("; target {}", figures::exact_seconds(value)),
        Some(value) => format!("; target {}", figures::exact_percent(value)),
        None => String::new(),
    };
    format!("{range}{target}.{}", grain(drawing))
}

fn range_of_steps(
    drawing: &Drawing<'_>,
    series: &[Estimate],
    say: impl Fn(Estimate) -> String,
) -> String {
    range(&drawing.shown, series, step_min(&drawing.shown), say)
}

/// Where a series with steps of some minutes is least and where it is largest, in words.
pub fn range(
    shown: &Shown<'_>,
    series: &[Estimate],
    step_min: u32,
    say: impl Fn(Estimate) -> String,
) -> String {
    let defined = || {
        series
            .iter()
            .enumerate()
            .filter_map(|(i, e)| e.mean.map(|mean| (mean, i)))
    };
    let at = |i: usize| {
        let minute = shown.scenario.open_min + i as u32 * step_min;
        format!("{} at {}", say(series[i]), clock_text(minute))
    };
    let least = defined().min_by(|a, b| a.0.total_cmp(&b.0));
    let most = defined().max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    match (least, most) {
        (Some((_, only)), _) if defined().count() == 1 => at(only),
        (Some((a, _)), Some((b, i))) if a == b => format!("{} throughout", say(series[i])),
        (Some((_, least)), Some((_, most))) => format!("from {} to {}", at(least), at(most)),
        _ => "not defined in any interval".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_intervals_are_shown_in_steps_of_the_clock() {
        let of = |interval: &str, hours: &str| {
            let text = format!(
                "[scenario]\nname = \"s\"\nopen = \"{hours}\"\ninterval = \"{interval}\"\n[[queues]]\nname = \"q\"\n[[groups]]\n\
                 name = \"g\"\nskills = [\"q\"]\nstaff = 1\n[[call_types]]\nname = \"t\"\nqueue = \"q\"\n\
                 rate = \"1/h\"\ntalk = \"1m\"\npatience = \"1m\"\n"
            );
            let document = crate::scenario::Document::parse("t", &text, std::path::Path::new(""));
            intervals_per_step(&document.unwrap().check(&[]).unwrap().scenario)
        };
        for (interval, hours, expected) in [
            ("15m", "00:00-24:00", 1),
            ("10m", "00:00-24:00", 1),
            ("5m", "00:00-24:00", 2),
            ("3m", "00:00-24:00", 5),
            ("2m", "00:00-24:00", 5),
            ("1m", "00:00-24:00", 10),
            ("2m", "08:00-14:40", 1),
            ("2m", "08:00-14:42", 5),
        ] {
            assert_eq!(of(interval, hours), expected, "{interval} {hours}");
        }
    }

    #[test]
    fn a_step_is_the_mean_of_its_intervals_by_weight() {
        let estimate = |mean: f64, half: f64| Estimate {
            mean: Some(mean),
            ci: Some((mean - half, mean + half)),
            ..Estimate::default()
        };
        let none = Estimate::default();
        let members = [
            (estimate(0.5, 0.1), 30.0),
            (none, 0.0),
            (estimate(0.9, 0.3), 10.0),
        ];
        let step = weighted_mean(members.into_iter());
        // (30 × 0.5 + 10 × 0.9) / 40, and half-widths (30 × 0.1 + 10 × 0.3) / 40.
        assert!((step.mean.unwrap() - 0.6).abs() < 1e-12, "{step:?}");
        let (low, high) = step.ci.unwrap();
        assert!(
            (low - 0.45).abs() < 1e-12 && (high - 0.75).abs() < 1e-12,
            "{step:?}"
        );
        assert_eq!(weighted_mean([(none, 0.0); 2].into_iter()).mean, None);
    }
}
