//! Puts the shards of a sweep together.

use super::ledger::{Error, Ledger, Manifest, Shard};
use super::points::header;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Missing shards that are named.
const MOST_NAMED: usize = 20;

/// The lines of each point.
pub type Blocks = BTreeMap<usize, String>;

/// Reads the shards. Returns what the whole sweep is of, and its points.
///
/// # Errors
/// If shards are of other sweeps, overlap, are missing or are not finished.
pub fn read(shards: &[PathBuf]) -> Result<(Manifest, Blocks), Error> {
    let parts = by_number(shards)?;
    let Some((first, (_, manifest))) = parts.first_key_value() else {
        return Err(Error::Other("there are no shards".to_owned()));
    };
    let all = (1..=first.of).map(|number| Shard {
        number,
        of: first.of,
    });
    let missing: Vec<Shard> = all.filter(|shard| !parts.contains_key(shard)).collect();
    if !missing.is_empty() {
        let named = missing.iter().take(MOST_NAMED);
        let mut names: Vec<String> = named.map(|shard| format!("shard {shard}")).collect();
        if missing.len() > MOST_NAMED {
            names.push(format!("and {} more", missing.len() - MOST_NAMED));
        }
        return Err(Error::Other(format!("missing: {}", names.join(", "))));
    }
    let manifest = Manifest {
        shard: None,
        ..manifest.clone()
    };
    let mut blocks = Blocks::new();
    for (&shard, (path, _)) in &parts {
        lines_of((shard, path), &manifest, &mut blocks)?;
    }
    let rows = rows(&blocks);
    let is_whole = |point: &usize| {
        blocks
            .get(point)
            .is_some_and(|block| block.lines().count() == rows)
    };
    let lost = (1..=manifest.points).find(|point| !is_whole(point));
    let of_point = lost.and_then(|point| parts.iter().find(|(shard, _)| shard.has(point)));
    match of_point {
        Some((shard, (path, _))) => Err(unfinished(*shard, path)),
        None => Ok((manifest, blocks)),
    }
}

/// Writes the whole sweep into a folder.
///
/// # Errors
/// Those of [`Ledger::open`] and of the files.
pub fn write(manifest: &Manifest, blocks: &Blocks, folder: &Path) -> Result<(), Error> {
    let mut ledger = Ledger::open(folder, manifest)?;
    let points: Vec<usize> = (1..=manifest.points).collect();
    let finished = ledger.finished(&points, rows(blocks))?;
    for point in &points[finished..] {
        ledger.append(&blocks[point])?;
    }
    Ok(())
}

/// Lines of a point; all have the same.
fn rows(blocks: &Blocks) -> usize {
    let lines = blocks.values().map(|block| block.lines().count());
    lines.max().unwrap_or(0)
}

/// The shards, each of the same sweep and there once.
fn by_number(shards: &[PathBuf]) -> Result<BTreeMap<Shard, (&PathBuf, Manifest)>, Error> {
    let mut parts: BTreeMap<Shard, (&PathBuf, Manifest)> = BTreeMap::new();
    for path in shards {
        let manifest = Manifest::read(path)?;
        let Some(shard) = manifest.shard() else {
            return Err(Error::Other(format!(
                "{} is a whole sweep, no shard of one",
                path.display()
            )));
        };
        if shard.of > manifest.points {
            return Err(Error::Other(format!(
                "{} has shard {shard} of {} points, which no sweep writes",
                path.display(),
                manifest.points
            )));
        }
        if let Some((first, (other, of_first))) = parts.first_key_value() {
            let mut different = of_first.differs_in(&manifest);
            if first.of != shard.of {
                different.push("number of shards");
            }
            if !different.is_empty() {
                return Err(Error::Other(format!(
                    "{} is foreign: it has another {} than {}",
                    path.display(),
                    different.join(", another "),
                    other.display()
                )));
            }
        }
        if let Some((there, _)) = parts.insert(shard, (path, manifest)) {
            return Err(Error::Other(format!(
                "shard {shard} is there twice: {} and {}",
                there.display(),
                path.display()
            )));
        }
    }
    Ok(parts)
}

/// Adds the lines of a shard to their points.
fn lines_of(
    (shard, path): (Shard, &Path),
    manifest: &Manifest,
    blocks: &mut Blocks,
) -> Result<(), Error> {
    let csv = path.join("sweep.csv");
    let text = super::ledger::read(&csv)?;
    let Some(body) = text.strip_prefix(&header(&manifest.columns)) else {
        return Err(unfinished(shard, path));
    };
    for line in body.split_inclusive('\n') {
        let point = line.split(',').next().and_then(|point| point.parse().ok());
        let own = point.filter(|point| (1..=manifest.points).contains(point) && shard.has(*point));
        match own {
            Some(point) if line.ends_with('\n') => blocks.entry(point).or_default().push_str(line),
            _ => return Err(unfinished(shard, path)),
        }
    }
    Ok(())
}

fn unfinished(shard: Shard, path: &Path) -> Error {
    Error::Other(format!(
        "shard {shard} in {} is not finished; run it again, and it goes on where it stopped",
        path.display()
    ))
}
