//! The laboratory: variants of a scenario set against each other on the same days, and sweeps over values.
//!
//! It asks `experiment` for the same days of every variant and judges the differences by their confidence intervals. What a
//! difference is measured by is in `amounts`, the judging in `verdict`, when to look at the figures in `looks`, and the
//! comparison itself in `compare`; `live` is a comparison that is
//! watched while it is simulated. The gate for CI is in `check`. What a sweep varies is in `vary`, its points and files in `sweep`.

mod amounts;
pub mod check;
mod compare;
pub mod live;
mod looks;
mod ranking;
pub mod sweep;
pub mod vary;
mod verdict;

pub use amounts::{Amount, AmountError, Amounts};
pub use check::Gate;
pub use compare::{
    Comparison, Days, Difference, Error, HEADLINES, Only, Precision, Question, RunInfo, SCHEMA,
    Side, SideInfo, compare,
};
pub use live::{Live, Settings as LiveSettings, Snapshot};
pub use looks::Looks;
pub use ranking::{Rank, Ranking};
pub use verdict::Verdict;
