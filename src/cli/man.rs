//! `acdsim man`: manual pages, made from what `--help` says.

use super::{Cli, Failure, print, say, status};
use crate::report::files::Place;
use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use std::path::PathBuf;

/// Print a manual page, or write all of them.
///
/// The page of acdsim itself, or of one of its commands.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim man | man -l -                        read the page of acdsim
  acdsim man run | man -l -                    that of acdsim run
  acdsim man --out ~/.local/share/man/man1     every page, for man acdsim and man acdsim-run

Exit status: 0 done; 2 bad usage, or a page cannot be written.")]
pub struct Arguments {
    /// The command whose page is printed [default: acdsim itself]
    command: Option<String>,
    /// Write every page into this folder, which is made if need be; pages that are there are replaced
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    out: Option<PathBuf>,
}

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    let root = tree();
    let Some(folder) = &arguments.out else {
        let page = match &arguments.command {
            Some(name) => find(&root, name)?,
            None => &root,
        };
        print(&page_of(page)?)?;
        return Ok(status::DONE);
    };
    std::fs::create_dir_all(folder).map_err(|error| {
        Failure::bad_input(format!(
            "cannot make the folder {}: {error}",
            folder.display()
        ))
    })?;
    let mut written = 0;
    for command in std::iter::once(&root).chain(root.get_subcommands()) {
        let name = Man::new(command.clone()).get_filename();
        let page = page_of(command)?;
        Place::given(&folder.join(name), true).save_file(|out| out.write_all(page.as_bytes()))?;
        written += 1;
    }
    say(format!("{written} pages written to {}", folder.display()));
    Ok(status::DONE)
}

/// The command line without its `help` command, which has no page.
fn tree() -> Command {
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    root
}

fn find<'c>(root: &'c Command, name: &str) -> Result<&'c Command, Failure> {
    root.find_subcommand(name).ok_or_else(|| {
        let names: Vec<&str> = root.get_subcommands().map(Command::get_name).collect();
        Failure::bad_input(format!(
            "there is no command \"{name}\"\n  help: the commands are {}",
            names.join(", ")
        ))
    })
}

/// A page. What stands after the options in `--help` are paragraphs with a title: each becomes a section, and
/// lines stay lines.
fn page_of(command: &Command) -> Result<String, Failure> {
    let more = command.get_after_help().map(ToString::to_string);
    let man = Man::new(command.clone().after_help(None::<&str>))
        .source(concat!("acdsim ", env!("CARGO_PKG_VERSION")))
        .manual("acdsim manual");
    let mut page = Vec::new();
    man.render(&mut page)
        .map_err(|error| Failure::bad_input(format!("cannot make the page: {error}")))?;
    let mut roff = Roff::new();
    for paragraph in more.unwrap_or_default().split("\n\n") {
        let titled = paragraph.split_once(':');
        let titled = titled.filter(|(title, _)| title.split(' ').count() <= 2);
        let (title, rest) = titled.unwrap_or(("", paragraph));
        if !title.is_empty() {
            roff.control("SH", [title.to_uppercase().as_str()]);
        }
        match rest.strip_prefix('\n') {
            Some(lines) => {
                roff.control("RS", ["4"]).control("nf", []);
                for line in lines.lines() {
                    roff.text([roman(line.trim_start())]);
                }
                roff.control("fi", []).control("RE", []);
            }
            None => {
                roff.text([roman(rest.trim())]);
            }
        }
    }
    let mut page = String::from_utf8_lossy(&page).into_owned();
    page.push_str(&roff.to_roff());
    Ok(page)
}
