//! The report of a load test: the figures of a centre against its volume, and where the service begins to give way.

use super::files::{Folder, SaveError};
use super::text::Page;
use crate::scenario::Scenario;
use crate::stress::Stress;
use std::io;
use std::sync::atomic::AtomicBool;

/// What is shown.
pub struct View<'a> {
    found: &'a Stress,
    scenario: &'a Scenario,
}
impl<'a> View<'a> {
    /// x
    pub fn new(found: &'a Stress, scenario: &'a Scenario) -> Self { Self { found, scenario } }
}
/// x
pub fn text(view: &View<'_>, _page: &Page) -> String {
    let _ = view.scenario;
    let c = view.found.curve.as_ref().unwrap();
    let mut out = String::new();
    for r in &c.rows { if r.place.starts_with("queues") || r.place=="total" { out += &format!("{} {} {} {:?} {:?}\n", r.percent, r.place, r.days, r.get("service_level").mean.map(|x| (x*1000.0).round()/10.0), r.erlang.map(|e| (e.agents, e.c.and_then(|c| c.figures().map(|f| f.service_level)), e.a.and_then(|c| c.figures().map(|f| f.service_level)))))} }
    out += &format!("{:?}\n{:?}\n", c.knees, view.found.run);
    out
}
/// x
pub fn page(_view: &View<'_>, _stop: &AtomicBool, _out: &mut dyn io::Write) -> io::Result<()> { Ok(()) }
/// x
pub fn write_plots(_view: &View<'_>, _f: &Folder<'_>) -> Result<(), SaveError> { Ok(()) }
/// x
pub fn write_csv(_view: &View<'_>, _f: &Folder<'_>) -> Result<(), SaveError> { Ok(()) }
