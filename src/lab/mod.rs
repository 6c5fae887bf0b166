//! The laboratory: variants of a scenario set against each other on the same days.
//!
//! It asks `experiment` for the same days of every variant and judges the differences by their confidence intervals. What a
//! difference is measured by is in `amounts`, the judging in `verdict`, when to look at the figures in `looks`, and the
//! comparison itself in `compare`.

mod amounts;
mod compare;
mod looks;
mod ranking;
mod verdict;

pub use amounts::{Amount, AmountError, Amounts};
pub use compare::{
    Comparison, Days, Difference, Error, HEADLINES, Only, Precision, Question, RunInfo, SCHEMA,
    Side, SideInfo, compare,
};
pub use looks::Looks;
pub use ranking::{Rank, Ranking};
pub use verdict::Verdict;
