//! Files that a command writes: whole or not at all, and never over another unasked.
//!
//! What is written is made beside under a name of its own (`.acdsim-…`) and renamed when it is complete. A program that is
//! killed meanwhile leaves at most that, which can be deleted.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempPath;

/// Where reports go when no path is given.
pub const OUTPUT: &str = "output";

/// Why something was not written.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// It exists.
    #[error("{0} exists already; --force overwrites it")]
    Exists(String),
    /// The folder exists, and has files in it.
    #[error(
        "the folder {0} has files in it already; --force writes into it and overwrites files of the same names"
    )]
    NotEmpty(String),
    /// Ctrl-C came first.
    #[error("interrupted: {0} was not written")]
    Interrupted(String),
    /// The system refuses.
    #[error("cannot write {path}: {source}")]
    Io {
        /// The file or folder.
        path: String,
        /// Why.
        source: io::Error,
    },
}

impl SaveError {
    fn io(path: &Path, source: io::Error) -> Self {
        let path = path.display().to_string();
        match source.kind() {
            io::ErrorKind::Interrupted => SaveError::Interrupted(path),
            _ => SaveError::Io { path, source },
        }
    }

    fn refused(path: &Path, kind: io::ErrorKind, why: &str) -> Self {
        Self::io(path, io::Error::new(kind, why))
    }
}

/// Where a file or a folder of files shall be written.
#[derive(Debug, Clone)]
pub struct Place {
    path: PathBuf,
    overwrite: bool,
    /// A name that nobody chose gives way to what exists: `day.html`, `day-2.html`, …
    gives_way: bool,
}

impl Place {
    /// A path that the user gave.
    pub fn given(path: &Path, overwrite: bool) -> Self {
        Self {
            // Without a slash at the end, so that the last part is the name.
            path: path.components().collect(),
            overwrite,
            gives_way: false,
        }
    }

    /// The path of a report when none is given: `output/`, the scenario's name, the seed, and `ending`, such as
    /// `.html`. Unless it may overwrite, a number is added where that exists.
    pub fn default_for(scenario: &str, seed: u64, ending: &str, overwrite: bool) -> Self {
        Self::default_named(scenario, &format!("-seed{seed}{ending}"), overwrite)
    }

    /// The same of what has no seed.
    pub fn default_named(name: &str, ending: &str, overwrite: bool) -> Self {
        let name = slug(name, "scenario") + ending;
        Self {
            path: Path::new(OUTPUT).join(name),
            overwrite,
            gives_way: !overwrite,
        }
    }

    /// Where a flag with an optional path puts its file or folder: at the path, or at [`Place::default_for`]; nowhere without
    /// the flag.
    pub fn asked(
        flag: &Option<Option<PathBuf>>,
        (scenario, seed, ending): (&str, u64, &str),
        overwrite: bool,
    ) -> Option<Self> {
        flag.as_ref().map(|path| match path {
            Some(path) => Self::given(path, overwrite),
            None => Self::default_for(scenario, seed, ending, overwrite),
        })
    }

    /// Whether what is written there before would be found here, as a file of this folder or in its place. Links are not
    /// followed.
    pub fn has_in_it(&self, other: &Place) -> bool {
        match (
            std::path::absolute(&self.path),
            std::path::absolute(&other.path),
        ) {
            (Ok(own), Ok(other)) => other.starts_with(own),
            // What is no path is said when it is looked at.
            _ => false,
        }
    }

    /// Whether this is the place of a file that exists; links are followed.
    pub fn is(&self, file: &Path) -> bool {
        match (fs::canonicalize(&self.path), fs::canonicalize(file)) {
            (Ok(own), Ok(file)) => own == file,
            _ => false,
        }
    }

    /// The path as it is wanted.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a file could be written here, as far as that shows beforehand: to be asked before long work.
    ///
    /// # Errors
    /// [`SaveError::Exists`] if there is such a file and it must not be overwritten; [`SaveError::Io`] if the system
    /// would refuse.
    pub fn may_save_file(&self) -> Result<(), SaveError> {
        match self.look()? {
            Some(there) if there.is_dir() => Err(SaveError::refused(
                &self.path,
                io::ErrorKind::IsADirectory,
                "it is a folder; name a file in it",
            )),
            Some(there) if !there.is_file() => Err(SaveError::refused(
                &self.path,
                io::ErrorKind::InvalidInput,
                "it is not an ordinary file",
            )),
            Some(_) if !self.overwrite && !self.gives_way => Err(self.exists()),
            _ => self.may_write_in(self.folder()),
        }
    }

