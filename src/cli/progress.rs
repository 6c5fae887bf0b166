//! Progress of a run on stderr, if that is a terminal.

use crate::experiment::Control;
use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Runs shorter than this show nothing.
const PATIENCE: Duration = Duration::from_millis(400);

/// Does the work of a run, showing how far it is.
pub fn watch<T>(control: &Control, work: impl FnOnce() -> T) -> T {
    watch_with(control, work, |done, planned, left| {
        let (done, planned) = (HumanCount(done), HumanCount(planned));
        format!("{done} of {planned} days, {left:#} left (Ctrl-C shows what is there)")
    })
}

/// Does the work of a calibration, showing how far its round is.
pub fn watch_calibration<T>(control: &Control, work: impl FnOnce() -> T) -> T {
    watch_with(control, work, |done, planned, _| {
        let (done, planned) = (HumanCount(done), HumanCount(planned));
        format!("{done} of {planned} days in a round of calibration (Ctrl-C stops)")
    })
}

/// Does the work of a search, showing how much of its budget is spent.
pub fn watch_search<T>(control: &Control, work: impl FnOnce() -> T) -> T {
    watch_with(control, work, |done, planned, _| {
        let (done, planned) = (HumanCount(done), HumanCount(planned));
        format!("{done} days of at most {planned} (Ctrl-C takes the best so far)")
    })
}

/// Does work in several parts, showing how many of them are done.
pub fn watch_parts<T>(control: &Control, work: impl FnOnce() -> T) -> T {
    watch_with(control, work, |done, planned, _| {
        let (done, planned) = (HumanCount(done), HumanCount(planned));
        format!("{done} of {planned} days of this volume (Ctrl-C shows what is there)")
    })
}

/// Says how far the work is: days done, days planned, time left.
type Line = fn(u64, u64, HumanDuration) -> String;

fn watch_with<T>(control: &Control, work: impl FnOnce() -> T, line: Line) -> T {
    if !std::io::stderr().is_terminal() {
        return work();
    }
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| draw(control, line, &over));
        let result = work();
        over.store(true, Ordering::Relaxed);
        watcher.thread().unpark();
        result
    })
}

fn draw(control: &Control, line: Line, over: &AtomicBool) {
    let start = Instant::now();
    let mut bar = None;
    while !over.load(Ordering::Relaxed) {
        std::thread::park_timeout(Duration::from_millis(100));
        if start.elapsed() < PATIENCE || over.load(Ordering::Relaxed) {
            continue;
        }
        let bar = bar.get_or_insert_with(|| {
            let bar = ProgressBar::new(0).with_elapsed(start.elapsed());
            // What is too long for the terminal is cut: a line that breaks could not be taken back.
            let style = ProgressStyle::with_template("{bar:20} {wide_msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        let planned = control.planned.load(Ordering::Relaxed);
        let done = control.done.load(Ordering::Relaxed);
        let parts = control.parts.load(Ordering::Relaxed);
        let parts_done = control.parts_done.load(Ordering::Relaxed);
        // Parts are shown in thousandths of them.
        let (length, position) = match parts {
            0 => (planned, done),
            _ => (
                1000 * parts,
                1000 * parts_done + (1000 * done).checked_div(planned).unwrap_or(0).min(999),
            ),
        };
        bar.set_length(length);
        bar.set_position(position);
        // A steady run is a single one: there is nothing to show before it is done.
        let message = match planned {
            0 | 1 => format!("{} (Ctrl-C stops)", HumanDuration(start.elapsed())),
            _ => line(done, planned, HumanDuration(bar.eta())),
        };
        bar.set_message(match parts {
            0 => message,
            _ => format!("{parts_done} of {parts} done; {message}"),
        });
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}
