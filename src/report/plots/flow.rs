//! The repeat-call loop as a flow: who calls, what becomes of it, who calls again.

use super::canvas::{Align, Canvas, Colour, text_width};
use super::frame::{LABEL, heading};
use super::{Drawing, Of, Plot};
use crate::kpi::Part;
use crate::report::text::figures;

pub const FLOW: Plot = Plot {
    name: "flow",
    of: Of::Total,
    title: "From callers to attempts to outcomes, and back",
    caption: "Mean numbers of a day (in a steady run: of an hour). Heights are to scale within a column. \
              Blocked are those who find no free line or a full queue.",
    days_only: false,
    kpi: None,
    height: |_| 300.0,
    draw,
    describe,
};

/// A box of a column: the figure, its words and colour.
type Share = (&'static str, &'static str, Colour);

const CAUSES: [Share; 3] = [
    ("first_attempts", "first attempts", Colour::BLUE),
    ("redials", "redials", Colour::ORANGE),
    ("reconnects", "reconnects", Colour::GREEN),
];

const OUTCOMES: [Share; 6] = [
    ("answered", "answered", Colour::BLUE),
    ("ivr_contained", "self-served in the IVR", Colour::SKY),
    ("abandoned", "abandoned in the queue", Colour::ORANGE),
    ("ivr_abandoned", "hung up in the IVR", Colour::PURPLE),
    ("blocked", "blocked", Colour::RED),
    ("abandoned_at_close", "dropped at closing", Colour::MUTED),
];

const ENDS: [Share; 2] = [
    ("resolved", "helped", Colour::BLUE),
    ("lost", "lost", Colour::RED),
];

const COLUMN: f64 = 26.0;

fn draw(canvas: &mut Canvas<'_>, drawing: &Drawing<'_>) {
    let total = drawing.part();
    let top = heading(canvas, &drawing.title, &[]) + 22.0;
    let bottom = canvas.height - 52.0;
    let lefts = [16.0, 232.0, 500.0];
    let heads = [
        format!("{} attempts", figures::count(total.get("attempts"))),
        "what became of them".to_owned(),
        format!("{} callers", figures::count(total.get("callers"))),
    ];
    for (left, head) in lefts.into_iter().zip(&heads) {
        canvas.text(head, (left, top - 10.0), LABEL, Align::Left, Colour::INK);
    }
    for (column, shares) in [&CAUSES[..], &OUTCOMES, &ENDS].into_iter().enumerate() {
        stack(canvas, total, shares, lefts[column], (top, bottom));
    }
    let middle = (top + bottom) / 2.0;
    for from in [lefts[1], lefts[2]] {
        arrow(canvas, (from - 46.0, middle), (from - 12.0, middle));
    }
    // The loop: back from the outcomes to the attempts, under everything.
    let again = ["redials", "reconnects"].map(|kpi| total.get(kpi).mean.unwrap_or(0.0));
    if again.iter().sum::<f64>() > 0.0 {
        let (from, to, down) = (
            lefts[1] + COLUMN / 2.0,
            lefts[0] + COLUMN / 2.0,
            bottom + 22.0,
        );
        canvas.line(
            &[(from, bottom + 6.0), (from, down), (to, down)],
            Colour::MUTED,
            1.5,
        );
        arrow(canvas, (to, down), (to, bottom + 6.0));
        let [redials, reconnects] =
            ["redials", "reconnects"].map(|kpi| figures::count(total.get(kpi)));
        let words = format!("call again: {redials} redials, {reconnects} reconnects");
        canvas.text(
            &words,
            ((from + to) / 2.0, down + 10.0),
            LABEL,
            Align::Centre,
            Colour::INK,
        );
    }
}

/// Boxes one above the other, with their numbers beside them; labels of low boxes are moved apart.
fn stack(
    canvas: &mut Canvas<'_>,
    total: &Part,
    shares: &[Share],
    left: f64,
    (top, bottom): (f64, f64),
) {
    let value = |kpi: &str| total.get(kpi).mean.unwrap_or(0.0).max(0.0);
    let shares: Vec<&Share> = shares.iter().filter(|(kpi, ..)| value(kpi) > 0.0).collect();
    let all: f64 = shares.iter().map(|(kpi, ..)| value(kpi)).sum();
    let step = LABEL + 5.0;
    let (mut y, mut label) = (top, f64::NEG_INFINITY);
    for (nth, (kpi, words, colour)) in shares.iter().enumerate() {
        let height = (bottom - top) * value(kpi) / all.max(1e-300);
        canvas.rect(
            (left, y),
            (left + COLUMN, (y + height).max(y + 1.0)),
            *colour,
            1.0,
        );
        // Room is left for the labels below.
        let lowest = bottom - step * (shares.len() - 1 - nth) as f64;
        label = (y + height / 2.0).max(label + step).min(lowest);
        let text = format!("{} {words}", figures::count(total.get(kpi)));
        let (from, to) = (
            (left + COLUMN, y + height / 2.0),
            (left + COLUMN + 8.0, label),
        );
        canvas.line(&[from, to], Colour::MUTED, 0.5);
        let width = (canvas.width - to.0 - 12.0)
            .min(if left > 400.0 { 110.0 } else { 190.0 })
            .max(text_width("…", LABEL));
        canvas.text_within(
            &text,
            (to.0 + 3.0, label),
            LABEL,
            (Align::Left, Colour::INK),
            width,
        );
        y += height;
    }
}

fn arrow(canvas: &mut Canvas<'_>, from: (f64, f64), to: (f64, f64)) {
    canvas.line(&[from, to], Colour::MUTED, 1.5);
    let length = (to.0 - from.0).hypot(to.1 - from.1).max(1e-9);
    let (dx, dy) = ((to.0 - from.0) / length, (to.1 - from.1) / length);
    let back = (to.0 - 7.0 * dx, to.1 - 7.0 * dy);
    let head = [
        to,
        (back.0 - 4.0 * dy, back.1 + 4.0 * dx),
        (back.0 + 4.0 * dy, back.1 - 4.0 * dx),
    ];
    canvas.area(&head, Colour::MUTED, 1.0);
}

fn describe(drawing: &Drawing<'_>) -> String {
    let total = drawing.part();
    let list = |shares: &[Share]| {
        let some = shares
            .iter()
            .filter(|(kpi, ..)| total.get(kpi).mean.unwrap_or(0.0) > 0.0);
        let words =
            some.map(|(kpi, words, _)| format!("{} {words}", figures::count(total.get(kpi))));
        words.collect::<Vec<_>>().join(", ")
    };
    if list(&CAUSES).is_empty() {
        return "Nobody called.".to_owned();
    }
    format!(
        "Attempts: {}. Of these: {}. Callers: {}.",
        list(&CAUSES),
        list(&OUTCOMES),
        list(&ENDS)
    )
}
