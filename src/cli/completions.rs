//! `acdsim completions`: completion scripts for shells.

use super::{Cli, Failure, print, status};
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Print a script with which a shell completes commands, flags and names.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim completions bash > ~/.local/share/bash-completion/completions/acdsim
  acdsim completions zsh > ~/.zfunc/_acdsim                     a folder of your $fpath
  acdsim completions fish > ~/.config/fish/completions/acdsim.fish
  acdsim completions powershell >> $PROFILE
  acdsim completions elvish >> ~/.config/elvish/rc.elv

Start a new shell afterwards.

Exit status: 0 done; 2 bad usage.")]
pub struct Arguments {
    /// The shell
    shell: Shell,
}

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "acdsim", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(status::DONE)
}
