//! A baseline that is kept in a small file: what the figures were in 50 blocks of days, so that a gate need simulate only one side.

use super::matched;
use crate::engine::Tally;
use crate::experiment::{self, Control, Halt, NewRouting, Variants};
use crate::kpi::Reader;
use crate::lab::looks::BLOCKS;
use crate::random::{STREAM_VERSION, mix};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::hash::{Hash, Hasher};
use std::sync::atomic::Ordering;

/// Name and version of the file.
pub const LOCK_SCHEMA: &str = "acdsim.lock/1";

/// No figure of a block of days is larger.
const LARGEST: f64 = 1e18;

/// What the figures of a scenario were, in blocks of consecutive days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// [`LOCK_SCHEMA`].
    pub schema: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Of the resolved scenario as compact JSON.
    pub sha256: String,
    /// Seed of all random numbers.
    #[serde(deserialize_with = "seed")]
    pub seed: u64,
    /// Version of the random streams.
    pub stream_version: u32,
    /// Days of a block.
    pub replications_per_block: u64,
    /// For each block what identifies all that happened in it: blocks with the same are alike in everything that is counted.
    pub paths: Vec<String>,
    /// Of each figure, by its path: for each block the sums of the days' numerators and denominators.
    pub figures: IndexMap<String, Blocks>,
}

/// A seed beyond what TOML holds is written as a text.
fn seed<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Seed {
        Number(u64),
        Text(String),
    }
    match Seed::deserialize(deserializer)? {
        Seed::Number(n) => Ok(n),
        Seed::Text(text) => text.parse().map_err(serde::de::Error::custom),
    }
}

/// A figure's sums over the days of each block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blocks {
    /// Of its numerator; of a count, of itself.
    pub numerator: Vec<f64>,
    /// Of its denominator; of a count, the days.
    pub denominator: Vec<f64>,
}

/// Why a text is no lock file that can be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Not what was written.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// Another version of this file.
    #[error("it is a file of {0}, and this version reads {LOCK_SCHEMA}")]
    Version(String),
}

impl Lock {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// [`LockError`] if it is not complete.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        let damaged = |wrong: String| Err(LockError::Damaged(wrong));
        #[derive(Deserialize)]
        struct Head {
            schema: String,
        }
        let head: Head = match toml::from_str(text) {
            Ok(head) => head,
            Err(error) => return damaged(error.to_string().trim_end().to_owned()),
        };
        if head.schema != LOCK_SCHEMA {
            return Err(LockError::Version(crate::scenario::quoted(&head.schema)));
        }
        let lock: Self = match toml::from_str(text) {
            Ok(lock) => lock,
            Err(error) => return damaged(error.to_string().trim_end().to_owned()),
        };
        let days = lock.replications_per_block;
        if !(1..=crate::scenario::schema::MOST_REPLICATIONS).contains(&days) {
            return damaged(format!("replications_per_block is {days}"));
        }
        let is_full = |length: usize| length as u64 == BLOCKS;
        if !is_full(lock.paths.len()) {
            return damaged(format!("paths has {} blocks of {BLOCKS}", lock.paths.len()));
        }
        for (name, blocks) in &lock.figures {
            for (what, list) in [
                ("numerator", &blocks.numerator),
                ("denominator", &blocks.denominator),
            ] {
                if !is_full(list.len()) {
                    let length = list.len();
                    return damaged(format!("{name} has {length} values of {BLOCKS} in {what}"));
                }
                if let Some(x) = list.iter().find(|x| !(0.0..=LARGEST).contains(*x)) {
                    return damaged(format!("{name} has {x} in {what}"));
                }
            }
        }
        Ok(lock)
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        let Self {
            schema,
            scenario,
            sha256,
            seed,
            stream_version,
            replications_per_block,
            paths,
            figures,
        } = self;
        let text = |value: &str| toml::Value::String(value.to_owned()).to_string();
        let mut out = format!(
            "# What acdsim check compares with: made by --update-baseline, not by hand.\n\
             schema = {}\nscenario = {}\nsha256 = {}\nseed = {}\nstream_version = {stream_version}\n\
             replications_per_block = {replications_per_block}\npaths = [",
            text(schema),
            text(scenario),
            text(sha256),
            match i64::try_from(*seed) {
                Ok(seed) => seed.to_string(),
                Err(_) => text(&seed.to_string()),
            },
        );
        for (i, path) in paths.iter().enumerate() {
            out += if i % 5 == 0 { "\n    " } else { " " };
            let _ = write!(out, "{},", text(path));
        }
        out += "\n]\n";
        for (name, blocks) in figures {
            let (x, y): (f64, f64) = (
                blocks.numerator.iter().sum(),
                blocks.denominator.iter().sum(),
            );
            let value = if y == 0.0 {
                "not defined".to_owned()
            } else {
                (x / y).to_string()
            };
            let _ = write!(out, "\n# {value}\n[figures.{}]\n", text(name));
            for (what, list) in [
                ("numerator", &blocks.numerator),
                ("denominator", &blocks.denominator),
            ] {
                // Always a float to TOML, and read back as the same number.
                let list: Vec<String> = list.iter().map(|x| format!("{x:?}")).collect();
                let _ = writeln!(out, "{what} = [{}]", list.join(", "));
            }
        }
        out
    }

    /// Figures of a block: its numerators and denominators, each by the figure's place in the file.
    pub(super) fn of_block(&self, figure: usize, block: usize) -> (f64, f64) {
        let blocks = &self.figures[figure];
        (blocks.numerator[block], blocks.denominator[block])
    }

    /// Simulates a scenario and keeps what `reader` reads.
    ///
    /// # Errors
    /// Those of a run, and [`experiment::Error::NothingDone`] if it is interrupted: half a baseline is none.
    pub(super) fn record(
        reader: &Reader<'_>,
        routing: &NewRouting<'_>,
        (seed, replications, threads): (u64, u64, Option<usize>),
        control: &Control,
    ) -> Result<Self, experiment::Error> {
        let model = reader.model();
        let per_block = replications.div_ceil(BLOCKS);
        let variants = Variants::new(vec![(model, routing)], threads)?;
        let names: Vec<String> = matched::names(reader);
        let mut block = Block::new(names.len());
        let mut lock = Self {
            schema: LOCK_SCHEMA.to_owned(),
            scenario: model.scenario.name.clone(),
            sha256: model.scenario.sha256(),
            seed,
            stream_version: STREAM_VERSION,
            replications_per_block: per_block,
            paths: Vec::new(),
            figures: IndexMap::new(),
        };
        let mut columns = vec![(Vec::new(), Vec::new()); names.len()];
        let mut values = Vec::new();
        let days = 0..per_block * BLOCKS;
        control.planned.store(days.end, Ordering::Relaxed);
        let simulated = variants.simulate(&[0], days, seed, control, |tallies| {
            reader.read(&tallies[0], 0, &mut values);
            block.add(values.iter().copied(), &tallies[0]);
            if block.days == per_block {
                let (sums, path) = block.take();
                lock.paths.push(path);
                for ((numerators, denominators), (x, y)) in columns.iter_mut().zip(sums) {
                    numerators.push(x);
                    denominators.push(y);
                }
            }
        });
        match simulated {
            Ok(()) => {}
            Err(Halt::Interrupted) => return Err(experiment::Error::NothingDone("baseline")),
            Err(halt) => return Err(halt.into()),
        }
        let each = names.into_iter().zip(columns);
        lock.figures = each
            .map(|(name, (numerator, denominator))| {
                let blocks = Blocks {
                    numerator,
                    denominator,
                };
                (name, blocks)
            })
            .collect();
        Ok(lock)
    }
}

