//! Many replications on all cores, folded in their order, so that results never depend on the number of threads.

pub mod calibrate;
mod doubling;
mod pairs;
mod sample;
mod variants;

pub use doubling::run_doubling;
pub use pairs::{Link, LinkedSums, Pairs};
pub use sample::{Change, Sample, Watch};
pub use variants::Variants;

pub use crate::engine::Halt;
use crate::engine::{Engine, Tally};
use crate::kpi::{Collector, Results};
use crate::model::Model;
use crate::routing::Routing;
use crate::scenario::{Mode, format_points, grouped};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Replications of the first look of `until precise`.
const FIRST_BLOCK: u64 = 100;

/// Memory that finished replications may take while they wait to be folded.
const WAITING_BYTES: usize = 64 << 20;

/// Memory that replications on all threads together may take.
const WORKING_BYTES: usize = 2 << 30;

/// How to run a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// How many days; without effect on a steady run.
    pub replications: Replications,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Level of the confidence intervals.
    pub confidence: f64,
    /// Number of threads; `None` is one for each core.
    pub threads: Option<usize>,
}

/// How many days to simulate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Replications {
    /// That many.
    Fixed(u64),
    /// Until every queue's service level and abandonment rate have at most this half-width.
    UntilPrecise {
        /// Half-width, as a fraction.
        half_width: f64,
        /// Days at which it ends at the latest.
        at_most: u64,
    },
}

impl Settings {
    /// The settings that the scenario itself asks for.
    pub fn of(model: &Model) -> Self {
        let run = &model.scenario.run;
        Self {
            replications: match run.until_precise {
                Some(half_width) => Replications::UntilPrecise {
                    half_width,
                    at_most: u64::from(run.max_replications),
                },
                None => Replications::Fixed(u64::from(run.replications)),
            },
            seed: run.seed,
            confidence: run.confidence,
            threads: None,
        }
    }
}

