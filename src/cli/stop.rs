//! Ctrl-C: the first asks the run to stop with what it has, the second ends the process, though not within a result.

use crate::experiment::Control;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How long a result under way is waited for: one that nobody reads would never be written.
const PATIENCE: Duration = Duration::from_secs(2);

/// Signals that come so close together are one: `timeout` sends its signal twice, to the process and to its group.
const ONE: Duration = Duration::from_millis(200);

/// Whether a signal comes while an earlier one still waits for its answer, so that the process is to end at once.
fn is_second(waits: bool, first: &mut Option<Instant>, now: Instant) -> bool {
    if !waits {
        *first = None;
    }
    now.duration_since(*first.get_or_insert(now)) > ONE
}

/// A control that Ctrl-C (and SIGTERM) stops. Who has answered that may set its `stop` to false again.
pub fn control() -> Arc<Control> {
    let control = Arc::new(Control::default());
    let asked = Arc::clone(&control);
    let mut first = None;
    // Fails only where a handler stands already; then that one decides.
    let _ = ctrlc::set_handler(move || {
        let waits = asked.stop.swap(true, Ordering::Relaxed);
        if is_second(waits, &mut first, Instant::now()) {
            // Whoever writes a result holds the lock: it comes whole, or not at all.
            let (written, wait) = mpsc::channel();
            std::thread::spawn(move || {
                let _lock = std::io::stdout().lock();
                let _ = written.send(());
            });
            let _ = wait.recv_timeout(PATIENCE);
            std::process::exit(super::status::INTERRUPTED.into());
        }
    });
    control
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_sent_twice_is_one() {
        let (mut first, start) = (None, Instant::now());
        for (after_ms, waits, expected) in [
            (0, false, false),
            (0, true, false),
            (150, true, false),
            (250, true, true),
            (9000, true, true),
            // The first has been answered meanwhile.
            (9500, false, false),
            (9600, true, false),
            (9800, true, true),
        ] {
            let now = start + Duration::from_millis(after_ms);
            let second = is_second(waits, &mut first, now);
            assert_eq!(second, expected, "after {after_ms} ms");
        }
    }
}
