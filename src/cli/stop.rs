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

/// Whether a signal is the second, so that the process is to end at once.
fn is_second(first: &mut Option<Instant>, now: Instant) -> bool {
    now.duration_since(*first.get_or_insert(now)) > ONE
}

/// A control that Ctrl-C (and SIGTERM) stops.
pub fn control() -> Arc<Control> {
    let control = Arc::new(Control::default());
    let asked = Arc::clone(&control);
    let mut first = None;
    // Fails only where a handler stands already; then that one decides.
    let _ = ctrlc::set_handler(move || {
        asked.stop.store(true, Ordering::Relaxed);
        if is_second(&mut first, Instant::now()) {
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
        for (after_ms, expected) in [
            (0, false),
            (0, false),
            (150, false),
            (250, true),
            (9000, true),
        ] {
            let now = start + Duration::from_millis(after_ms);
            assert_eq!(is_second(&mut first, now), expected, "after {after_ms} ms");
        }
    }
}
