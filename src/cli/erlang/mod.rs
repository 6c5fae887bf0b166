//! `acdsim erlang`: Erlang's formulas and their family, in every direction.

mod a;
mod b;
mod c;
mod engset;
mod extended_b;
mod figures;
mod given;
mod loss;
mod output;
mod patience;
mod queue;
mod values;
mod waiting;

use super::{Failure, status};
use clap::{Args, Subcommand};
use std::ffi::OsString;

/// Compute service level, agents, volume or AHT by the formulas of Erlang and his successors.
///
/// Of volume, AHT and agents (lines) leave out the one that is wanted, and give targets for it; with none left out the result is
/// what they give together. A range in one of them, such as --agents 20..40, makes a table.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
#[command(after_help = "\
Examples:
  acdsim erlang c --calls 100/h --aht 180s --target 80/20            agents for 80 % in 20 s
  acdsim erlang a --calls 100/h --aht 180s --agents 6 --patience 120s
  acdsim erlang a --calls 100/h..400/h:20/h --aht 180s --patience 120s --target 80/20
  acdsim erlang b --erlangs 25 --max-blocking 1%                     lines for 1 % busy tones

docs/erlang.md has the formulas and their sources.
Exit status: 0 done; 2 bad usage, bad input, or there is no such figure.")]
pub struct Arguments {
    #[command(subcommand)]
    model: Model,
}

/// The systems of the command line, in the order of its help: each is a file with its flags, and one entry here.
macro_rules! systems {
    ($($name:ident($system:ty)),* $(,)?) => {
        #[derive(Debug, Subcommand)]
        enum Model {
            $($name($system)),*
        }

        impl Model {
            /// Prints the answer; `false` if there is none, which is said.
            fn show(&self) -> Result<bool, Failure> {
                match self {
                    $(Self::$name(system) => system.show()),*
                }
            }
        }
    };
}

systems! {
    B(b::B),
    C(c::C),
    A(a::A),
    Queue(queue::Queue),
    Patience(patience::General),
    Engset(engset::Engset),
    ExtendedB(extended_b::ExtendedB),
}

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    Ok(match arguments.model.show()? {
        true => status::DONE,
        false => status::BAD_INPUT,
    })
}

/// What is wrong with the flags, as the one document that `--json` promises; `None` where it is not asked for.
pub fn usage_error(
    arguments: impl IntoIterator<Item = OsString>,
    error: &clap::Error,
) -> Option<Result<u8, Failure>> {
    let mut arguments = arguments.into_iter().skip(1);
    let asked = arguments.next().is_some_and(|command| command == "erlang")
        && arguments.any(|argument| argument == "--json");
    // Help and version are no errors.
    if !asked || !error.use_stderr() {
        return None;
    }
    let text = error.render().to_string();
    let first = text.split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = first.split_whitespace().collect();
    let message = words.join(" ");
    let message = message.strip_prefix("error: ").unwrap_or(&message);
    Some(output::show_usage_error(message).map(|()| status::BAD_INPUT))
}
