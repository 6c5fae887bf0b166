//! Key figures: the one place where counters become named figures.
//!
//! A figure is one entry of [`CONTACTS`], [`GROUPS`] or [`TRUNKS`]: its name, unit, definition, and how it is computed
//! from the counts of a day. To add one, add an entry. [`figures`] has them all in words.

mod collect;
mod days;
mod estimate;
mod formulas;
mod glossary;
mod reader;
mod results;
mod table;
mod targets;
mod waits;

pub use collect::Collector;
pub use formulas::{FormulaAnswer, FormulaFigures, FormulaPair, Formulas, NotApplicable};
pub use glossary::{Figure, SERVICE_LEVELS, ServiceLevel, Source, Subject, figures};
pub use reader::{Item, Reader, Scope, TARGET_MET, quantile_change};
pub use results::{
    Bound, DayLevel, Days, Interval, Part, Results, RunInfo, SCHEMA, ScenarioInfo, TargetInfo,
    TargetResult, Verdict, Waits,
};
pub use table::{
    Better, CONTACTS, GROUPS, Kpi, Measure, QUANTILES, TRUNKS, Unit, service_level, unit,
};
pub use targets::{Gauge, Place, Target, targets};
pub use waits::ContactWaits;
