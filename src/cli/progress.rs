//! Progress of a run on stderr, if that is a terminal.

use crate::experiment::Control;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Runs shorter than this show nothing.
const PATIENCE: Duration = Duration::from_millis(400);

/// Does the work of a run, showing how far it is.
pub fn watch<T>(control: &Control, work: impl FnOnce() -> T) -> T {
    let line = "{bar:30} {human_pos} of {human_len} days, {eta} left (Ctrl-C shows what is there)";
    watch_with(control, line, work)
}

/// Does the work of a calibration, showing how far its round is.
pub fn watch_calibration<T>(control: &Control, work: impl FnOnce() -> T) -> T {
    let line = "{bar:30} {human_pos} of {human_len} days in a round of calibration (Ctrl-C stops)";
    watch_with(control, line, work)
}

fn watch_with<T>(control: &Control, line: &str, work: impl FnOnce() -> T) -> T {
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

fn draw(control: &Control, line: &str, over: &AtomicBool) {
    let start = Instant::now();
    let mut bar = None;
    while !over.load(Ordering::Relaxed) {
        std::thread::park_timeout(Duration::from_millis(100));
        if start.elapsed() < PATIENCE || over.load(Ordering::Relaxed) {
            continue;
        }
        let bar = bar.get_or_insert_with(|| {
            let bar = ProgressBar::new(0).with_elapsed(start.elapsed());
            let style = ProgressStyle::with_template(line);
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        bar.set_length(control.planned.load(Ordering::Relaxed));
        bar.set_position(control.done.load(Ordering::Relaxed));
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}
