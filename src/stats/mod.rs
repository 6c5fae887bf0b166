//! Accumulators, estimators and intervals. Nothing here knows of calls.

mod estimate;
mod histogram;
mod paired;
mod sequential;

pub use estimate::{Estimate, Ratio, clopper_pearson, student_t, wilson};
pub use histogram::{BINS_PER_OCTAVE, Histogram, edge_ns};
pub use paired::{Paired, PairedRatio};
pub use sequential::errors_of_looks;
