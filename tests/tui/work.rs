//! Work in the background: on its own thread, the last request in the place of those before.

use crate::driver::BUNDLED;
use acdsim::scenario::Document;
use acdsim::shifts::document::ShiftStatus;
use acdsim::tui::work::{Report, Request, Settings, Worker};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// A worker on the bundled day, and what it tells.
fn worker(days: u64) -> (Worker, Receiver<Report>) {
    let document = Document::parse("day.toml", BUNDLED, Path::new("")).unwrap();
    let settings = Settings { days, threads: 1 };
    let (tell, told) = channel();
    let worker = Worker::start(document, settings, move |report| drop(tell.send(report)));
    (worker.unwrap(), told)
}

fn simulate(generation: u64, whatif: &[&str]) -> Request {
    Request::Simulate {
        generation,
        baseline: Vec::new(),
        whatif: whatif.iter().map(|set| (*set).to_owned()).collect(),
    }
}

fn plan(number: u64) -> Request {
    Request::Plan {
        number,
        sets: Vec::new(),
    }
}

/// The first report that is wanted; those before it are left out.
fn wait<T>(told: &Receiver<Report>, wanted: impl Fn(Report) -> Option<T>) -> T {
    loop {
        let report = told.recv_timeout(Duration::from_secs(60)).unwrap();
        if let Some(found) = wanted(report) {
            return found;
        }
    }
}

#[test]
fn the_formulas_answer_first_even_where_agents_are_shared() {
    let (worker, told) = worker(50);
    worker.ask(simulate(1, &[]));
    wait(&told, |report| {
        matches!(report, Report::Done { generation: 1 }).then_some(())
    });
    worker.ask(simulate(2, &["call_types.service call.volume*=1.1"]));
    // Nothing comes before it.
    let report = told.recv_timeout(Duration::from_secs(60)).unwrap();
    let Report::Expected {
        generation: 2,
        queues,
    } = report
    else {
        panic!("{report:?}");
    };
    let expected = queues[0].day.service_level.unwrap();
    let simulated = wait(&told, |report| match report {
        Report::Seen {
            generation: 2,
            seen,
        } if seen.snapshot.days == 50 => seen.snapshot.whatif.queues[0].get("service_level").mean,
        _ => None,
    });
    assert!(
        (expected - simulated).abs() < 0.05,
        "expected {expected}, simulated {simulated}"
    );
}

#[test]
fn a_change_takes_the_place_of_whatever_is_under_way() {
    let (worker, told) = worker(1_000_000);
    let search = Request::Search {
        number: 1,
        sets: Vec::new(),
        groups: vec![0],
        intervals: (0..24).collect(),
    };
    worker.ask(simulate(1, &[]));
    for generation in 2..12 {
        if generation % 3 > 0 {
            worker.ask(match generation % 3 {
                1 => search.clone(),
                _ => plan(generation),
            });
            std::thread::sleep(Duration::from_millis(40 * (generation % 5)));
        }
        let start = Instant::now();
        worker.ask(simulate(generation, &["groups.generalists.staff+=1"]));
        wait(&told, |report| match report {
            Report::Seen { generation: of, .. } => (of == generation).then_some(()),
            _ => None,
        });
        // A search on all days of its budget, or a plan of the day, would take minutes.
        let took = start.elapsed();
        assert!(
            took < Duration::from_secs(5),
            "setting {generation} after {took:?}"
        );
    }
}

#[test]
fn planning_that_is_stopped_gives_the_best_so_far() {
    let (worker, told) = worker(50);
    for (number, after) in [(1, 0), (2, 300), (3, 3000)] {
        worker.ask(plan(number));
        std::thread::sleep(Duration::from_millis(after));
        worker.stop();
        let found = wait(&told, |report| match report {
            Report::Planned { number: of, found } if of == number => Some(found),
            _ => None,
        });
        let shifts = found.unwrap().shifts;
        assert!(shifts.partial, "after {after} ms: {:?}", shifts.status);
        assert_ne!(shifts.status, ShiftStatus::Infeasible, "after {after} ms");
        assert!(!shifts.people.is_empty(), "after {after} ms");
        assert!(!shifts.simulated.is_empty(), "after {after} ms");
    }
}
