//! The wait as a part of its target.

use super::View;
use super::scored::CallRule;

/// The queue whose longest waiting call has used up most of its target time: waits in proportion to the targets.
/// It is the generalised cµ rule with costs of wait² / (2 T µ), as in Gurvich and Whitt 2010 (proportional waits).
#[derive(Debug)]
pub struct WaitOverTarget;

impl CallRule for WaitOverTarget {
    fn score(&mut self, view: &View<'_>, _: usize, queue: usize) -> f64 {
        // A target of 0 s is missed by whoever waits.
        let target_ns = view.model.queues[queue].within_ns.max(1);
        view.longest_wait_ns(queue) as f64 / target_ns as f64
    }
}
