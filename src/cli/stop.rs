//! What ends work before it is done. Ctrl-C: the first asks the run to stop with what it has, the second ends the process,
//! though not within a result. And `--max-time`, which asks like a first Ctrl-C.

use super::{Failure, status};
use crate::experiment::Control;
use crate::scenario::parse_duration;
use clap::Args;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
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
            thread::spawn(move || {
                let _lock = std::io::stdout().lock();
                let _ = written.send(());
            });
            let _ = wait.recv_timeout(PATIENCE);
            std::process::exit(status::INTERRUPTED.into());
        }
    });
    control
}

/// How long a command may take.
#[derive(Debug, Args)]
pub struct Limit {
    /// End after this time, e.g. 60s, with what there is so far: how much that is depends on the machine
    #[arg(long, value_name = "TIME", value_parser = time)]
    max_time: Option<Duration>,
}

impl Limit {
    /// Whether there is one.
    pub fn is_set(&self) -> bool {
        self.max_time.is_some()
    }
}

fn time(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Ok(time) if time > Duration::ZERO => Ok(time),
        Ok(_) => Err("a time is more than 0s, e.g. 60s".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Work that Ctrl-C, or a limit of time, may end.
pub struct Stop {
    /// What is asked to stop.
    pub control: Arc<Control>,
    /// Whether it was the time that asked.
    out_of_time: Arc<AtomicBool>,
    /// Counts until it is dropped.
    clock: Option<(Sender<()>, JoinHandle<()>)>,
    answered: bool,
}

impl Stop {
    fn new(limit: &Limit) -> Self {
        let control = control();
        let out_of_time = Arc::new(AtomicBool::new(false));
        let (asked, reached) = (Arc::clone(&control), Arc::clone(&out_of_time));
        let clock = limit.max_time.map(|time| {
            let (over, is_over) = mpsc::channel();
            let count = move || {
                let time_is_up = is_over.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
                if time_is_up && !asked.stop.swap(true, Ordering::Relaxed) {
                    reached.store(true, Ordering::Relaxed);
                }
            };
            (over, thread::spawn(count))
        });
        Self {
            control,
            out_of_time,
            clock,
            answered: false,
        }
    }

    /// Whether it was the time, not Ctrl-C, that ended the work.
    pub fn is_out_of_time(&self) -> bool {
        self.out_of_time.load(Ordering::Relaxed)
    }

    /// The work is over, and answered by what there is: from now on Ctrl-C is about the files, and time does not count.
    pub fn answered(&mut self) {
        if let Some((over, clock)) = self.clock.take() {
            drop(over);
            let _ = clock.join();
        }
        self.control.stop.store(false, Ordering::Relaxed);
        self.answered = true;
    }
}

/// Does the work of a command within its time. What time ends is no failure, if it is answered by what there is.
pub fn within(
    limit: &Limit,
    work: impl FnOnce(&mut Stop) -> Result<u8, Failure>,
) -> Result<u8, Failure> {
    let mut stop = Stop::new(limit);
    let outcome = work(&mut stop);
    if !stop.is_out_of_time() {
        return outcome;
    }
    match outcome {
        Ok(status::INTERRUPTED) => Ok(status::DONE),
        Err(failure) if failure.status == status::INTERRUPTED && !stop.answered => {
            // It may be one already.
            let message = failure.message.trim_start_matches("error: ");
            Err(Failure::bad_input(format!(
                "{message}\n  help: it takes more than --max-time"
            )))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_time_ends_is_no_failure_if_it_is_answered() {
        let within_ms = |ms, work: &dyn Fn(&mut Stop) -> Result<u8, Failure>| {
            let limit = Limit {
                max_time: Some(Duration::from_millis(ms)),
            };
            within(&limit, |stop| work(stop))
        };
        let interrupted = || Failure {
            message: "error: nothing is done".to_owned(),
            status: status::INTERRUPTED,
        };
        let until_stopped = |stop: &Stop| {
            while !stop.control.stop.load(Ordering::Relaxed) {
                thread::yield_now();
            }
        };
        let answered = within_ms(5, &|stop| {
            until_stopped(stop);
            stop.answered();
            assert!(!stop.control.stop.load(Ordering::Relaxed));
            Ok(status::INTERRUPTED)
        });
        assert_eq!(answered.expect("an answer"), status::DONE);
        let nothing = within_ms(5, &|stop| {
            until_stopped(stop);
            Err(interrupted())
        });
        let nothing = nothing.expect_err("no answer");
        assert_eq!(nothing.status, status::BAD_INPUT);
        assert_eq!(
            nothing.message,
            "error: nothing is done\n  help: it takes more than --max-time"
        );
        // Ctrl-C while files are written.
        let files = within_ms(5, &|stop| {
            until_stopped(stop);
            stop.answered();
            Err(interrupted())
        });
        assert_eq!(files.expect_err("no files").status, status::INTERRUPTED);
        // Ctrl-C came first.
        let first = within_ms(600_000, &|stop| {
            stop.control.stop.store(true, Ordering::Relaxed);
            stop.answered();
            Ok(status::INTERRUPTED)
        });
        assert_eq!(first.expect("an answer"), status::INTERRUPTED);
    }

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
