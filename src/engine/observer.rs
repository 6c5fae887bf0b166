//! Watching a simulation: everything that happens to an attempt or an agent, as it happens.

/// Told of everything that happens in a replication. The empty observer `()` costs nothing.
pub trait Observer {
    /// False for an observer that looks at nothing: then the engine does not even say who it is about.
    const WATCHES: bool = true;

    /// Something happened to an attempt.
    #[inline(always)]
    fn attempt(&mut self, _now_ns: i64, _attempt: Attempt, _event: AttemptEvent) {}

    /// Something happened to an agent.
    #[inline(always)]
    fn agent(&mut self, _now_ns: i64, _agent: Agent, _event: AgentEvent) {}
}

impl Observer for () {
    const WATCHES: bool = false;
}

/// Which attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Attempt {
    /// Index of the call type.
    pub call_type: usize,
    /// Number of the caller within the type, from 0.
    pub caller: u64,
    /// Number of the attempt of this caller, from 0.
    pub number: u32,
    /// Why the caller calls.
    pub cause: Cause,
}

/// Why a caller calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// For the first time.
    First,
    /// After an attempt that was not answered.
    Redial,
    /// After an answer that did not help.
    Reconnect,
}

/// What happened to an attempt. Every attempt starts with `Arrived`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptEvent {
    /// Reached the system.
    Arrived,
    /// Found no line; the attempt is over.
    NoLine,
    /// Heard the busy tone in place of the IVR; the attempt is over.
    IvrBusy,
    /// Self-served in the IVR; the attempt is over.
    Contained,
    /// Hung up in the IVR, or was dropped there at closing; the attempt is over.
    HungUpInIvr,
    /// Reached its queue.
    Queued {
        /// Index of the queue.
        queue: usize,
    },
    /// Found the queue full; the attempt is over.
    QueueFull,
    /// Left at once instead of waiting; the attempt is over.
    Balked,
    /// Starts to wait.
    Waits {
        /// Longest wait borne, in nanoseconds; `i64::MAX` for ever.
        patience_ns: i64,
    },
    /// Answered.
    Answered {
        /// Who answered.
        agent: Agent,
        /// Talk time.
        talk_ns: i64,
        /// After-call work.
        acw_ns: i64,
    },
    /// Lost patience; the attempt is over.
    Abandoned,
    /// Dropped at closing; the attempt is over.
    Dropped,
    /// The agent is lost, and the call cut; the attempt is over.
    Cut,
    /// End of talk; the attempt is over.
    HungUp {
        /// The need is met.
        resolved: bool,
    },
    /// The attempt is over and the caller will try again.
    WillRepeat {
        /// Redial or reconnect.
        cause: Cause,
        /// When.
        at_ns: i64,
    },
    /// The caller wanted to try again, but outside opening hours.
    OutOfHours,
    /// The caller's need ends here.
    CallerEnds {
        /// Helped?
        resolved: bool,
    },
}

/// Which agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Agent {
    /// Index of the group.
    pub group: usize,
    /// Number within the group, from 0; of a roster that of the person.
    pub number: u32,
}

/// What happened to an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentEvent {
    /// Came on duty.
    OnDuty,
    /// Finished a call and its after-call work.
    Free,
    /// Went off duty.
    OffDuty,
}
