//! The default policy: preference lists with tiers that open after a delay.

use super::{GroupState, Policy, View};
use crate::model::AtOnce;

/// A call takes the first tier of its queue with an idle agent, in it the group whose agent has been idle longest. An
/// agent takes the most urgent priority, then the longest wait, among the queues whose tier is open to the group.
#[derive(Debug, Clone, Copy, Default)]
pub struct Preference;

/// The group whose agent has been idle longer: the best so far, which stays where both are equal, or another.
#[inline]
fn longer_idle(groups: &[GroupState], best: Option<usize>, other: usize) -> Option<usize> {
    let better = |best: usize| groups[other].idle_since_ns < groups[best].idle_since_ns;
    if groups[other].idle > 0 && best.is_none_or(better) {
        Some(other)
    } else {
        best
    }
}

impl Policy for Preference {
    #[inline]
    fn group_for_call(&mut self, view: &View<'_>, queue: usize) -> Option<usize> {
        let mut best: Option<usize> = None;
        for &AtOnce { group, ends_tier } in &view.model.queues[queue].at_once {
            best = longer_idle(view.groups, best, group);
            if ends_tier && best.is_some() {
                break;
            }
        }
        best
    }

    #[inline]
    fn group_in_tier(&mut self, view: &View<'_>, queue: usize, tier: usize) -> Option<usize> {
        let groups = view.model.queues[queue].tiers[tier].groups.iter();
        groups.fold(None, |best, &group| longer_idle(view.groups, best, group))
    }

    #[inline]
    fn queue_for_agent(&mut self, view: &View<'_>, group: usize) -> Option<usize> {
        let mut best: Option<(u32, usize)> = None;
        for serve in &view.model.groups[group].serves {
            // Sorted by priority: a less urgent queue cannot win any more.
            if best.is_some_and(|(priority, _)| priority < serve.priority) {
                break;
            }
            let queue = &view.queues[serve.queue];
            if queue.waiting == 0 || view.now_ns - queue.oldest_ns < serve.after_ns {
                continue;
            }
            if best.is_none_or(|(_, b)| queue.oldest_entry < view.queues[b].oldest_entry) {
                best = Some((serve.priority, serve.queue));
            }
        }
        best.map(|(_, queue)| queue)
    }
}
