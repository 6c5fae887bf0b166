//! The `acdsim` command.

fn main() {}