/// Lets others watch a run and stop it.
#[derive(Debug, Default)]
pub struct Control {
    /// Set to true to stop: the run ends soon, with the replications that are complete.
    pub stop: AtomicBool,
    /// Set to true beside `stop` where nobody waits for a result: what would still be done for one after that is left out.
    pub abandoned: AtomicBool,
    /// Replications done so far.
    pub done: AtomicU64,
    /// Replications planned at the moment.
    pub planned: AtomicU64,
    /// Of work in several parts, each with replications of its own: the parts that are done.
    pub parts_done: AtomicU64,
    /// How many parts there are; 0 where there is nothing but replications.
    pub parts: AtomicU64,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Stopped before the first day, or the steady run, was complete.
    #[error("stopped before the {0} was complete; there is no result")]
    NothingDone(&'static str),
    /// The scenario cannot be simulated.
    #[error(transparent)]
    Halt(#[from] Halt),
    /// No threads could be started.
    #[error("cannot start threads: {0}; try --threads 1")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

impl Error {
    /// That a run ended before anything was complete.
    pub(crate) fn early(halt: Halt, steady: bool) -> Self {
        match (halt, steady) {
            (Halt::Interrupted, true) => Error::NothingDone("steady run"),
            (Halt::Interrupted, false) => Error::NothingDone("first day"),
            (halt, _) => halt.into(),
        }
    }
}

/// What a run gave.
#[derive(Debug)]
pub struct Run {
    /// The figures.
    pub results: Results,
    /// Attempts simulated in all.
    pub attempts: u64,
}

/// Simulates a model.
///
/// # Errors
/// [`Error::NothingDone`] when stopped too early, [`Error::Halt`] when the scenario overwhelms the simulator.
pub fn run(
    model: &Model,
    settings: &Settings,
    control: &Control,
    warnings: &[String],
) -> Result<Run, Error> {
    run_with(model, &Routing::new, settings, control, warnings)
}

/// Simulates a model with a policy of one's own, made anew for each thread, instead of the scenario's.
///
/// # Errors
/// Those of [`run`], and [`Halt::Routing`] when the policy chooses what is not possible.
pub fn run_with(
    model: &Model,
    routing: &NewRouting<'_>,
    settings: &Settings,
    control: &Control,
    warnings: &[String],
) -> Result<Run, Error> {
    let pool = pool(model, settings.threads)?;
    in_pool(&pool, || {
        run_in_pool(model, routing, settings, control, warnings)
    })
}

/// Makes the policy of a model.
pub type NewRouting<'a> = dyn Fn(&Model) -> Routing + Sync + 'a;

fn run_in_pool(
    model: &Model,
    routing: &NewRouting<'_>,
    settings: &Settings,
    control: &Control,
    warnings: &[String],
) -> Result<Run, Error> {
    let steady = matches!(model.scenario.run.mode, Mode::Steady { .. });
    let (mut goal, precision) = match settings.replications {
        _ if steady => (1, None),
        Replications::Fixed(n) => (n, None),
        Replications::UntilPrecise {
            half_width,
            at_most,
        } => (FIRST_BLOCK.min(at_most), Some((half_width, at_most))),
    };
    let planned = precision.is_none().then_some(goal);
    let mut fold = Fold {
        model,
        routing,
        seed: settings.seed,
        control,
        collector: Collector::new(model, planned),
        attempts: 0,
    };
    let mut warnings = warnings.to_vec();
    let mut partial = false;
    loop {
        control.planned.store(goal, Ordering::Relaxed);
        match fold.up_to(goal) {
            Ok(()) => {}
            Err(Halt::Interrupted) if fold.collector.replications() > 0 => {
                partial = true;
                break;
            }
            Err(halt) => return Err(Error::early(halt, steady)),
        }
        let Some((half_width, at_most)) = precision else {
            break;
        };
        let reached = fold.collector.precision(settings.confidence);
        if reached.is_some_and(|reached| reached <= half_width) {
            break;
        }
        if goal >= at_most {
            warnings.push(not_precise(half_width, at_most, reached));
            break;
        }
        goal = (goal + goal.div_ceil(2)).min(at_most);
    }
    let results = fold
        .collector
        .results(settings.seed, settings.confidence, partial, &warnings);
    Ok(Run {
        results,
        attempts: fold.attempts,
    })
}

fn not_precise(half_width: f64, at_most: u64, reached: Option<f64>) -> String {
    let reached = reached.map_or("unknown".to_owned(), |r| format!("{:.2}pp", 100.0 * r));
    format!(
        "the precision of {} asked for is not reached after {} days (it is {reached}): raise max_replications",
        format_points(half_width),
        grouped(at_most as f64, 0)
    )
}

/// Replications simulated in parallel and folded one after the other.
struct Fold<'m> {
    model: &'m Model,
    routing: &'m NewRouting<'m>,
    seed: u64,
    control: &'m Control,
    collector: Collector<'m>,
    attempts: u64,
}

impl Fold<'_> {
    /// Simulates further replications until there are `goal`.
    fn up_to(&mut self, goal: u64) -> Result<(), Halt> {
        let range = self.collector.replications()..goal;
        let (collector, attempts) = (&mut self.collector, &mut self.attempts);
        let (model, routing) = (self.model, self.routing);
        replicate((model, routing), self.seed, self.control, range, |tally| {
            *attempts += tally.attempts_simulated;
            collector.add(tally);
        })
    }
}

/// Simulates a range of replications on the threads of the current pool and folds them in their order: a wave of them while
/// the next one is simulated, so that no thread waits for another.
fn replicate(
    side: Side<'_>,
    seed: u64,
    control: &Control,
    range: Range<u64>,
    mut fold: impl FnMut(&Tally) + Send,
) -> Result<(), Halt> {
    replicate_each(&[side], seed, control, range, |_, tally| fold(&tally))
}

/// A model, and what makes its policy.
type Side<'a> = (&'a Model, &'a NewRouting<'a>);

