//! Everything that happens on a day, an event a line: for spreadsheets, and for those who want to compute a figure
//! themselves. What the columns mean is said in `docs/output.md`.

use super::csv::Rows;
use super::tables::Sheet;
use crate::engine::{Agent, AgentEvent, Attempt, AttemptEvent, Cause, Observer};
use crate::model::Model;
use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// How a trace is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table with a column for everything that an event can have
    Csv,
    /// A JSON object in each line, with what the event has
    Jsonl,
}

/// An observer that writes as it watches. Its memory holds only who is in a queue.
pub struct Trace<'a> {
    model: &'a Model,
    out: Out<'a>,
    /// When those in a queue entered it, by call type and caller.
    entered: HashMap<(usize, u64), i64>,
    /// Set to true when nothing more can be written.
    stop: &'a AtomicBool,
    failed: Option<io::Error>,
}

enum Out<'a> {
    Csv(Box<Rows<'a>>),
    Jsonl(Box<dyn Write + 'a>),
}

/// What is said of an event, in the order of the columns.
#[derive(Debug, Default, Clone, Copy)]
struct Event<'m> {
    time: Option<i64>,
    event: &'static str,
    call_type: Option<&'m str>,
    caller: Option<u64>,
    attempt: Option<u64>,
    cause: Option<&'static str>,
    trunk: Option<&'m str>,
    queue: Option<&'m str>,
    group: Option<&'m str>,
    agent: Option<u64>,
    outcome: Option<&'static str>,
    wait: Option<i64>,
    patience: Option<i64>,
    talk: Option<i64>,
    acw: Option<i64>,
    again_at: Option<i64>,
}

/// A cell.
enum Value<'m> {
    Text(&'m str),
    Number(String),
}

impl<'m> Event<'m> {
    fn cells(&self, model: &Model) -> [(&'static str, Option<Value<'m>>); 17] {
        let text = |text: Option<&'m str>| text.map(Value::Text);
        let number = |n: Option<u64>| n.map(|n| Value::Number(n.to_string()));
        let time = |ns: Option<i64>| ns.map(|ns| Value::Number(seconds(ns)));
        let clock = self.time.filter(|_| !model.steady);
        let clock = clock.map(|ns| Value::Number(clock_text(model.scenario.open_min, ns)));
        [
            ("time_s", time(self.time)),
            ("clock", clock),
            ("event", Some(Value::Text(self.event))),
            ("call_type", text(self.call_type)),
            ("caller", number(self.caller)),
            ("attempt", number(self.attempt)),
            ("cause", text(self.cause)),
            ("trunk", text(self.trunk)),
            ("queue", text(self.queue)),
            ("group", text(self.group)),
            ("agent", number(self.agent)),
            ("outcome", text(self.outcome)),
            ("wait_s", time(self.wait)),
            ("patience_s", time(self.patience)),
            ("talk_s", time(self.talk)),
            ("acw_s", time(self.acw)),
            ("again_at_s", time(self.again_at)),
        ]
    }
}