/// A block of days under way.
pub(super) struct Block {
    pub days: u64,
    sums: Vec<(f64, f64)>,
    paths: Paths,
}

impl Block {
    /// Of so many figures.
    pub fn new(figures: usize) -> Self {
        Self {
            days: 0,
            sums: vec![(0.0, 0.0); figures],
            paths: Paths(1),
        }
    }

    /// Adds a day: numerator and denominator of each figure, and all that was counted.
    pub fn add(&mut self, values: impl IntoIterator<Item = (f64, f64)>, tally: &Tally) {
        self.days += 1;
        for (sum, value) in self.sums.iter_mut().zip(values) {
            sum.0 += value.0;
            sum.1 += value.1;
        }
        tally.hash(&mut self.paths);
    }

    /// The sums, and what identifies the days; then it begins anew.
    pub fn take(&mut self) -> (Vec<(f64, f64)>, String) {
        let done = std::mem::replace(self, Self::new(self.sums.len()));
        (done.sums, format!("{:016x}", done.paths.0))
    }
}

/// A digest that is the same in every version of the compiler.
struct Paths(u64);

impl Hasher for Paths {
    fn write(&mut self, bytes: &[u8]) {
        for word in bytes.chunks(8) {
            let mut padded = [0; 8];
            padded[..word.len()].copy_from_slice(word);
            self.write_u64(u64::from_le_bytes(padded));
        }
    }

    fn write_u64(&mut self, word: u64) {
        // So that a run of zeros is not nothing.
        self.0 = mix(self.0.wrapping_add(1) ^ word);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock() -> Lock {
        let figure = |x: f64| Blocks {
            numerator: (0..BLOCKS).map(|i| i as f64 * x).collect(),
            denominator: vec![100.0; BLOCKS as usize],
        };
        let names = ["total.asa_s", "queues.a \"b\" ü.service_level"];
        Lock {
            schema: LOCK_SCHEMA.to_owned(),
            scenario: "A \"day\"\n".to_owned(),
            sha256: "00ff".to_owned(),
            seed: 7,
            stream_version: STREAM_VERSION,
            replications_per_block: 40,
            paths: (0..BLOCKS).map(|i| format!("{i:016x}")).collect(),
            figures: names.map(|name| (name.to_owned(), figure(0.1))).into(),
        }
    }

    #[test]
    fn what_is_written_reads_back_as_the_same() {
        let text = lock().text();
        let read = Lock::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(read, lock());
        let large = Lock {
            seed: u64::MAX,
            ..lock()
        };
        assert_eq!(Lock::parse(&large.text()).expect("a lock"), large);
    }

    #[test]
    fn what_is_damaged_is_refused() {
        let good = lock().text();
        for (from, to, says) in [
            ("seed = 7", "seed = -7", "did not match"),
            ("seed = 7", "", "missing field `seed`"),
            (
                "acdsim.lock/1",
                "acdsim.lock/2",
                "a file of \"acdsim.lock/2\"",
            ),
            (
                "replications_per_block = 40",
                "replications_per_block = 0",
                "is 0",
            ),
            ("\"0000000000000000\",", "", "49 blocks of 50"),
            (
                "numerator = [0.0, ",
                "numerator = [",
                "49 values of 50 in numerator",
            ),
            (
                "numerator = [0.0, ",
                "numerator = [nan, ",
                "NaN in numerator",
            ),
            ("numerator = [0.0, ", "numerator = [1e300, ", "in numerator"),
            (
                "denominator = [100.0, ",
                "denominator = [-100.0, ",
                "-100 in denominator",
            ),
            ("# What", "= What", "damaged"),
        ] {
            let bad = good.replacen(from, to, 1);
            let error = Lock::parse(&bad).expect_err(says).to_string();
            assert!(error.contains(says), "{error}, expected {says}");
        }
    }
}