    /// Whether a folder of files could be written here, as far as that shows beforehand.
    ///
    /// # Errors
    /// [`SaveError::NotEmpty`] if there is a folder with files in it that must not be overwritten; [`SaveError::Io`] if
    /// the system would refuse.
    pub fn may_save_folder(&self) -> Result<(), SaveError> {
        match self.look()? {
            Some(there) if !there.is_dir() && !self.gives_way => Err(SaveError::refused(
                &self.path,
                io::ErrorKind::NotADirectory,
                "it is a file; name a folder",
            )),
            Some(_) if !self.gives_way => {
                let mut entries =
                    fs::read_dir(&self.path).map_err(|e| SaveError::io(&self.path, e))?;
                if entries.next().is_some() && !self.overwrite {
                    return Err(SaveError::NotEmpty(self.path.display().to_string()));
                }
                self.may_write_in(&self.path)
            }
            _ => self.may_write_in(self.folder()),
        }
    }

    /// Writes a file, whole or not at all, and returns its path.
    ///
    /// # Errors
    /// Those of [`Place::may_save_file`], and what `write` gives.
    pub fn save_file(
        &self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<PathBuf, SaveError> {
        self.may_save_file()?;
        let failed = |e| SaveError::io(&self.path, e);
        // Of a link it is the file it leads to that is overwritten.
        let to = match fs::canonicalize(&self.path) {
            Ok(real) if !self.gives_way => real,
            _ => self.path.clone(),
        };
        let mut file = beside(folder_of(&to)).map_err(failed)?;
        fill(file.as_file_mut(), write).map_err(failed)?;
        let mut file = file.into_temp_path();
        if !self.gives_way {
            return match persist(file, &to, self.overwrite) {
                Ok(()) => Ok(self.path.clone()),
                Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => Err(self.exists()),
                Err(e) => Err(failed(e.error)),
            };
        }
        for candidate in self.candidates() {
            match file.persist_noclobber(&candidate) {
                Ok(()) => return Ok(candidate),
                Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => file = e.path,
                Err(e) => return Err(failed(e.error)),
            }
        }
        Err(self.exists())
    }

    /// Writes a folder of files and returns its path. A folder that was missing appears whole or not at all. Into one that
    /// was there the files come when all are complete, one after the other, each whole; nothing else in it is touched.
    ///
    /// # Errors
    /// Those of [`Place::may_save_folder`], [`SaveError::Interrupted`] if `stop` turns true meanwhile, and what `fill`
    /// gives.
    pub fn save_folder(
        &self,
        stop: &AtomicBool,
        fill: impl FnOnce(&Folder<'_>) -> Result<(), SaveError>,
    ) -> Result<PathBuf, SaveError> {
        self.may_save_folder()?;
        let failed = |e| SaveError::io(&self.path, e);
        let into_existing = !self.gives_way && self.path.is_dir();
        let around = match into_existing {
            true => self.path.as_path(),
            false => self.folder(),
        };
        let new = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(around)
            .map_err(failed)?;
        fill(&Folder {
            at: new.path().to_owned(),
            shown: &self.path,
            stop,
        })?;
        if into_existing {
            let entries = fs::read_dir(new.path()).and_then(Iterator::collect);
            let entries: Vec<fs::DirEntry> = entries.map_err(failed)?;
            // Before the first file takes its place.
            let taken = entries
                .iter()
                .map(|entry| self.path.join(entry.file_name()));
            if let Some(folder) = taken.into_iter().find(|to| to.is_dir()) {
                return Err(SaveError::refused(
                    &folder,
                    io::ErrorKind::IsADirectory,
                    "it is a folder, in the place of a file",
                ));
            }
            for entry in entries {
                let to = self.path.join(entry.file_name());
                let file = TempPath::try_from_path(entry.path()).map_err(failed)?;
                persist(file, &to, self.overwrite).map_err(|e| SaveError::io(&to, e.error))?;
            }
            return Ok(self.path.clone());
        }
        let mut refusal = None;
        for candidate in self.candidates() {
            match fs::rename(new.path(), &candidate) {
                Ok(()) => {
                    // It has its name now; there is nothing to remove any more.
                    let _ = new.keep();
                    return Ok(candidate);
                }
                Err(e) => {
                    let taken = candidate.symlink_metadata().is_ok();
                    refusal = Some(e);
                    if !(taken && self.gives_way) {
                        break;
                    }
                }
            }
        }
        Err(refusal.map_or_else(|| self.exists(), failed))
    }

    fn exists(&self) -> SaveError {
        SaveError::Exists(self.path.display().to_string())
    }

    fn folder(&self) -> &Path {
        folder_of(&self.path)
    }

    /// What is there; `None` if nothing is.
    fn look(&self) -> Result<Option<fs::Metadata>, SaveError> {
        if self.path.as_os_str().is_empty() {
            let wrong = SaveError::refused(
                Path::new("\"\""),
                io::ErrorKind::InvalidInput,
                "the path is empty",
            );
            return Err(wrong);
        }
        match fs::metadata(&self.path) {
            Ok(there) => Ok(Some(there)),
            // A new file must not take the place of the link.
            Err(e) if e.kind() == io::ErrorKind::NotFound && self.path.is_symlink() => {
                match self.gives_way {
                    true => Ok(None),
                    false => Err(SaveError::refused(
                        &self.path,
                        e.kind(),
                        "it is a link that leads nowhere",
                    )),
                }
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(SaveError::io(&self.path, e)),
        }
    }

    /// Whether a file could be made in a folder: one is, and removed at once.
    fn may_write_in(&self, folder: &Path) -> Result<(), SaveError> {
        if folder == Path::new(OUTPUT) {
            fs::create_dir_all(folder).map_err(|e| SaveError::io(folder, e))?;
        }
        if !folder.is_dir() {
            return Err(SaveError::refused(
                &self.path,
                io::ErrorKind::NotFound,
                "there is no such folder; make it first",
            ));
        }
        let tried = beside(folder).map_err(|e| SaveError::io(&self.path, e))?;
        // What cannot be removed now can be deleted later.
        let _ = tried.close();
        Ok(())
    }

    /// The names it may get, the wanted one first; those after it that exist are left out.
    fn candidates(&self) -> impl Iterator<Item = PathBuf> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        // A number goes before the ending, by which programs know what it is.
        let (stem, ending) = match name.rsplit_once('.') {
            Some((stem, ending)) => (stem.to_owned(), format!(".{ending}")),
            None => (name.into_owned(), String::new()),
        };
        let wanted = self.path.clone();
        let more = if self.gives_way { 1_000_000 } else { 0 };
        std::iter::once(wanted.clone()).chain(
            (2..more)
                .map(move |n| wanted.with_file_name(format!("{stem}-{n}{ending}")))
                .filter(|path| path.symlink_metadata().is_err()),
        )
    }
}

/// A folder that is being filled.
#[derive(Debug)]
pub struct Folder<'a> {
    at: PathBuf,
    shown: &'a Path,
    stop: &'a AtomicBool,
}

impl Folder<'_> {
    /// Writes a file of the folder.
    ///
    /// # Errors
    /// [`SaveError::Io`] if the system refuses, [`SaveError::Interrupted`] after Ctrl-C, and what `write` gives.
    pub fn write(
        &self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), SaveError> {
        go_on(self.stop).map_err(|e| SaveError::io(self.shown, e))?;
        let file = File::create_new(self.at.join(name));
        file.and_then(|mut file| fill(&mut file, write))
            .map_err(|e| SaveError::io(&self.shown.join(name), e))
    }
}

