//! The guard against becoming slower: `cargo bench --bench guard` fails when the engine has.
//!
//! Seconds say little: machines differ, and others work on them. So the engine races a hand-written kernel of the same
//! model in the same process, slice by slice in turn, and what is judged is the median of the ratios of their rates.
//! Both must agree on the figures, so that nobody wins by simulating less.

mod common;

use acdsim::engine::{Contacts, Engine};
use common::{M1, M2, model};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Least median of engine rate ÷ kernel rate, for M1 and M2. To set it after the engine became faster, run the guard three
/// times on a quiet machine and write 0.7 × the middle median of each model here, of the kind of machine where it is least:
/// kinds of processors differ by a fifth. A busy machine lowers the median by up to another fifth.
const FLOORS: [f64; 2] = [0.60, 0.64];

/// Pairs of slices. A slice takes some 50 ms: long beside a turn of the scheduler, short beside what changes on a machine.
const PAIRS: u64 = 21;
const DAYS_PER_SLICE: u64 = 15;

/// The engine, which is the larger, suffers more than the kernel from a neighbour that fills the caches. Such neighbours go:
/// it may try so often.
const HEATS: u32 = 3;

/// Standard errors by which a figure of the engine may differ from the kernel's. Both always give the same figures, so a
/// pass is not a matter of luck.
const TOLERANCE: f64 = 4.5;

/// The model of the kernel, in seconds: what `benches/models` says of M1 and M2.
struct Kernel {
    per_s: f64,
    talk: f64,
    patience: f64,
    agents: u32,
    close: f64,
    /// Probability and mean delay.
    redial: (f64, f64),
    reconnect: (f64, f64),
}

const KERNEL_M1: Kernel = Kernel {
    per_s: 600.0 / 3600.0,
    talk: 180.0,
    patience: 120.0,
    agents: 30,
    close: 24.0 * 3600.0,
    redial: (0.0, 1.0),
    reconnect: (0.0, 1.0),
};
const KERNEL_M2: Kernel = Kernel {
    redial: (0.3, 600.0),
    reconnect: (0.1, 3600.0),
    ..KERNEL_M1
};

/// What a day of the kernel counts, and the same of the engine.
#[derive(Default, Clone, Copy)]
struct Counts {
    offered: u64,
    answered: u64,
    abandoned: u64,
    /// Answered within 20 s.
    within: u64,
    /// Total wait of the answered, in seconds.
    wait: f64,
}

/// Splitmix64.
struct Generator(u64);

impl Generator {
    #[inline(always)]
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    #[inline(always)]
    fn exp(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }
}

/// Events of the kernel; any other number is the end of patience of the waiting call with that number.
const FIRST: u32 = u32::MAX;
const REPEAT: u32 = u32::MAX - 1;
const END: u32 = u32::MAX - 2;

/// What the kernel keeps from day to day, so that it allocates as little as the engine.
#[derive(Default)]
struct Memory {
    /// Time as its bits, which are in the order of the times as long as these are not negative.
    events: BinaryHeap<Reverse<(u64, u32)>>,
    /// Calls that had to wait: arrival, negative once it has been answered or has been given up.
    calls: Vec<f64>,
}

impl Kernel {
    /// One day, as anybody would write it who needs just these five numbers.
    fn day(&self, seed: u64, memory: &mut Memory) -> Counts {
        let Memory { events, calls } = memory;
        events.clear();
        calls.clear();
        let mut random = Generator(seed.wrapping_mul(0xd134_2543_de82_ef95));
        let mut counts = Counts::default();
        let (mut idle, mut head) = (self.agents, 0);
        let at = |time: f64, event| Reverse((time.to_bits(), event));
        events.push(at(random.exp(1.0 / self.per_s), FIRST));
        while let Some(Reverse((bits, event))) = events.pop() {
            let now = f64::from_bits(bits);
            match event {
                FIRST | REPEAT => {
                    if event == FIRST {
                        let next = now + random.exp(1.0 / self.per_s);
                        if next < self.close {
                            events.push(at(next, FIRST));
                        }
                    }
                    counts.offered += 1;
                    if idle > 0 {
                        idle -= 1;
                        counts.answered += 1;
                        counts.within += 1;
                        events.push(at(now + random.exp(self.talk), END));
                    } else {
                        events.push(at(now + random.exp(self.patience), calls.len() as u32));
                        calls.push(now);
                    }
                }
                END => {
                    self.repeat(self.reconnect, now, &mut random, events);
                    idle += 1;
                    while let Some(&arrival) = calls.get(head) {
                        head += 1;
                        if arrival >= 0.0 {
                            calls[head - 1] = -1.0;
                            counts.answered += 1;
                            counts.wait += now - arrival;
                            counts.within += u64::from(now - arrival <= 20.0);
                            idle -= 1;
                            events.push(at(now + random.exp(self.talk), END));
                            break;
                        }
                    }
                }
                call => {
                    let arrival = &mut calls[call as usize];
                    if *arrival >= 0.0 {
                        *arrival = -1.0;
                        counts.abandoned += 1;
                        self.repeat(self.redial, now, &mut random, events);
                    }
                }
            }
        }
        counts
    }

    #[inline(always)]
    fn repeat(
        &self,
        (probability, delay): (f64, f64),
        now: f64,
        random: &mut Generator,
        events: &mut BinaryHeap<Reverse<(u64, u32)>>,
    ) {
        if probability > 0.0 && random.unit() < probability {
            let next = now + random.exp(delay);
            if next < self.close {
                events.push(Reverse((next.to_bits(), REPEAT)));
            }
        }
    }
}

