//! `acdsim erlang`: Erlang's formulas and their family, in every direction.

mod loss;
mod output;
mod values;
mod waiting;

use super::{Failure, status};
use clap::{Args, Subcommand};

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

#[derive(Debug, Subcommand)]
enum Model {
    B(loss::B),
    C(waiting::C),
    A(waiting::A),
    Queue(waiting::Queue),
    Patience(waiting::General),
    Engset(loss::Engset),
    ExtendedB(loss::ExtendedB),
}

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    let (question, output): (&dyn output::Question, &output::Flags) = match &arguments.model {
        Model::B(b) => (b, &b.output),
        Model::C(c) => (c, &c.output),
        Model::A(a) => (a, &a.output),
        Model::Queue(queue) => (queue, &queue.output),
        Model::Patience(patience) => (patience, &patience.output),
        Model::Engset(engset) => (engset, &engset.output),
        Model::ExtendedB(extended) => (extended, &extended.output),
    };
    output::show(question, output).map(|done| match done {
        true => status::DONE,
        false => status::BAD_INPUT,
    })
}