/// An error once work is to stop.
pub(super) fn go_on(stop: &AtomicBool) -> io::Result<()> {
    match stop.load(Ordering::Relaxed) {
        true => Err(io::ErrorKind::Interrupted.into()),
        false => Ok(()),
    }
}

/// The folder that a file or a folder lies in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

const PREFIX: &str = ".acdsim-";

/// A new file in a folder, under a name of its own, removed when dropped.
fn beside(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    // Opened here, so that it has the permissions of any new file.
    tempfile::Builder::new()
        .prefix(PREFIX)
        .make_in(folder, |path| {
            OpenOptions::new().write(true).create_new(true).open(path)
        })
}

/// Fills a file and sees that it is on the disk.
fn fill(file: &mut File, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, &mut *file);
    write(&mut out)?;
    out.flush()?;
    drop(out);
    file.sync_all()
}

fn persist(file: TempPath, to: &Path, overwrite: bool) -> Result<(), tempfile::PathPersistError> {
    match overwrite {
        true => file.persist(to),
        false => file.persist_noclobber(to),
    }
}

/// A name as part of a file's name that every system takes: small letters, digits and hyphens; `otherwise` if nothing is
/// left of it.
pub(super) fn slug(name: &str, otherwise: &str) -> String {
    const LONGEST: usize = 60;
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            'ä' => slug.push_str("ae"),
            'ö' => slug.push_str("oe"),
            'ü' => slug.push_str("ue"),
            'ß' => slug.push_str("ss"),
            c if c.is_ascii_alphanumeric() => slug.push(c),
            // Of a letter with an accent that is written as two signs, the letter remains.
            '\u{300}'..='\u{36f}' => {}
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
        if slug.len() >= LONGEST {
            break;
        }
    }
    match slug.trim_end_matches('-') {
        "" => otherwise.to_owned(),
        slug => slug.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static GO_ON: AtomicBool = AtomicBool::new(false);

    fn save(path: &Path, text: &str, overwrite: bool) -> Result<PathBuf, SaveError> {
        Place::given(path, overwrite).save_file(|out| out.write_all(text.as_bytes()))
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn saved_whole_and_never_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        save(&path, "one", false).unwrap();
        assert!(matches!(
            save(&path, "two", false),
            Err(SaveError::Exists(_))
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        save(&path, "two", true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(names(folder.path()), ["a.toml"]);
        assert!(save(folder.path(), "x", true).is_err());
        assert!(save(&folder.path().join("no/a.toml"), "x", true).is_err());
        assert!(save(&path.join("b.toml"), "x", true).is_err());
        assert!(save(&folder.path().join("x".repeat(300)), "x", true).is_err());
        assert!(save(Path::new(""), "x", true).is_err());
    }

    #[test]
    fn nothing_remains_of_what_failed() {
        let folder = tempfile::tempdir().unwrap();
        let full = |out: &mut dyn Write| {
            out.write_all(b"half")?;
            out.flush()?;
            Err(io::ErrorKind::StorageFull.into())
        };
        let (file, new) = (folder.path().join("a.csv"), folder.path().join("new"));
        assert!(Place::given(&file, false).save_file(full).is_err());
        let tables = |folder: &Folder| {
            folder.write("one.csv", |out| out.write_all(b"1"))?;
            folder.write("two.csv", full)
        };
        let error = Place::given(&new, false)
            .save_folder(&GO_ON, tables)
            .unwrap_err();
        let two = new.join("two.csv").display().to_string();
        assert!(error.to_string().contains(&two), "{error}");
        assert_eq!(names(folder.path()), Vec::<String>::new());
        fs::create_dir(&new).unwrap();
        fs::write(new.join("one.csv"), "old").unwrap();
        assert!(
            Place::given(&new, true)
                .save_folder(&GO_ON, tables)
                .is_err()
        );
        assert_eq!(names(&new), ["one.csv"]);
        assert_eq!(fs::read_to_string(new.join("one.csv")).unwrap(), "old");
    }

    #[test]
    fn a_folder_with_files_is_left_alone_unless_forced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tables");
        let write = |overwrite: bool, text: &'static str| {
            Place::given(&path.join(""), overwrite).save_folder(&GO_ON, |folder| {
                folder.write("a.csv", |out| out.write_all(text.as_bytes()))
            })
        };
        assert_eq!(write(false, "one").unwrap(), path);
        assert!(matches!(write(false, "two"), Err(SaveError::NotEmpty(_))));
        fs::write(path.join("mine.txt"), "mine").unwrap();
        write(true, "three").unwrap();
        assert_eq!(fs::read_to_string(path.join("a.csv")).unwrap(), "three");
        assert_eq!(names(&path), ["a.csv", "mine.txt"]);
        // An empty folder is as good as none.
        let empty = folder.path().join("empty");
        fs::create_dir(&empty).unwrap();
        Place::given(&empty, false)
            .save_folder(&GO_ON, |folder| folder.write("a.csv", |_| Ok(())))
            .unwrap();
        assert_eq!(names(&empty), ["a.csv"]);
        let file = path.join("a.csv");
        assert!(Place::given(&file, true).may_save_folder().is_err());
    }

    #[test]
    fn a_folder_in_the_place_of_a_file_keeps_all_files_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.csv"), "old").unwrap();
        fs::create_dir(folder.path().join("b.csv")).unwrap();
        let error = Place::given(folder.path(), true).save_folder(&GO_ON, |folder| {
            folder.write("a.csv", |out| out.write_all(b"new"))?;
            folder.write("b.csv", |out| out.write_all(b"new"))
        });
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("b.csv") && error.contains("folder"),
            "{error}"
        );
        assert_eq!(
            fs::read_to_string(folder.path().join("a.csv")).unwrap(),
            "old"
        );
        assert_eq!(names(folder.path()), ["a.csv", "b.csv"]);
    }

    #[test]
    fn interrupted_while_files_are_written_none_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let stop = AtomicBool::new(false);
        for existing in [false, true] {
            let path = folder.path().join("tables");
            if existing {
                fs::create_dir(&path).unwrap();
            }
            stop.store(false, Ordering::Relaxed);
            let error = Place::given(&path, false).save_folder(&stop, |folder| {
                folder.write("a.csv", |out| out.write_all(b"new"))?;
                stop.store(true, Ordering::Relaxed);
                folder.write("b.csv", |out| out.write_all(b"new"))
            });
            assert!(matches!(error, Err(SaveError::Interrupted(_))), "{error:?}");
            assert_eq!(path.exists(), existing);
        }
        assert!(names(&folder.path().join("tables")).is_empty());
        assert_eq!(names(folder.path()), ["tables"]);
    }

    #[test]
    fn a_name_that_nobody_chose_gives_way() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| Place {
            path: folder.path().join(name),
            overwrite: false,
            gives_way: true,
        };
        for expected in ["day.html", "day-2.html", "day-3.html"] {
            let path = place("day.html").save_file(|_| Ok(())).unwrap();
            assert_eq!(path, folder.path().join(expected));
        }
        for expected in ["day-csv", "day-csv-2", "day-csv-3"] {
            let path = place("day-csv")
                .save_folder(&GO_ON, |folder| folder.write("a.csv", |_| Ok(())))
                .unwrap();
            assert_eq!(path, folder.path().join(expected));
            assert_eq!(names(&path), ["a.csv"]);
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_ordinary_file_stays() {
        assert!(
            Place::given(Path::new("/dev/null"), true)
                .may_save_file()
                .is_err()
        );
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        let lost = folder.path().join("lost");
        std::os::unix::fs::symlink("nowhere", &lost).unwrap();
        for overwrite in [false, true] {
            let place = Place::given(&lost, overwrite);
            assert!(place.may_save_file().is_err(), "{overwrite}");
            assert!(place.may_save_folder().is_err(), "{overwrite}");
        }
        fs::write(&real, "one").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        save(&link, "two", true).unwrap();
        assert_eq!(fs::read_to_string(&real).unwrap(), "two");
        assert!(link.symlink_metadata().unwrap().is_symlink());
    }

    #[test]
    fn names_that_every_system_takes() {
        for (name, expected) in [
            ("Bank, a Monday", "bank-a-monday"),
            ("Zürich: Straße 7", "zuerich-strasse-7"),
            ("../../etc/passwd", "etc-passwd"),
            ("  ", "scenario"),
            ("日本", "scenario"),
            ("CON", "con"),
        ] {
            assert_eq!(slug(name, "scenario"), expected, "{name}");
        }
        assert_eq!(slug(&"long ".repeat(100), "").len(), 59);
        let place = Place::default_for("A b", 7, "-csv", false);
        assert_eq!(place.path, Path::new("output/a-b-seed7-csv"));
    }
}
