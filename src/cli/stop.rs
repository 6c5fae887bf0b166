//! Ctrl-C: the first asks the run to stop with what it has, the second ends the process, though not within a result.

use crate::experiment::Control;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;

/// How long a result under way is waited for: one that nobody reads would never be written.
const PATIENCE: Duration = Duration::from_secs(2);

/// A control that Ctrl-C (and SIGTERM) stops.
pub fn control() -> Arc<Control> {
    let control = Arc::new(Control::default());
    let asked = Arc::clone(&control);
    // Fails only where a handler stands already; then that one decides.
    let _ = ctrlc::set_handler(move || {
        if asked.stop.swap(true, Ordering::Relaxed) {
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
