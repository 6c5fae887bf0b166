//! How long callers wait.

use super::canvas::{Align, Canvas, Colour};
use super::frame::{Frame, LABEL, Mark, Scale};
use super::{Drawing, Of, Plot};
use crate::kpi::Waits;
use crate::report::text::figures;

pub const WAITS: Plot = Plot {
    name: "waits",
    of: Of::Queue,
    title: "How long callers wait",
    caption: "Share of the calls that were answered or abandoned, by the time they waited, answered below, abandoned \
              above. The first bar is those who did not wait at all; each of the others is 19 % longer than the one \
              before.",
    days_only: false,
    kpi: None,
    height: |_| super::by_interval::HEIGHT,
    draw,
    describe: |drawing| {
        let queue = drawing.part();
        if queue.get("wait_p50_s").mean.is_none() {
            return "Nobody was answered.".to_owned();
        }
        let say = |kpi| figures::seconds(queue.get(kpi));
        format!(
            "{} were not answered at once; of the answered half at most {}, nine in ten at most {}, 95 of 100 at most {}.",
            figures::percent(queue.get("delayed")),
            say("wait_p50_s"),
            say("wait_p90_s"),
            say("wait_p95_s"),
        )
    },
};

fn draw(canvas: &mut Canvas<'_>, drawing: &Drawing<'_>) {
    let queue = drawing.part();
    let none = Waits::default();
    let waits = queue.waits.as_ref().unwrap_or(&none);
    let all: u64 = waits.answered.iter().chain(&waits.abandoned).sum();
    let share = |n: u64| n as f64 / all.max(1) as f64;
    let last = waits
        .answered
        .iter()
        .zip(&waits.abandoned)
        .rposition(|(a, b)| a + b > 0);
    let bins = last.map_or(2, |last| last + 1).max(2);
    let height = |bin: usize| {
        share(
            waits.answered.get(bin).copied().unwrap_or(0)
                + waits.abandoned.get(bin).copied().unwrap_or(0),
        )
    };
    // Those answered at once may be nearly all: the others are shown to their own scale, the first bar cut.
    let others = (1..bins).map(height).fold(0.0, f64::max);
    let most = if others > 0.0 {
        height(0).min(1.6 * others).max(others)
    } else {
        height(0)
    };
    let y = Scale::percent_up_to(most);
    let mut legend = vec![
        (Mark::Box, Colour::BLUE, "answered"),
        (Mark::Box, Colour::ORANGE, "abandoned"),
    ];
    let target = queue.target.as_ref().map(|target| target.within_s);
    let words = target.map(|t| format!("target time {}", figures::exact_seconds(t)));
    legend.extend(
        words
            .iter()
            .map(|words| (Mark::Dashes, Colour::RED, words.as_str())),
    );
    let edge = |bin: usize| waits.edges_s.get(bin).copied().unwrap_or(1.0);
    // Bin 0 on the place from −1 to 0, bin k from k − 1 to k; a time's place is linear within its bin.
    let place = |s: f64| {
        let bin = (1..bins).find(|&bin| edge(bin) >= s).unwrap_or(bins - 1);
        let (low, high) = (edge(bin - 1), edge(bin));
        (bin - 1) as f64 + ((s - low) / (high - low)).clamp(0.0, 1.0)
    };
    let frame = Frame::draw(canvas, &drawing.title, &legend, &y, |_| {
        let times = [
            1.0,
            2.0,
            5.0,
            10.0,
            20.0,
            30.0,
            60.0,
            120.0,
            300.0,
            600.0,
            1800.0,
            3600.0,
            4.0 * 3600.0,
            24.0 * 3600.0,
        ];
        let times = times.into_iter().filter(|&s| s <= edge(bins - 1));
        let say = |s: f64| figures::exact_seconds(s);
        let mut labels = vec![(-0.5, "at once".to_owned())];
        labels.extend(times.map(|s| (place(s), say(s))));
        Scale {
            from: -1.0,
            to: (bins - 1) as f64,
            labels,
        }
    });
    for bin in 0..bins {
        let (left, right) = (frame.x(bin as f64 - 0.95), frame.x(bin as f64 - 0.05));
        let answered = share(waits.answered.get(bin).copied().unwrap_or(0));
        let top = height(bin);
        canvas.rect(
            (left, frame.y(answered)),
            (right, frame.bottom),
            Colour::BLUE,
            1.0,
        );
        if top > answered {
            canvas.rect(
                (left, frame.y(top)),
                (right, frame.y(answered)),
                Colour::ORANGE,
                1.0,
            );
        }
    }
    if height(0) > y.to {
        let at = (frame.x(0.0) + 4.0, frame.top + LABEL / 2.0);
        let words = match figures::rough_percent(height(0)) {
            all if all.starts_with("100") => "← nearly all at once, cut off here".to_owned(),
            share => format!("← {share} at once, cut off here"),
        };
        canvas.text(&words, at, LABEL, Align::Left, Colour::MUTED);
    }
    if all == 0 {
        let middle = (
            (frame.left + frame.right) / 2.0,
            (frame.top + frame.bottom) / 2.0,
        );
        canvas.text(
            "no waits to show",
            middle,
            LABEL,
            Align::Centre,
            Colour::MUTED,
        );
    }
    if let Some(t) = target.filter(|&t| t <= edge(bins - 1)) {
        frame.mark_x(canvas, place(t));
    }
}
