//! The longest queue first.

use super::View;
use super::scored::CallRule;

/// The queue in which most calls wait (Tassiulas and Ephremides 1993, "Dynamic server allocation to parallel queues with randomly
/// varying connectivity").
#[derive(Debug)]
pub struct LongestQueue;

impl CallRule for LongestQueue {
    fn score(&mut self, view: &View<'_>, _: usize, queue: usize) -> f64 {
        f64::from(view.queues[queue].waiting)
    }
}
