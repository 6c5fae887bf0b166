//! Walks through the keyed streams of acdsim.
//!
//! A walk goes along one part of the key, all else fixed, and yields the first number of each stream it meets. A
//! weakness of the key's hash shows as dependence between neighbours on some walk.

use acdsim::random::{CallerKey, Purpose, ReplicationKey, Stream, TypeKey, name_hash};
use rand::TryRng;
use std::cell::RefCell;
use std::ffi::{CStr, c_char};

/// All purposes, in the order of their numbers.
const PURPOSES: [Purpose; 15] = [
    Purpose::Arrival,
    Purpose::IvrTime,
    Purpose::IvrOutcome,
    Purpose::Balk,
    Purpose::Patience,
    Purpose::Talk,
    Purpose::AfterCallWork,
    Purpose::Resolution,
    Purpose::Transfer,
    Purpose::ReconnectYesNo,
    Purpose::ReconnectDelay,
    Purpose::RedialYesNo,
    Purpose::RedialDelay,
    Purpose::Busyness,
    Purpose::Routing,
];

/// Numbers per batch: a multiple of 6, 15 and 300, so that no walk is cut inside a group.
pub const BATCH: usize = 4200;

enum Kind {
    /// Seeds 1, 2, 3, …: the talk time of caller 0 on day 0.
    Seed,
    /// Days 0, 1, 2, …: the talk time of caller 0.
    Replication,
    /// Days 0, 1, 2, …: the day's own factor.
    Day,
    /// Callers 0, 1, 2, …: the talk time.
    Caller(TypeKey),
    /// Attempts 0, 1, 2, …, 2³² − 1 of caller 0, then of caller 1: the talk time.
    Attempt(TypeKey),
    /// Legs 0, 1, …, 65 535 of caller 0, then of caller 1, …: the talk time.
    Leg(TypeKey),
    /// The 15 purposes of caller 0, then of caller 1, …
    Purpose(TypeKey),
    /// Types "type 1", "type 2", …: the talk time of caller 0.
    Type(ReplicationKey, Vec<u8>),
    /// One stream.
    Within(Stream),
    /// Caller by caller: two numbers each of arrival, talk and patience.
    Interleaved(TypeKey),
    /// Day by day, 3 types, 100 callers of each: the talk time.
    Grid,
    /// All of the above in turn, one number of each, every walk under a seed of its own.
    Turns(Vec<(Walk, [u64; BATCH])>),
    /// No walk through the streams, but a Weyl sequence without a mixer: a battery must fail it.
    Control,
}

/// A walk and how far it has got.
struct Walk {
    kind: Kind,
    seed: u64,
    next: u64,
    /// Take the low half with its bits in reverse order, instead of the high half.
    reversed: bool,
}

const NAME: &str = "billing";

/// The walks that "turns" takes in turn.
const WALKS: [&str; 11] = [
    "seed",
    "replication",
    "type",
    "caller",
    "attempt",
    "leg",
    "purpose",
    "within",
    "interleaved",
    "grid",
    "day",
];

fn first(mut stream: Stream) -> u64 {
    let Ok(word) = stream.try_next_u64();
    word
}

fn talk(caller: CallerKey) -> u64 {
    first(caller.stream(0, 0, Purpose::Talk))
}

/// "type 9" to "type 10": the decimal number at the end, plus one.
fn increment(name: &mut Vec<u8>) {
    let start = "type ".len();
    let mut i = name.len();
    while i > start {
        i -= 1;
        if name[i] != b'9' {
            name[i] += 1;
            return;
        }
        name[i] = b'0';
    }
    name.insert(start, b'1');
}

impl Walk {
    fn new(name: &str, seed: u64, reversed: bool) -> Option<Self> {
        let replication = ReplicationKey::new(seed, 0);
        let call_type = replication.call_type(name_hash(NAME));
        let kind = match name {
            "seed" => Kind::Seed,
            "replication" => Kind::Replication,
            "day" => Kind::Day,
            "caller" => Kind::Caller(call_type),
            "attempt" => Kind::Attempt(call_type),
            "leg" => Kind::Leg(call_type),
            "purpose" => Kind::Purpose(call_type),
            "type" => Kind::Type(replication, b"type 0".to_vec()),
            "within" => Kind::Within(call_type.caller(0).stream(0, 0, Purpose::Talk)),
            "interleaved" => Kind::Interleaved(call_type),
            "grid" => Kind::Grid,
            "control" => Kind::Control,
            "turns" => Kind::Turns(
                (seed..)
                    .zip(WALKS)
                    .map(|(seed, name)| Some((Walk::new(name, seed, false)?, [0; BATCH])))
                    .collect::<Option<_>>()?,
            ),
            _ => return None,
        };
        let next = match kind {
            // another seed walks through another range of seeds
            Kind::Seed => (seed.wrapping_sub(1) << 40) + 1,
            _ => 0,
        };
        Some(Self {
            kind,
            seed,
            next,
            reversed,
        })
    }