impl Counts {
    fn of(contacts: &[Contacts]) -> Counts {
        let mut sum = Contacts::default();
        for cell in contacts {
            sum.add(cell);
        }
        Counts {
            offered: sum.offered,
            answered: sum.answered,
            abandoned: sum.abandoned,
            within: sum.answered_within,
            wait: sum.wait_answered_ns as f64 / 1e9,
        }
    }
}

/// Simulates days one after the other and gives the attempts per second.
fn rate(
    days: std::ops::Range<u64>,
    into: &mut Vec<Counts>,
    mut day: impl FnMut(u64) -> Counts,
) -> f64 {
    let start = Instant::now();
    let mut attempts = 0;
    for number in days {
        let counts = day(number);
        attempts += counts.offered;
        into.push(counts);
    }
    attempts as f64 / start.elapsed().as_secs_f64()
}

/// A quotient of sums over days, and its standard error.
fn quotient(days: &[Counts], part: impl Fn(&Counts) -> (f64, f64)) -> (f64, f64) {
    let n = days.len() as f64;
    let sums = days
        .iter()
        .map(&part)
        .fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
    let mean = sums.0 / sums.1;
    let squares: f64 = days
        .iter()
        .map(&part)
        .map(|(x, y)| (x - mean * y).powi(2))
        .sum();
    (mean, (n / (n - 1.0) * squares).sqrt() / sums.1)
}

/// Races engine and kernel on one model; says what came of it, and whether it is as it should be.
fn race(name: &str, text: &str, kernel: &Kernel, floor: f64) -> bool {
    let model = model(text);
    let stop = AtomicBool::new(false);
    let mut engine = Engine::new(&model);
    let mut by_engine = |day| {
        let tally = engine.run(1, day, &stop).expect("it can be simulated");
        Counts::of(&tally.queues)
    };
    let mut memory = Memory::default();
    let mut by_kernel = |day| kernel.day(day, &mut memory);
    // The first days warm caches and slabs.
    let (mut engine_days, mut kernel_days) = (Vec::new(), Vec::new());
    rate(0..DAYS_PER_SLICE, &mut engine_days, &mut by_engine);
    rate(0..DAYS_PER_SLICE, &mut kernel_days, &mut by_kernel);

    let mut next = DAYS_PER_SLICE;
    let mut holds = false;
    for heat in 1..=HEATS {
        let (mut ratios, mut rates) = (Vec::new(), Vec::new());
        for pair in 0..PAIRS {
            let days = next..next + DAYS_PER_SLICE;
            next = days.end;
            // Who goes first takes turns.
            let (ours, theirs);
            if pair % 2 == 0 {
                ours = rate(days.clone(), &mut engine_days, &mut by_engine);
                theirs = rate(days, &mut kernel_days, &mut by_kernel);
            } else {
                theirs = rate(days.clone(), &mut kernel_days, &mut by_kernel);
                ours = rate(days, &mut engine_days, &mut by_engine);
            }
            ratios.push(ours / theirs);
            rates.push(ours);
        }
        ratios.sort_by(f64::total_cmp);
        rates.sort_by(f64::total_cmp);
        let at = |sorted: &[f64], part: f64| sorted[((sorted.len() - 1) as f64 * part) as usize];
        let median = at(&ratios, 0.5);
        println!(
            "{name}: engine ÷ kernel {median:.3} (middle half {:.3} to {:.3}, {PAIRS} pairs), floor {floor:.3}; \
             engine {:.2} million attempts/s",
            at(&ratios, 0.25),
            at(&ratios, 0.75),
            at(&rates, 0.5) / 1e6,
        );
        if median >= floor {
            holds = true;
            break;
        }
        if heat < HEATS {
            println!("{name}: below the floor; once more");
        }
    }
    if !holds {
        println!(
            "{name}: THE ENGINE HAS BECOME SLOWER: its median ratio stays below the floor, {floor:.3}.\n  \
             Run `cargo bench --bench guard` on the commit before to see what it was; docs/performance.md says how to \
             find out why."
        );
    }
    type Figure<'a> = &'a dyn Fn(&Counts) -> (f64, f64);
    let figures: [(&str, Figure<'_>); 4] = [
        ("attempts a day", &|c| (c.offered as f64, 1.0)),
        ("abandonment", &|c| (c.abandoned as f64, c.offered as f64)),
        ("answered within 20 s", &|c| {
            (c.within as f64, c.offered as f64)
        }),
        ("mean wait of the answered", &|c| {
            (c.wait, c.answered as f64)
        }),
    ];
    for (figure, part) in figures {
        let (ours, our_error) = quotient(&engine_days, part);
        let (theirs, their_error) = quotient(&kernel_days, part);
        let errors = (ours - theirs) / our_error.hypot(their_error);
        if errors.abs() > TOLERANCE {
            holds = false;
            println!(
                "{name}: ENGINE AND KERNEL DISAGREE on {figure}: {ours:.5} and {theirs:.5}, {errors:.1} standard errors \
                 apart. Their rates cannot be compared."
            );
        }
    }
    holds
}

fn main() -> ExitCode {
    if cfg!(debug_assertions) {
        println!("the guard is for an optimised build: cargo bench --bench guard");
        return ExitCode::SUCCESS;
    }
    let models = [("M1", M1, KERNEL_M1), ("M2", M2, KERNEL_M2)];
    let mut holds = true;
    for ((name, text, kernel), floor) in models.iter().zip(FLOORS) {
        holds &= race(name, text, kernel, floor);
    }
    match holds {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
