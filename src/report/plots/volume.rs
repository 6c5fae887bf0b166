//! Attempts by interval and cause.

use super::by_interval::{HEIGHT, frame, highest, of_day, range};
use super::canvas::{Canvas, Colour};
use super::frame::{Mark, Scale};
use super::{Drawing, Of, Plot};
use crate::report::text::figures;
use crate::scenario::grouped;

pub const VOLUME: Plot = Plot {
    name: "volume",
    of: Of::Total,
    title: "Attempts by interval",
    caption: "Who calls for the first time, who redials after a busy line or a lost patience, who calls again because \
              the first answer did not help. The line, where there is room for it, is the confidence interval of all attempts.",
    days_only: true,
    kpi: None,
    height: |_| HEIGHT,
    draw,
    describe: |drawing| {
        let (total, shown) = (drawing.part(), &drawing.shown);
        let attempts = of_day(total, shown, "attempts");
        let all = range(
            shown,
            &attempts,
            shown.scenario.interval_min,
            figures::count,
        );
        let day = |kpi| figures::count(total.get(kpi));
        let (first, redials, reconnects) =
            (day("first_attempts"), day("redials"), day("reconnects"));
        format!(
            "Attempts {all}; in the day {first} first attempts, {redials} redials, {reconnects} reconnects."
        )
    },
};

/// Causes from the ground up.
const CAUSES: [(&str, Colour, &str); 3] = [
    ("first_attempts", Colour::BLUE, "first attempts"),
    ("redials", Colour::ORANGE, "redials"),
    ("reconnects", Colour::GREEN, "reconnects"),
];

fn draw(canvas: &mut Canvas<'_>, drawing: &Drawing<'_>) {
    let (total, shown) = (drawing.part(), &drawing.shown);
    let all = of_day(total, shown, "attempts");
    let legend = CAUSES.map(|(_, colour, name)| (Mark::Box, colour, name));
    let s = shown.scenario;
    let y = Scale::up_to(highest(&all), grouped);
    let frame = frame(canvas, drawing, &legend, &y);
    let width = f64::from(s.interval_min);
    let x = |i: usize| frame.x(f64::from(s.open_min) + width * i as f64);
    let mut ground = vec![0.0; all.len()];
    for (kpi, colour, _) in CAUSES {
        let mut outline = Vec::new();
        for (i, &below) in ground.iter().enumerate() {
            outline.extend([(x(i), frame.y(below)), (x(i + 1), frame.y(below))]);
        }
        outline.reverse();
        for (below, e) in ground.iter_mut().zip(of_day(total, shown, kpi)) {
            *below += e.mean.unwrap_or(0.0);
        }
        for (i, &above) in ground.iter().enumerate() {
            outline.extend([(x(i), frame.y(above)), (x(i + 1), frame.y(above))]);
        }
        canvas.area(&outline, colour, 1.0);
    }
    // Closer lines would hide what they belong to.
    if x(1) - x(0) < 4.0 {
        return;
    }
    for (i, e) in all.iter().enumerate() {
        let middle = (x(i) + x(i + 1)) / 2.0;
        if let Some((low, high)) = e.ci {
            canvas.line(
                &[(middle, frame.y(low)), (middle, frame.y(high))],
                Colour::INK,
                1.0,
            );
        }
    }
}
