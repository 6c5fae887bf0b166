//! Routing: which agent takes a call, and which call an agent takes.
//!
//! A [`Policy`] decides between groups (or single agents) and between queues; within a queue the longest waiting call always
//! comes first. Each policy has a file of its own; [`Routing::new`] is the list of them. Most are only a rule for one of the
//! two decisions, by a score: see [`scored`].

mod preference;
pub mod scored;

mod accumulating_priority;
mod fewest_calls;
mod fixed_queue_ratio;
mod generalised_cmu;
mod least_occupied;
mod longest_idle;
mod longest_queue;
#[cfg(feature = "lua")]
mod lua;
mod most_specialised;
mod phased;
mod random;
mod reserve;
mod round_robin;
mod wait_over_target;
mod weights;

pub use preference::Preference;

use crate::model::Model;
use crate::random::ReplicationKey;
use crate::scenario::schema::PREFERENCE;
use crate::scenario::{Rule, quoted};
use scored::Scored;
use std::fmt::Debug;

/// Index of an agent among those of all groups.
pub type AgentId = u32;

/// No agent: the end of a list.
pub(crate) const NOBODY: AgentId = AgentId::MAX;

/// What a policy may look at.
#[derive(Debug)]
pub struct View<'a> {
    /// The instant, in nanoseconds since the start of the replication.
    pub now_ns: i64,
    /// The interval of the instant: the last but one index of series by cell is that of the last interval, the last is
    /// after closing.
    pub cell: usize,
    /// The compiled scenario.
    pub model: &'a Model,
    /// State of each queue.
    pub queues: &'a [QueueState],
    /// State of each group.
    pub groups: &'a [GroupState],
    /// State of each agent.
    pub agents: &'a [AgentState],
}

impl View<'_> {
    /// The idle agents of a group, the longest idle first.
    pub fn idle_agents(&self, group: usize) -> impl Iterator<Item = AgentId> {
        let state = &self.groups[group];
        let first = (state.idle > 0).then_some(state.first_idle);
        let next = |&agent: &AgentId| {
            let next = self.agents[agent as usize].next_idle;
            (next != NOBODY).then_some(next)
        };
        std::iter::successors(first, next).take(state.idle as usize)
    }

    /// How long the first call of a queue has waited, in nanoseconds; 0 when nobody waits.
    #[inline]
    pub fn longest_wait_ns(&self, queue: usize) -> i64 {
        let state = &self.queues[queue];
        if state.waiting > 0 {
            self.now_ns - state.oldest_ns
        } else {
            0
        }
    }

    /// Since when the longest idle agent of a group is idle; none where nobody is.
    #[inline]
    fn idle_since_ns(&self, group: usize) -> Option<i64> {
        let state = &self.groups[group];
        (state.idle > 0).then_some(state.idle_since_ns)
    }

    /// The queues from which an agent of a group may take a call now: somebody waits, long enough for the group's tier.
    pub fn open_queues(&self, group: usize) -> impl Iterator<Item = usize> {
        let serves = self.model.groups[group].serves.iter();
        let open = serves.filter(|serve| {
            self.queues[serve.queue].waiting > 0
                && self.longest_wait_ns(serve.queue) >= serve.after_ns
        });
        open.map(|serve| serve.queue)
    }
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
    /// The longest idle agent.
    pub(crate) first_idle: AgentId,
}

/// State of an agent.
#[derive(Debug, Clone, Copy)]
pub struct AgentState {
    /// Index of the group.
    pub group: u32,
    /// Number within the group, from 0.
    pub number: u32,
    /// Since when the agent is idle; meaningless while busy or off duty.
    pub idle_since_ns: i64,
    pub(crate) next_idle: AgentId,
}

/// What an agent does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Is not on duty.
    Off,
    /// Waits for a call.
    Idle,
    /// Talks, or does after-call work.
    Busy,
}

/// Who takes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// Index of the group.
    pub group: usize,
    /// The agent; none is the longest idle one of the group.
    pub agent: Option<AgentId>,
}

impl Choice {
    /// The longest idle agent of a group.
    pub fn longest_idle(group: usize) -> Self {
        Self { group, agent: None }
    }

