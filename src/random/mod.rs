//! Keyed random streams.
//!
//! Every random quantity of a simulation has a stream of its own, found from what the quantity *is* (seed, replication,
//! call type, caller, attempt, leg, purpose) and not from when it is drawn. So the 57th caller of "billing" on day 12 is
//! the same person in every variant of a scenario: common random numbers by construction.
//!
//! The hash below and the numbers of [`Purpose`] are frozen: results of a seed must not move between versions. Golden
//! tests pin them; `docs/validation.md` has the figures of the statistical battery.

mod sampler;

pub(crate) use sampler::exp1;
pub use sampler::{MAX_NS, Sampler, to_ns};

use rand::TryRng;
use std::convert::Infallible;

/// Version of the streams; a result is only comparable to one of the same version.
pub const STREAM_VERSION: u32 = 1;

/// What a random quantity is for. The numbers are frozen: append, never renumber.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Purpose {
    /// Gap between two first attempts of a call type, in units of the expected gap.
    Arrival = 0,
    /// Time in the IVR.
    IvrTime = 1,
    /// Contained, hung up, or on to the queue.
    IvrOutcome = 2,
    /// Leaves at once when not answered at once.
    Balk = 3,
    /// Longest wait borne.
    Patience = 4,
    /// Talk time.
    Talk = 5,
    /// After-call work.
    AfterCallWork = 6,
    /// Is the need met?
    Resolution = 7,
    /// Reserved for transfers.
    Transfer = 8,
    /// Calls again after an unsolved call?
    ReconnectYesNo = 9,
    /// Time until then.
    ReconnectDelay = 10,
    /// Redials after being blocked or abandoning?
    RedialYesNo = 11,
    /// Time until then.
    RedialDelay = 12,
    /// Day factor of the volume.
    Busyness = 13,
    /// Choices of a routing policy.
    Routing = 14,
    /// Choices of the search for shifts.
    Shifts = 15,
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Finaliser of splitmix64 (Steele, Lea, Flood 2014; constants of Stafford's variant 13).
#[inline(always)]
pub(crate) const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The key of one replication (a day, or a steady run).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplicationKey(u64);

impl ReplicationKey {
    /// Key of replication number `replication` (from 0) under `seed`.
    pub const fn new(seed: u64, replication: u64) -> Self {
        let root = mix(seed ^ 0x6163_6473_696d_0001);
        Self(mix(root.wrapping_add(
            replication.wrapping_add(1).wrapping_mul(GOLDEN),
        )))
    }

    /// Key of a call type, by its name: adding types moves no other type's numbers.
    pub const fn call_type(self, name_hash: u64) -> TypeKey {
        TypeKey(mix(self.0 ^ name_hash))
    }

    /// Stream of a quantity that belongs to the replication as a whole.
    pub const fn stream(self, purpose: Purpose) -> Stream {
        Stream(mix(self.0 ^ 0x7265_706c_0000_0000 ^ purpose as u64))
    }
}

/// The key of a call type in one replication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeKey(u64);

impl TypeKey {
    /// Key of the `caller`-th caller (from 0) of the type.
    #[inline(always)]
    pub const fn caller(self, caller: u64) -> CallerKey {
        CallerKey(mix(self
            .0
            .wrapping_add(caller.wrapping_add(1).wrapping_mul(GOLDEN))))
    }

    /// Stream of a quantity that belongs to the type as a whole.
    pub const fn stream(self, purpose: Purpose) -> Stream {
        Stream(mix(self.0 ^ 0x7479_7065_0000_0000 ^ purpose as u64))
    }
}

/// The key of one caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CallerKey(u64);

impl CallerKey {
    /// Stream of one quantity of the caller. `attempt` counts from 0; `leg` is 0 until an attempt has several.
    #[inline(always)]
    pub const fn stream(self, attempt: u32, leg: u16, purpose: Purpose) -> Stream {
        Stream(mix(self.0
            ^ ((attempt as u64) << 32
                | (leg as u64) << 16
                | purpose as u64)))
    }
}

/// Hash of a call type's name (FNV-1a, 64 bits, finished by a mixer).
pub const fn name_hash(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        i += 1;
    }
    mix(hash)
}

/// A stream of random numbers: splitmix64 from a keyed state.
#[derive(Debug, Clone)]
pub struct Stream(u64);

impl Stream {
    /// The next number in [0, 1), a multiple of 2⁻⁵³.
    #[inline(always)]
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// True with the given probability.
    #[inline(always)]
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    #[inline(always)]
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    #[inline(always)]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.next() >> 32) as u32)
    }

    #[inline(always)]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn streams_are_frozen() {
        let key = ReplicationKey::new(1, 12)
            .call_type(name_hash("billing"))
            .caller(57);
        let mut talk = key.stream(0, 0, Purpose::Talk);
        let got: Vec<u64> = (0..3).map(|_| talk.next_u64()).collect();
        let expected = [
            13657393698516008584,
            16802746058557971468,
            7551634317895059448,
        ];
        assert_eq!(got, expected, "the stream of a caller's talk moved");
    }

    #[test]
    fn each_part_of_the_key_gives_another_stream() {
        let mut seen = std::collections::HashSet::new();
        for seed in 0..4 {
            for replication in 0..4 {
                let replication = ReplicationKey::new(seed, replication);
                for name in ["a", "b", "aa"] {
                    for caller in 0..8 {
                        let caller = replication.call_type(name_hash(name)).caller(caller);
                        for attempt in 0..3 {
                            for purpose in [Purpose::Talk, Purpose::Patience, Purpose::Arrival] {
                                assert!(seen.insert(caller.stream(attempt, 0, purpose).next_u64()));
                            }
                        }
                    }
                }
            }
        }
    }
}