/// Simulates a range of replications of each of some models. They are folded one by one, with the number of the model: the
/// first replication of every model, then the second of every model.
fn replicate_each(
    sides: &[Side<'_>],
    seed: u64,
    control: &Control,
    range: Range<u64>,
    mut fold: impl FnMut(usize, Tally) + Send,
) -> Result<(), Halt> {
    let models: Vec<&Model> = sides.iter().map(|(model, _)| *model).collect();
    let wave = wave_length(&models);
    // A thread simulates one day at a time: no engine is ever waited for. Each makes its own, so that no two engines have
    // memory in one line of the cache.
    let engines = rayon::broadcast(|_| {
        let of_thread = sides
            .iter()
            .map(|&(model, routing)| Engine::with(model, (), routing(model)));
        Mutex::new(of_thread.collect::<Engines<'_>>())
    });
    let sides = sides.len() as u64;
    let mut jobs = range.start * sides..range.end * sides;
    let mut simulated: (u64, Vec<Result<Tally, Halt>>) = (jobs.start, Vec::new());
    while !(jobs.is_empty() && simulated.1.is_empty()) {
        // What cannot be simulated ends it: no day after that is of use.
        if simulated.1.iter().any(Result::is_err) {
            jobs.start = jobs.end;
        }
        let next = jobs.start..jobs.end.min(jobs.start + wave);
        jobs.start = next.end;
        let first = next.start;
        let (folded, tallies) = rayon::join(
            || {
                let numbered = (simulated.0..).zip(simulated.1);
                numbered.into_iter().try_for_each(|(job, tally)| {
                    tally.map(|tally| fold((job % sides) as usize, tally))
                })
            },
            || simulate(&engines, seed, control, next),
        );
        folded?;
        simulated = (first, tallies);
    }
    Ok(())
}

/// A thread's engines, one for each model.
type Engines<'m> = Box<[Engine<'m>]>;

/// Simulates a range of jobs, of which number j is replication ⌊j / models⌋ of model j mod models; each is counted, or says why
/// it ended early.
fn simulate(
    engines: &[Mutex<Engines<'_>>],
    seed: u64,
    control: &Control,
    range: Range<u64>,
) -> Vec<Result<Tally, Halt>> {
    // Small shares, so that at the end of a wave no thread is left with several days.
    let days = 0..(range.end - range.start) as usize;
    // The first job that ended early: those after it are not needed, those before it decide which is the first.
    let halted = AtomicU64::new(u64::MAX);
    let tallies = days.into_par_iter().with_max_len(2).map(|day| {
        let job = range.start + day as u64;
        // The engine looks only every few thousand events, which a small day has not.
        if control.stop.load(Ordering::Relaxed) || job > halted.load(Ordering::Relaxed) {
            return Err(Halt::Interrupted);
        }
        let thread = rayon::current_thread_index().unwrap_or(0);
        let mut engines = engines[thread]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let sides = engines.len() as u64;
        let engine = &mut engines[(job % sides) as usize];
        let tally = engine.run(seed, job / sides, &control.stop);
        let tally = tally.inspect_err(|_| {
            halted.fetch_min(job, Ordering::Relaxed);
        })?;
        let tally = tally.clone();
        control.done.fetch_add(1, Ordering::Relaxed);
        Ok(tally)
    });
    tallies.collect()
}

/// The threads on which replications of a model are simulated.
pub(crate) fn pool(model: &Model, asked: Option<usize>) -> Result<rayon::ThreadPool, Error> {
    pool_of(&[model], asked)
}

/// The threads on which replications of several models are simulated.
fn pool_of(models: &[&Model], asked: Option<usize>) -> Result<rayon::ThreadPool, Error> {
    let builder = rayon::ThreadPoolBuilder::new().num_threads(threads(models, asked));
    Ok(builder.build()?)
}

/// Does work on the threads of a pool.
///
/// A thread of another pool that waits for this one would take up other work of its own pool meanwhile; that work may wait in
/// the same way, and so on until the stack is full. So the waiting is left to a thread that has nothing else to do.
pub(crate) fn in_pool<T: Send>(pool: &rayon::ThreadPool, work: impl FnOnce() -> T + Send) -> T {
    let of_another =
        rayon::current_thread_index().is_some() && pool.current_thread_index().is_none();
    if !of_another {
        return pool.install(work);
    }
    let done = std::thread::scope(|scope| scope.spawn(|| pool.install(work)).join());
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Number of threads: as many as asked for or as there are cores (0), but no more than fit into memory.
fn threads(models: &[&Model], asked: Option<usize>) -> usize {
    // Each has a replication under way, of every model an engine, and one that waits to be folded.
    let bytes: usize = models.iter().map(|model| tally_bytes(model)).sum();
    let most = (WORKING_BYTES / (2 * bytes.max(1))).max(1);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    match asked {
        None if cores <= most => 0,
        asked => asked.unwrap_or(cores).min(most),
    }
}

/// Memory that the counts of a replication take, roughly.
fn tally_bytes(model: &Model) -> usize {
    let cells = model.grid.cells + 1;
    let parts = model.call_types.len() + model.queues.len() + model.groups.len();
    cells * parts * size_of::<crate::engine::Contacts>() + parts * 20_000
}

/// Replications simulated between two folds: enough to keep all threads busy, few enough to fit into memory.
fn wave_length(models: &[&Model]) -> u64 {
    let threads = rayon::current_num_threads();
    // A wave is folded while the next one is simulated.
    let largest = models.iter().map(|model| tally_bytes(model)).max();
    let fitting = WAITING_BYTES / (2 * largest.unwrap_or(1));
    (16 * threads).min(fitting).max(threads) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(text: &str) -> Model {
        let loaded = crate::scenario::parse("day.toml", text, std::path::Path::new(""), &[]);
        Model::new(&loaded.expect("a scenario").scenario)
    }

    #[test]
    fn no_more_threads_than_fit_into_memory() {
        let mut text =
            "[scenario]\nname = \"s\"\nopen = \"00:00-24:00\"\ninterval = \"1m\"\n".to_owned();
        for q in 0..150 {
            text += &format!(
                "[[queues]]\nname = \"{q}\"\n\
                 [[call_types]]\nname = \"{q}\"\nqueue = \"{q}\"\nrate = \"1/h\"\ntalk = \"60s\"\n"
            );
        }
        let large = model(&text);
        let threads_of = |model, asked| {
            let pool = pool(model, asked).expect("threads");
            pool.current_num_threads()
        };
        let most = threads_of(&large, Some(1024));
        assert!((1..=16).contains(&most), "{most}");
        assert_eq!(threads_of(&large, Some(1)), 1);
        let small = model(&text.replace("interval = \"1m\"", "interval = \"24h\""));
        assert_eq!(threads_of(&small, Some(64)), 64);
        assert_eq!(threads(&[&small], None), 0);
    }

    #[test]
    fn the_precision_asked_for_is_said_as_it_was_asked() {
        let warning = not_precise(0.000_001, 150, Some(0.0121));
        assert!(warning.contains("0.0001pp asked for"), "{warning}");
        assert!(warning.contains("1.21pp"), "{warning}");
    }

    #[test]
    fn what_was_stopped_too_early_is_named() {
        let text = "[scenario]\nname = \"s\"\n[[queues]]\nname = \"q\"\n\
                    [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"1/h\"\ntalk = \"60s\"\n";
        for (mode, says) in [
            ("day", "the first day was"),
            ("steady", "the steady run was"),
        ] {
            let model = model(&format!("{text}[run]\nmode = \"{mode}\"\n"));
            let control = Control::default();
            control.stop.store(true, Ordering::Relaxed);
            let stopped = run(&model, &Settings::of(&model), &control, &[]);
            let error = stopped.expect_err("it was stopped").to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