/// Exactly, without zeros at the end.
fn seconds(ns: i64) -> String {
    const S: i64 = 1_000_000_000;
    let text = format!("{}.{:09}", ns / S, ns % S);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Hours, minutes and seconds of the day; beyond 24 h after midnight.
fn clock_text(open_min: u32, ns: i64) -> String {
    let s = i64::from(open_min) * 60 + ns / 1_000_000_000;
    format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

impl<'a> Trace<'a> {
    /// A trace into `out`; `stop` is set when that takes no more.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(
        model: &'a Model,
        format: Format,
        out: impl Write + 'a,
        stop: &'a AtomicBool,
    ) -> io::Result<Self> {
        let out = match format {
            Format::Csv => {
                let scenario = &model.scenario;
                let types = scenario.call_types.iter().map(|t| &t.name);
                let queues = scenario.queues.iter().map(|queue| &queue.name);
                let groups = scenario.groups.iter().map(|group| &group.name);
                let trunks = scenario.trunks.iter().map(|trunk| &trunk.name);
                let mut names = types.chain(queues).chain(groups).chain(trunks);
                let mut rows = Rows::new(out, names.all(|name| name.is_ascii()))?;
                rows.header(&Event::default().cells(model).map(|(name, _)| name))?;
                Out::Csv(Box::new(rows))
            }
            Format::Jsonl => Out::Jsonl(Box::new(out)),
        };
        Ok(Self {
            model,
            out,
            entered: HashMap::new(),
            stop,
            failed: None,
        })
    }

    /// Ends the trace.
    ///
    /// # Errors
    /// What went wrong while it was written.
    pub fn finish(mut self) -> io::Result<()> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        match &mut self.out {
            Out::Csv(rows) => rows.flush(),
            Out::Jsonl(out) => out.flush(),
        }
    }

    fn write(&mut self, event: &Event<'_>) {
        if self.failed.is_some() {
            return;
        }
        if let Err(error) = self.try_to_write(event) {
            self.failed = Some(error);
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    fn try_to_write(&mut self, event: &Event<'_>) -> io::Result<()> {
        let cells = event.cells(self.model);
        match &mut self.out {
            Out::Csv(rows) => {
                for (_, value) in cells {
                    match value {
                        Some(Value::Text(text)) => rows.text(text)?,
                        Some(Value::Number(number)) => rows.text(&number)?,
                        None => rows.text("")?,
                    }
                }
                rows.end()
            }
            Out::Jsonl(out) => {
                let mut before = '{';
                for (name, value) in cells {
                    let value = match value {
                        Some(Value::Text(text)) => serde_json::to_string(text)?,
                        // The only one of them that is no number in JSON.
                        Some(Value::Number(clock)) if name == "clock" => format!("\"{clock}\""),
                        Some(Value::Number(number)) => number,
                        None => continue,
                    };
                    write!(out, "{before}\"{name}\":{value}")?;
                    before = ',';
                }
                out.write_all(b"}\n")
            }
        }
    }

    /// The time since an attempt entered its queue, which it leaves.
    fn waited(&mut self, attempt: &Attempt, now: i64) -> Option<i64> {
        let entered = self.entered.remove(&(attempt.call_type, attempt.caller));
        entered.map(|entered| now - entered)
    }
}

impl Observer for Trace<'_> {
    fn attempt(&mut self, now: i64, attempt: Attempt, event: AttemptEvent) {
        let scenario = &self.model.scenario;
        let call_type = &scenario.call_types[attempt.call_type];
        let of_caller = Event {
            time: Some(now),
            call_type: Some(&call_type.name),
            // People count from 1.
            caller: Some(attempt.caller + 1),
            attempt: Some(u64::from(attempt.number) + 1),
            cause: Some(cause(attempt.cause)),
            ..Event::default()
        };
        let on_line = Event {
            trunk: call_type.trunk.as_deref(),
            ..of_caller
        };
        let in_queue = Event {
            queue: Some(&call_type.queue),
            ..on_line
        };
        let helped = |resolved, not| Some(if resolved { "resolved" } else { not });
        let event = match event {
            AttemptEvent::Arrived => Event {
                event: "arrived",
                ..on_line
            },
            AttemptEvent::NoLine => Event {
                event: "no_line",
                ..on_line
            },
            AttemptEvent::IvrBusy => Event {
                event: "ivr_busy",
                ..of_caller
            },
            AttemptEvent::Contained => Event {
                event: "contained",
                ..on_line
            },
            AttemptEvent::HungUpInIvr => Event {
                event: "hung_up_in_ivr",
                ..on_line
            },
            AttemptEvent::Queued { .. } => {
                self.entered
                    .insert((attempt.call_type, attempt.caller), now);
                Event {
                    event: "queued",
                    ..in_queue
                }
            }
            AttemptEvent::QueueFull => {
                self.waited(&attempt, now);
                Event {
                    event: "queue_full",
                    ..in_queue
                }
            }
            AttemptEvent::Balked => Event {
                event: "balked",
                wait: self.waited(&attempt, now),
                ..in_queue
            },
            AttemptEvent::Waits { patience_ns } => Event {
                event: "waits",
                patience: Some(patience_ns).filter(|ns| *ns < i64::MAX),
                ..in_queue
            },
            AttemptEvent::Answered {
                agent,
                talk_ns,
                acw_ns,
            } => Event {
                event: "answered",
                group: Some(&scenario.groups[agent.group].name),
                agent: Some(u64::from(agent.number) + 1),
                wait: self.waited(&attempt, now),
                talk: Some(talk_ns),
                acw: Some(acw_ns),
                ..in_queue
            },
            AttemptEvent::Abandoned => Event {
                event: "abandoned",
                wait: self.waited(&attempt, now),
                ..in_queue
            },
            AttemptEvent::Dropped => Event {
                event: "dropped",
                wait: self.waited(&attempt, now),
                ..in_queue
            },
            AttemptEvent::Cut => Event {
                event: "cut",
                ..in_queue
            },
            AttemptEvent::HungUp { resolved } => Event {
                event: "hung_up",
                outcome: helped(resolved, "unresolved"),
                ..in_queue
            },
            AttemptEvent::WillRepeat { cause: next, at_ns } => Event {
                event: "will_repeat",
                outcome: Some(cause(next)),
                again_at: Some(at_ns),
                ..of_caller
            },
            AttemptEvent::OutOfHours => Event {
                event: "out_of_hours",
                ..of_caller
            },
            AttemptEvent::CallerEnds { resolved } => Event {
                event: "caller_ends",
                outcome: helped(resolved, "lost"),
                ..of_caller
            },
        };
        self.write(&event);
    }

    fn agent(&mut self, now: i64, agent: Agent, event: AgentEvent) {
        let model = self.model;
        self.write(&Event {
            time: Some(now),
            event: match event {
                AgentEvent::OnDuty => "on_duty",
                AgentEvent::Free => "free",
                AgentEvent::OffDuty => "off_duty",
            },
            group: Some(&model.scenario.groups[agent.group].name),
            agent: Some(u64::from(agent.number) + 1),
            ..Event::default()
        });
    }
}

fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::First => "first",
        Cause::Redial => "redial",
        Cause::Reconnect => "reconnect",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_exact() {
        for (ns, expected) in [
            (0, "0"),
            (1, "0.000000001"),
            (1_500_000_000, "1.5"),
            (10_000_000_000, "10"),
            (i64::MAX, "9223372036.854775807"),
        ] {
            assert_eq!(seconds(ns), expected);
        }
        assert_eq!(clock_text(8 * 60, 3_599_999_999_999), "08:59:59");
        assert_eq!(clock_text(23 * 60, 3_661_000_000_000), "24:01:01");
    }
}
