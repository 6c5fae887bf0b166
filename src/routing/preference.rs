//! The default policy: preference lists with tiers that open after a delay.

use super::{GroupState, Policy, View};

/// A call takes the first tier of its queue with an idle agent, in it the group whose agent has been idle longest. An
/// agent takes the most urgent priority, then the longest wait, among the queues whose tier is open to the group.
#[derive(Debug, Clone, Copy, Default)]
pub struct Preference;

/// The group of the list whose agent has been idle longest; the first in file order where several are equal.
#[inline]
fn longest_idle(groups: &[GroupState], list: &[usize]) -> Option<usize> {
    let mut best: Option<usize> = None;
    for &g in list {
        let better = |b: usize| groups[g].idle_since_ns < groups[b].idle_since_ns;
        if groups[g].idle > 0 && best.is_none_or(better) {
            best = Some(g);
        }
    }
    best
}

impl Policy for Preference {
    #[inline]
    fn group_for_call(&mut self, view: &View<'_>, queue: usize) -> Option<usize> {
        view.model.queues[queue]
            .tiers
            .iter()
            .filter(|tier| tier.after_ns == 0)
            .find_map(|tier| longest_idle(view.groups, &tier.groups))
    }

    #[inline]
    fn group_in_tier(&mut self, view: &View<'_>, queue: usize, tier: usize) -> Option<usize> {
        longest_idle(view.groups, &view.model.queues[queue].tiers[tier].groups)
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