    fn fill(&mut self, words: &mut [u64; BATCH]) {
        let mut n = self.next;
        self.next += BATCH as u64;
        let seed = self.seed;
        match &mut self.kind {
            Kind::Seed => {
                for word in words {
                    let key = ReplicationKey::new(n, 0).call_type(name_hash(NAME));
                    *word = talk(key.caller(0));
                    n += 1;
                }
            }
            Kind::Replication => {
                for word in words {
                    let key = ReplicationKey::new(seed, n).call_type(name_hash(NAME));
                    *word = talk(key.caller(0));
                    n += 1;
                }
            }
            Kind::Day => {
                for word in words {
                    *word = first(ReplicationKey::new(seed, n).stream(Purpose::Busyness));
                    n += 1;
                }
            }
            Kind::Caller(key) => {
                for word in words {
                    *word = talk(key.caller(n));
                    n += 1;
                }
            }
            Kind::Attempt(key) => {
                for word in words {
                    let caller = key.caller(n >> 32);
                    *word = first(caller.stream(n as u32, 0, Purpose::Talk));
                    n += 1;
                }
            }
            Kind::Leg(key) => {
                for word in words {
                    let caller = key.caller(n >> 16);
                    *word = first(caller.stream(0, n as u16, Purpose::Talk));
                    n += 1;
                }
            }
            Kind::Purpose(key) => {
                let mut caller = n / 15;
                for group in words.chunks_exact_mut(15) {
                    let key = key.caller(caller);
                    for (word, purpose) in group.iter_mut().zip(PURPOSES) {
                        *word = first(key.stream(0, 0, purpose));
                    }
                    caller += 1;
                }
            }
            Kind::Type(replication, name) => {
                for word in words {
                    increment(name);
                    let hash = std::str::from_utf8(name).map_or(0, name_hash);
                    *word = talk(replication.call_type(hash).caller(0));
                }
            }
            Kind::Within(stream) => {
                for word in words {
                    let Ok(next) = stream.try_next_u64();
                    *word = next;
                }
            }
            Kind::Interleaved(key) => {
                let mut caller = n / 6;
                for group in words.chunks_exact_mut(6) {
                    let key = key.caller(caller);
                    let purposes = [Purpose::Arrival, Purpose::Talk, Purpose::Patience];
                    for (pair, purpose) in group.chunks_exact_mut(2).zip(purposes) {
                        let mut stream = key.stream(0, 0, purpose);
                        for word in pair {
                            let Ok(next) = stream.try_next_u64();
                            *word = next;
                        }
                    }
                    caller += 1;
                }
            }
            Kind::Turns(walks) => {
                for word in words {
                    let turn = (n % WALKS.len() as u64) as usize;
                    let i = (n / WALKS.len() as u64) as usize % BATCH;
                    let (walk, batch) = &mut walks[turn];
                    if i == 0 {
                        walk.fill(batch);
                    }
                    *word = batch[i];
                    n += 1;
                }
            }
            Kind::Control => {
                for word in words {
                    *word = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                    n += 1;
                }
            }
            Kind::Grid => {
                let mut day = n / 300;
                for group in words.chunks_exact_mut(300) {
                    let replication = ReplicationKey::new(seed, day);
                    for (words, name) in group.chunks_exact_mut(100).zip(["billing", "sales", "it"])
                    {
                        let key = replication.call_type(name_hash(name));
                        for (caller, word) in words.iter_mut().enumerate() {
                            *word = talk(key.caller(caller as u64));
                        }
                    }
                    day += 1;
                }
            }
        }
    }
}

thread_local! {
    static WALK: RefCell<Option<Walk>> = const { RefCell::new(None) };
}

/// Starts a walk; false if there is none of this name.
///
/// # Safety
/// `name` must be a string that ends in a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn walk_start(name: *const c_char, seed: u64, reversed: bool) -> bool {
    let name = unsafe { CStr::from_ptr(name) }.to_str().unwrap_or("");
    let walk = Walk::new(name, seed, reversed);
    let found = walk.is_some();
    WALK.set(walk);
    found
}

/// The walk's next [`BATCH`] numbers.
///
/// # Safety
/// `out` must have room for [`BATCH`] numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn walk_fill(out: *mut u32) {
    let out = unsafe { std::slice::from_raw_parts_mut(out, BATCH) };
    let mut words = [0; BATCH];
    WALK.with_borrow_mut(|walk| {
        let Some(walk) = walk else { return };
        walk.fill(&mut words);
        if walk.reversed {
            for (out, word) in out.iter_mut().zip(words) {
                *out = (word as u32).reverse_bits();
            }
        } else {
            for (out, word) in out.iter_mut().zip(words) {
                *out = (word >> 32) as u32;
            }
        }
    });
}

/// The walk's next [`BATCH`] numbers, all 64 bits of each.
///
/// # Safety
/// `out` must have room for [`BATCH`] numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn walk_words(out: *mut u64) {
    let out = unsafe { &mut *out.cast::<[u64; BATCH]>() };
    WALK.with_borrow_mut(|walk| {
        if let Some(walk) = walk {
            walk.fill(out);
        }
    });
}
