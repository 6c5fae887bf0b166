//! Routing: which agent takes a call, and which call an agent takes.
//!
//! A [`Policy`] decides between groups and between queues. Within a queue the longest waiting call always comes first,
//! within a group the agent who has been idle longest.

mod preference;

pub use preference::Preference;

use crate::model::Model;

/// What a policy may look at.
#[derive(Debug)]
pub struct View<'a> {
    /// The instant, in nanoseconds since the start of the replication.
    pub now_ns: i64,
    /// The compiled scenario.
    pub model: &'a Model,
    /// State of each queue.
    pub queues: &'a [QueueState],
    /// State of each group.
    pub groups: &'a [GroupState],
}

/// State of a queue.
#[derive(Debug, Clone, Copy)]
pub struct QueueState {
    /// Number of waiting calls.
    pub waiting: u32,
    /// When the longest waiting call entered; meaningless when nobody waits.
    pub oldest_ns: i64,
    /// Its number in the order of all queue entries.
    pub oldest_entry: u64,
}

/// State of an agent group.
#[derive(Debug, Clone, Copy)]
pub struct GroupState {
    /// Number of idle agents.
    pub idle: u32,
    /// Since when the longest idle agent has been idle; meaningless when nobody is.
    pub idle_since_ns: i64,
}

/// A routing policy.
pub trait Policy {
    /// The group whose longest idle agent takes a call that has just entered `queue` and found nobody before it, or
    /// `None` to let it wait. The group must have an idle agent.
    fn group_for_call(&mut self, view: &View<'_>, queue: usize) -> Option<usize>;

    /// The same for a call for which the tier number `tier` of `queue` opens now.
    fn group_in_tier(&mut self, view: &View<'_>, queue: usize, tier: usize) -> Option<usize>;

    /// The queue from which an agent of `group`, who becomes free now, takes the longest waiting call, or `None` to
    /// become idle. The queue must have a waiting call.
    fn queue_for_agent(&mut self, view: &View<'_>, group: usize) -> Option<usize>;
}
