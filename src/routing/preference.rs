//! The default policy: preference lists with tiers that open after a delay.

use super::{AgentId, Choice, Policy, View};
use crate::model::AtOnce;

/// A call takes the first tier of its queue with an idle agent, in it the group whose agent has been idle longest. An
/// agent takes the most urgent priority, then the longest wait, among the queues whose tier is open to the group.
#[derive(Debug, Clone, Copy, Default)]
pub struct Preference;

impl Preference {
    /// The group that takes a call entering a queue, among those that are allowed.
    #[inline(always)]
    pub(super) fn group(
        view: &View<'_>,
        queue: usize,
        allowed: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let mut best: Option<usize> = None;
        for &AtOnce { group, ends_tier } in &view.model.queues[queue].at_once {
            if allowed(group) {
                best = longer_idle(view, best, group);
            }
            if ends_tier && best.is_some() {
                break;
            }
        }
        best
    }

    /// The same in one tier.
    #[inline(always)]
    pub(super) fn group_in_tier(
        view: &View<'_>,
        queue: usize,
        tier: usize,
        allowed: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let groups = view.model.queues[queue].tiers[tier].groups.iter();
        let allowed = groups.filter(|&&group| allowed(group));
        allowed.fold(None, |best, &group| longer_idle(view, best, group))
    }

    /// The queue whose first call an agent of a group takes, among those that are allowed.
    #[inline(always)]
    pub(super) fn queue(
        view: &View<'_>,
        group: usize,
        allowed: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let mut best: Option<(u32, usize)> = None;
        for serve in &view.model.groups[group].serves {
            // Sorted by priority: a less urgent queue cannot win any more.
            if best.is_some_and(|(priority, _)| priority < serve.priority) {
                break;
            }
            let queue = &view.queues[serve.queue];
            if queue.waiting == 0
                || view.now_ns - queue.oldest_ns < serve.after_ns
                || !allowed(serve.queue)
            {
                continue;
            }
            if best.is_none_or(|(_, b)| queue.oldest_entry < view.queues[b].oldest_entry) {
                best = Some((serve.priority, serve.queue));
            }
        }
        best.map(|(_, queue)| queue)
    }
}

/// The group whose agent has been idle longer: the best so far, which stays where both are equal, or another.
#[inline(always)]
fn longer_idle(view: &View<'_>, best: Option<usize>, other: usize) -> Option<usize> {
    let groups = view.groups;
    let better = |best: usize| groups[other].idle_since_ns < groups[best].idle_since_ns;
    if groups[other].idle > 0 && best.is_none_or(better) {
        Some(other)
    } else {
        best
    }
}

impl Policy for Preference {
    #[inline]
    fn agent_for_call(&mut self, view: &View<'_>, queue: usize) -> Option<Choice> {
        Self::group(view, queue, |_| true).map(Choice::longest_idle)
    }

    #[inline]
    fn agent_in_tier(&mut self, view: &View<'_>, queue: usize, tier: usize) -> Option<Choice> {
        Self::group_in_tier(view, queue, tier, |_| true).map(Choice::longest_idle)
    }

    #[inline]
    fn queue_for_agent(&mut self, view: &View<'_>, group: usize, _: AgentId) -> Option<usize> {
        Self::queue(view, group, |_| true)
    }
}