    /// An agent.
    pub fn agent(view: &View<'_>, agent: AgentId) -> Self {
        Self {
            group: view.agents[agent as usize].group as usize,
            agent: Some(agent),
        }
    }
}

/// A routing policy.
///
/// It is asked when a call enters a queue, when a tier opens for a waiting call, when an agent becomes free, and when it
/// asked to be asked. What it answers must be possible: an idle agent with the skill, a queue in which somebody waits. An
/// answer that is not ends the run with an error.
pub trait Policy: Debug + Send {
    /// A replication begins: forget the last one. Random choices are drawn from the key's stream of
    /// [`Purpose::Routing`](crate::random::Purpose), so that they repeat.
    fn start(&mut self, model: &Model, key: ReplicationKey) {
        let _ = (model, key);
    }

    /// Who takes a call that has just entered `queue`; `None` lets it wait.
    fn agent_for_call(&mut self, view: &View<'_>, queue: usize) -> Option<Choice>;

    /// The same for a waiting call for which the tier number `tier` of `queue` opens now.
    fn agent_in_tier(&mut self, view: &View<'_>, queue: usize, tier: usize) -> Option<Choice>;

    /// The queue from which an agent of `group`, who becomes free now, takes the longest waiting call; `None` lets the agent
    /// become idle.
    fn queue_for_agent(&mut self, view: &View<'_>, group: usize, agent: AgentId) -> Option<usize>;

    /// When to ask for [`Policy::pair`], in nanoseconds: for a policy that lets calls wait although agents are idle, and
    /// changes its mind as time goes by. It is asked whenever a call starts to wait or an agent becomes idle.
    fn next_look(&mut self, view: &View<'_>) -> Option<i64> {
        let _ = view;
        None
    }

    /// A queue whose longest waiting call an idle agent takes now. It is asked again until there is none.
    fn pair(&mut self, view: &View<'_>) -> Option<(usize, Choice)> {
        let _ = view;
        None
    }

    /// An agent changes: with [`Status::Busy`] begins to work on a call, maybe right after another one.
    fn agent_is(&mut self, status: Status, agent: AgentId, now_ns: i64) {
        let _ = (status, agent, now_ns);
    }

    /// Why it cannot go on, if it cannot: the run ends with this message.
    fn failure(&self) -> Option<&str> {
        None
    }
}

/// The policy of an engine.
#[derive(Debug)]
pub struct Routing(Kind);

/// The default is called directly.
#[derive(Debug)]
enum Kind {
    Preference,
    Other(Box<Guarded>),
}

impl Default for Routing {
    fn default() -> Self {
        Self(Kind::Preference)
    }
}

impl Routing {
    /// The policy of a model: that of its scenario, or one after the other as the scenario changes.
    pub fn new(model: &Model) -> Self {
        match phased::Phased::new(model) {
            None => Self::of_scenario(model),
            Some(phased) => Self::of(phased),
        }
    }

    /// The policy that a scenario names: the list of all.
    fn of_scenario(model: &Model) -> Self {
        let mut scored = Scored::default();
        for rule in &model.scenario.routing {
            match rule.policy.as_str() {
                // Which agent takes a call.
                "longest_idle" => scored.agents(longest_idle::LongestIdle),
                "least_occupied" => scored.agents(least_occupied::LeastOccupied::default()),
                "round_robin" => scored.agents(round_robin::RoundRobin::default()),
                "random" => scored.agents(random::Random::new(rule)),
                "fewest_calls" => scored.agents(fewest_calls::FewestCalls::default()),
                "most_specialised" => scored.agents(most_specialised::MostSpecialised),
                // Which call an agent takes.
                "longest_queue" => scored.calls(longest_queue::LongestQueue),
                "wait_over_target" => scored.calls(wait_over_target::WaitOverTarget),
                "accumulating_priority" => {
                    scored.calls(accumulating_priority::AccumulatingPriority::new(
                        model, rule,
                    ));
                }
                "generalised_cmu" => {
                    scored.calls(generalised_cmu::GeneralisedCmu::new(model, rule));
                }
                // Both.
                "fixed_queue_ratio" => {
                    let ratio = fixed_queue_ratio::FixedQueueRatio::new(model, rule);
                    scored.agents(ratio.clone());
                    scored.calls(ratio);
                }
                "reserve" => return Self::of(reserve::Reserve::new(model, rule)),
                "weights" => return Self::of(weights::Weights::new(model, rule)),
                #[cfg(feature = "lua")]
                "lua" => return Self::of(lua::Script::new(model, rule)),
                other => debug_assert!(other == PREFERENCE, "{other} is not in this list"),
            }
        }
        match scored.is_default() {
            true => Self::default(),
            false => Self::of(scored),
        }
    }

    /// Any policy.
    pub fn of(policy: impl Policy + 'static) -> Self {
        Self(Kind::Other(Box::new(Guarded {
            policy: Box::new(policy),
            failure: None,
        })))
    }

    #[inline]
    pub(crate) fn start(&mut self, model: &Model, key: ReplicationKey) {
        if let Kind::Other(other) = &mut self.0 {
            other.policy.start(model, key);
            other.failure = other.policy.failure().map(|why| (0, why.to_owned()));
        }
    }

    #[inline(always)]
    pub(crate) fn agent_for_call(&mut self, view: &View<'_>, queue: usize) -> Option<Choice> {
        match &mut self.0 {
            Kind::Preference => Preference.agent_for_call(view, queue),
            Kind::Other(other) => other.agent_for_call(view, queue),
        }
    }

    #[inline(always)]
    pub(crate) fn agent_in_tier(
        &mut self,
        view: &View<'_>,
        queue: usize,
        tier: usize,
    ) -> Option<Choice> {
        match &mut self.0 {
            Kind::Preference => Preference.agent_in_tier(view, queue, tier),
            Kind::Other(other) => other.agent_in_tier(view, queue, tier),
        }
    }

    #[inline(always)]
    pub(crate) fn queue_for_agent(
        &mut self,
        view: &View<'_>,
        group: usize,
        agent: AgentId,
    ) -> Option<usize> {
        match &mut self.0 {
            Kind::Preference => Preference.queue_for_agent(view, group, agent),
            Kind::Other(other) => other.queue_for_agent(view, group, agent),
        }
    }

    /// When it wants to look again.
    #[inline(always)]
    pub(crate) fn next_look(&mut self, view: &View<'_>) -> Option<i64> {
        match &mut self.0 {
            Kind::Preference => None,
            Kind::Other(other) => other.next_look(view),
        }
    }

    #[inline(always)]
    pub(crate) fn is_default(&self) -> bool {
        matches!(self.0, Kind::Preference)
    }

    pub(crate) fn pair(&mut self, view: &View<'_>) -> Option<(usize, Choice)> {
        match &mut self.0 {
            Kind::Preference => None,
            Kind::Other(other) => other.pair(view),
        }
    }

    #[inline(always)]
    pub(crate) fn agent_is(&mut self, status: Status, agent: AgentId, now_ns: i64) {
        if let Kind::Other(other) = &mut self.0 {
            other.policy.agent_is(status, agent, now_ns);
        }
    }

    /// When, in nanoseconds, and why it failed.
    pub(crate) fn failure(&self) -> Option<&(i64, String)> {
        match &self.0 {
            Kind::Preference => None,
            Kind::Other(other) => other.failure.as_ref(),
        }
    }
}

/// The pairs of groups and queues, of which the group serves the queue, that a rule's `group` and `queue` name: all where one
/// is left out.
fn pairs_of(model: &Model, rule: &Rule) -> Vec<(usize, usize)> {
    let scenario = &model.scenario;
    let is = |named: Option<&str>, name: &str| named.is_none_or(|named| named == name);
    let groups = model.groups.iter().enumerate();
    let groups = groups.filter(|(g, _)| is(rule.text("group"), &scenario.groups[*g].name));
    let pairs =
        groups.flat_map(|(g, group)| group.serves.iter().map(move |serve| (g, serve.queue)));
    pairs
        .filter(|(_, q)| is(rule.text("queue"), &scenario.queues[*q].name))
        .collect()
}

/// A policy whose answers are checked before anybody acts on them.
#[derive(Debug)]
struct Guarded {
    policy: Box<dyn Policy>,
    /// The first: when and why.
    failure: Option<(i64, String)>,
}

impl Guarded {
    /// What the policy says, unless it failed.
    fn ask<T>(
        &mut self,
        view: &View<'_>,
        question: impl FnOnce(&mut dyn Policy) -> Option<T>,
    ) -> Option<T> {
        if self.failure.is_some() {
            return None;
        }
        let answer = question(&mut *self.policy);
        if let Some(why) = self.policy.failure() {
            self.failure = Some((view.now_ns, why.to_owned()));
            return None;
        }
        answer
    }

    fn agent_for_call(&mut self, view: &View<'_>, queue: usize) -> Option<Choice> {
        let choice = self.ask(view, |policy| policy.agent_for_call(view, queue))?;
        self.possible(view, queue, choice)
    }

    fn agent_in_tier(&mut self, view: &View<'_>, queue: usize, tier: usize) -> Option<Choice> {
        let choice = self.ask(view, |policy| policy.agent_in_tier(view, queue, tier))?;
        self.possible(view, queue, choice)
    }

    fn queue_for_agent(&mut self, view: &View<'_>, group: usize, agent: AgentId) -> Option<usize> {
        let queue = self.ask(view, |policy| policy.queue_for_agent(view, group, agent))?;
        self.waits(view, queue)?;
        match unskilled(view, queue, group) {
            None => Some(queue),
            Some(why) => self.fail(view, why),
        }
    }

    fn next_look(&mut self, view: &View<'_>) -> Option<i64> {
        self.ask(view, |policy| policy.next_look(view))
    }

    fn pair(&mut self, view: &View<'_>) -> Option<(usize, Choice)> {
        let (queue, choice) = self.ask(view, |policy| policy.pair(view))?;
        self.waits(view, queue)?;
        let choice = self.possible(view, queue, choice)?;
        Some((queue, choice))
    }

    fn possible(&mut self, view: &View<'_>, queue: usize, choice: Choice) -> Option<Choice> {
        match refused(view, queue, choice) {
            None => Some(choice),
            Some(why) => self.fail(view, why),
        }
    }

    fn waits(&mut self, view: &View<'_>, queue: usize) -> Option<()> {
        match unwanted(view, queue) {
            None => Some(()),
            Some(why) => self.fail(view, why),
        }
    }

    fn fail<T>(&mut self, view: &View<'_>, why: String) -> Option<T> {
        self.failure = Some((view.now_ns, format!("it {why}")));
        None
    }
}

/// Why nobody chosen so can take a call of a queue; `None` where it is possible.
fn refused(view: &View<'_>, queue: usize, choice: Choice) -> Option<String> {
    let Choice { group, agent } = choice;
    let Some(state) = view.groups.get(group) else {
        return Some(format!("chose group number {group}, which does not exist"));
    };
    let name = || quoted(&view.model.scenario.groups[group].name);
    if let Some(why) = unskilled(view, queue, group) {
        Some(why)
    } else if state.idle == 0 {
        Some(format!("chose group {}, in which nobody is idle", name()))
    } else {
        let idle = |agent| view.idle_agents(group).any(|idle| idle == agent);
        let busy = agent.is_some_and(|agent| !idle(agent));
        busy.then(|| format!("chose an agent of group {} who is not idle", name()))
    }
}

/// Why no call of a queue can be taken; `None` where it is possible.
fn unwanted(view: &View<'_>, queue: usize) -> Option<String> {
    match view.queues.get(queue) {
        None => Some(format!("chose queue number {queue}, which does not exist")),
        Some(state) if state.waiting == 0 => {
            let name = quoted(&view.model.scenario.queues[queue].name);
            Some(format!("chose queue {name}, in which nobody waits"))
        }
        Some(_) => None,
    }
}

/// Why a group cannot take a call of a queue; `None` where it serves it.
fn unskilled(view: &View<'_>, queue: usize, group: usize) -> Option<String> {
    let mut serves = view.model.groups[group].serves.iter();
    if serves.any(|serve| serve.queue == queue) {
        return None;
    }
    let scenario = &view.model.scenario;
    let (group, queue) = (&scenario.groups[group].name, &scenario.queues[queue].name);
    Some(format!(
        "gave a call of queue {} to group {}, which does not serve it",
        quoted(queue),
        quoted(group)
    ))
}
