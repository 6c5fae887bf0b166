//! A policy that is a script in Lua: `docs/routing-lua.md` is its reference.
//!
//! Each replication has a Lua state of its own. In it `view.lua` makes the world that the script sees from the facts of the
//! model, and asks the script's functions. What changes between two questions (a queue, a group) goes along with the next
//! question, as numbers: nothing is allocated, and only what changed is told.

use super::{AgentId, Choice, Policy, View, refused, unskilled, unwanted};
use crate::model::Model;
use crate::random::{Purpose, ReplicationKey};
use crate::scenario::{Mode, Rule, grouped, shown_name};
use mlua::chunk::ChunkMode;
use mlua::debug::DebugEvent;
use mlua::{Error, Function, HookTriggers, Lua, LuaOptions, StdLib, Table, Value, VmState};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// The world that a script sees.
const VIEW: &str = include_str!("view.lua");

/// Its name in messages of Lua.
const VIEW_NAME: &str = "acdsim";

/// Instructions of Lua that the script as a whole, and each call of one of its functions, may take.
const MOST_INSTRUCTIONS: u32 = 1_000_000;

/// An instruction counts once more for each so many bytes that the script holds: one alone may copy or search them all.
const DEARER: usize = 32 << 10;

/// Instructions between two looks at their number.
const STEP: u32 = 1_000;

/// Memory that a script may take beside its own text and what it sees.
const MOST_MEMORY: usize = 4 << 20;

/// Memory of a skill that the script looks at.
const SKILL_MEMORY: usize = 800;

/// Calls of `route_waiting` in a row, while nothing changes, that the script may answer by nothing: it would go on for ever.
const MOST_LOOKS: u32 = 100_000;

/// Most characters of a message of the script.
const LONGEST_MESSAGE: usize = 500;

/// Names of the script's functions.
const FUNCTIONS: [&str; 3] = ["route_call", "route_agent", "route_waiting"];
const CALL: usize = 0;
const AGENT: usize = 1;
const WAITING: usize = 2;

/// Changes of the view that go with a question.
const WITH_QUESTION: usize = 3;

/// A change: a queue's number from 1, or a group's below 0; how many wait or are idle, since when, and the first call's entry.
type Change = (i64, i64, i64, i64);

/// A script.
#[derive(Debug)]
pub struct Script {
    name: String,
    source: String,
    seen: Seen,
    changes: Vec<Change>,
    day: Option<Day>,
    /// When it asked for looks.
    looks: BinaryHeap<Reverse<i64>>,
    /// How often it looked, since anything else happened, and did nothing.
    idle_looks: u32,
    failure: Option<String>,
}

/// What the script knows of queues and groups.
#[derive(Debug, Default)]
struct Seen {
    queues: Vec<(u32, u64)>,
    groups: Vec<(u32, i64)>,
}

/// The script in one replication.
#[derive(Debug)]
struct Day {
    lua: Lua,
    change: Function,
    questions: [Option<Question>; FUNCTIONS.len()],
    watch: Arc<Watch>,
}

/// A function of the script, and how it is asked.
#[derive(Debug)]
struct Question {
    ask: Function,
    /// The function's first line.
    line: usize,
}

/// What the hook counts and leaves behind.
#[derive(Debug, Default)]
struct Watch {
    /// Memory before the script.
    base: AtomicUsize,
    /// Steps that are left.
    left: AtomicU32,
    /// Whether there were too few.
    spent: AtomicBool,
    /// The line noted last; 0 is none.
    line: AtomicU32,
}

impl Script {
    /// With the text of a rule.
    pub fn new(_: &Model, rule: &Rule) -> Self {
        let file = rule.text("file").unwrap_or("script");
        Self {
            name: shown_name(file).into_owned(),
            source: rule.text("source").unwrap_or_default().to_owned(),
            seen: Seen::default(),
            changes: Vec::new(),
            day: None,
            looks: BinaryHeap::new(),
            idle_looks: 0,
            failure: None,
        }
    }

    fn fail<T>(&mut self, why: String) -> Option<T> {
        self.day = None;
        self.failure.get_or_insert(why);
        None
    }

    /// Asks a function about a queue or a group and a tier (0 is none): a queue and a group, from 0.
    fn ask(
        &mut self,
        view: &View<'_>,
        function: usize,
        part: usize,
        tier: usize,
    ) -> Option<(Option<usize>, Option<usize>)> {
        let day = self.day.as_ref()?;
        let question = day.questions[function].as_ref()?;
        self.seen.look(view, &mut self.changes);
        if function != WAITING || !self.changes.is_empty() {
            self.idle_looks = 0;
        }
        let answer = day.ask(question, view.now_ns, (part + 1, tier), &self.changes);
        let (queue, group, look_ns) = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let place = (self.name.as_str(), question.line, FUNCTIONS[function]);
                let why = day.why(error, place, || {
                    day.ask(question, view.now_ns, (part + 1, tier), &[])
                        .map(|_| ())
                });
                return self.fail(why);
            }
        };
        if look_ns > 0 {
            if day.questions[WAITING].is_none() {
                let (name, line) = (&self.name, question.line);
                let why = format!("{name}:{line}: look_again needs a function route_waiting");
                return self.fail(why);
            }
            self.looks.push(Reverse(look_ns));
        }
        let index = |number: i64| usize::try_from(number - 1).ok();
        Some((index(queue), index(group)))
    }

    /// An answer, unless something speaks against it.
    fn unless<T>(&mut self, function: usize, why: Option<String>, answer: T) -> Option<T> {
        let Some(why) = why else {
            return Some(answer);
        };
        let day = self.day.as_ref();
        let question = day.and_then(|day| day.questions[function].as_ref());
        let line = question.map_or(1, |question| question.line);
        self.fail(format!(
            "{}:{line}: {} {why}",
            self.name, FUNCTIONS[function]
        ))
    }

    fn group_for_call(&mut self, view: &View<'_>, queue: usize, tier: usize) -> Option<Choice> {
        let (_, group) = self.ask(view, CALL, queue, tier)?;
        let choice = Choice::longest_idle(group?);
        self.unless(CALL, refused(view, queue, choice), choice)
    }
}

impl Policy for Script {
    fn start(&mut self, model: &Model, key: ReplicationKey) {
        self.failure = None;
        self.looks.clear();
        self.idle_looks = 0;
        self.seen.start(model);
        // The last day's memory first.
        self.day = None;
        match Day::new(&self.name, &self.source, model, key) {
            Ok(day) => self.day = Some(day),
            Err(why) => self.failure = Some(why),
        }
    }

    fn agent_for_call(&mut self, view: &View<'_>, queue: usize) -> Option<Choice> {
        self.group_for_call(view, queue, 0)
    }

    fn agent_in_tier(&mut self, view: &View<'_>, queue: usize, tier: usize) -> Option<Choice> {
        self.group_for_call(view, queue, tier + 1)
    }

    fn queue_for_agent(&mut self, view: &View<'_>, group: usize, _: AgentId) -> Option<usize> {
        let (queue, _) = self.ask(view, AGENT, group, 0)?;
        let queue = queue?;
        let why = unwanted(view, queue).or_else(|| unskilled(view, queue, group));
        self.unless(AGENT, why, queue)
    }

    fn next_look(&mut self, view: &View<'_>) -> Option<i64> {
        while self.looks.peek().is_some_and(|look| look.0 <= view.now_ns) {
            self.looks.pop();
        }
        self.looks.peek().map(|look| look.0)
    }

    fn pair(&mut self, view: &View<'_>) -> Option<(usize, Choice)> {
        let (queue, group) = self.ask(view, WAITING, 0, 0)?;
        let (Some(queue), Some(group)) = (queue, group) else {
            self.idle_looks += 1;
            let often = grouped(f64::from(MOST_LOOKS), 0);
            let why = || format!("was asked {often} times while nothing else happened");
            let why = (self.idle_looks >= MOST_LOOKS).then(why);
            return self.unless(WAITING, why, None).flatten();
        };
        let choice = Choice::longest_idle(group);
        let why = unwanted(view, queue).or_else(|| refused(view, queue, choice));
        self.unless(WAITING, why, (queue, choice))
    }

    fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }
}

impl Seen {
    fn start(&mut self, model: &Model) {
        self.queues.clear();
        self.queues.resize(model.queues.len(), (0, 0));
        self.groups.clear();
        self.groups.resize(model.groups.len(), (0, 0));
    }

    /// Lists what has changed since the last look.
    #[inline]
    fn look(&mut self, view: &View<'_>, changes: &mut Vec<Change>) {
        changes.clear();
        for (i, (seen, now)) in self.queues.iter_mut().zip(view.queues).enumerate() {
            let state = (
                now.waiting,
                if now.waiting > 0 { now.oldest_entry } else { 0 },
            );
            if *seen != state {
                *seen = state;
                let (waiting, entry) = (now.waiting.into(), now.oldest_entry as i64);
                changes.push((i as i64 + 1, waiting, now.oldest_ns, entry));
            }
        }
        for (i, (seen, now)) in self.groups.iter_mut().zip(view.groups).enumerate() {
            let state = (now.idle, if now.idle > 0 { now.idle_since_ns } else { 0 });
            if *seen != state {
                *seen = state;
                changes.push((-1 - i as i64, now.idle.into(), now.idle_since_ns, 0));
            }
        }
    }
}

impl Day {
    /// Runs the script as a whole. The error is a message with the script's name.
    fn new(name: &str, source: &str, model: &Model, key: ReplicationKey) -> Result<Self, String> {
        let plainly = |error: Error| format!("{name}: {}", first_line(&error.to_string()));
        let lua =
            Lua::new_with(StdLib::TABLE | StdLib::MATH, LuaOptions::new()).map_err(plainly)?;
        let stream = Mutex::new(key.stream(Purpose::Routing));
        let random = lua
            .create_function(move |_, ()| {
                let mut stream = stream.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(stream.unit())
            })
            .map_err(plainly)?;
        let facts = facts(&lua, model).map_err(plainly)?;
        let view = lua.load(VIEW).set_name(format!("={VIEW_NAME}"));
        let (world, change, makers): (Table, Function, mlua::Variadic<Function>) =
            view.call((facts, random)).map_err(plainly)?;
        let chunk = lua.load(source).set_mode(ChunkMode::Text);
        let chunk = chunk
            .set_name(format!("@{name}"))
            .set_environment(world.clone());
        let chunk = chunk.into_function().map_err(plainly)?;

        let watch = Arc::new(Watch::default());
        let mut day = Self {
            lua,
            change,
            questions: [const { None }; 3],
            watch,
        };
        let skills: usize = model.groups.iter().map(|group| group.serves.len()).sum();
        let base = day.lua.used_memory();
        day.watch.base.store(base, Relaxed);
        let limit = base + MOST_MEMORY + skills * SKILL_MEMORY;
        day.lua.set_memory_limit(limit).map_err(plainly)?;
        day.watch(name, false).map_err(plainly)?;
        day.watch.left.store(MOST_INSTRUCTIONS / STEP, Relaxed);
        if let Err(error) = chunk.call::<()>(()) {
            let again = || {
                day.watch.left.store(MOST_INSTRUCTIONS / STEP, Relaxed);
                chunk.call::<()>(())
            };
            return Err(day.why(error, (name, 1, "the script"), again));
        }
        for ((function, question), make) in FUNCTIONS.iter().zip(&mut day.questions).zip(makers) {
            match world.get(*function).map_err(plainly)? {
                Value::Function(script) => {
                    *question = Some(Question {
                        line: script.info().line_defined.unwrap_or(1),
                        ask: make.call(script).map_err(plainly)?,
                    });
                }
                Value::Nil if *function == FUNCTIONS[WAITING] => {}
                Value::Nil => return Err(format!("{name}: it has no function {function}")),
                other => {
                    let kind = match other.type_name() {
                        "integer" => "number",
                        kind => kind,
                    };
                    return Err(format!("{name}: {function} is a {kind}, not a function"));
                }
            }
        }
        Ok(day)
    }

    /// Stops the script where it has used up its instructions. With `lines` each line that it comes to is noted.
    fn watch(&self, name: &str, lines: bool) -> mlua::Result<()> {
        let (watch, source) = (Arc::clone(&self.watch), format!("@{name}"));
        let mut triggers = HookTriggers::new().every_nth_instruction(STEP);
        triggers.every_line = lines;
        self.lua.set_global_hook(triggers, move |lua, at| {
            let note = || match line_of(lua, &source) {
                0 => {}
                line => watch.line.store(line, Relaxed),
            };
            if at.event() == DebugEvent::Line {
                note();
                return Ok(VmState::Continue);
            }
            let held = lua.used_memory().saturating_sub(watch.base.load(Relaxed));
            let cost = 1 + (held / DEARER) as u32;
            match watch.left.load(Relaxed).checked_sub(cost) {
                Some(left) => {
                    watch.left.store(left, Relaxed);
                    Ok(VmState::Continue)
                }
                None => {
                    note();
                    watch.spent.store(true, Relaxed);
                    Err(Error::runtime("instructions are used up"))
                }
            }
        })
    }

    /// Asks a function; queue, group and look, 0 where there is none.
    fn ask(
        &self,
        question: &Question,
        now_ns: i64,
        (part, tier): (usize, usize),
        changes: &[Change],
    ) -> mlua::Result<(i64, i64, i64)> {
        self.watch.left.store(MOST_INSTRUCTIONS / STEP, Relaxed);
        let (first, with) = changes.split_at(changes.len().saturating_sub(WITH_QUESTION));
        for &(part, count, since, entry) in first {
            self.change.call::<()>((part, count, since, entry))?;
        }
        let with = |i: usize| with.get(i).copied().unwrap_or_default();
        let ((a, a1, a2, a3), (b, b1, b2, b3), (c, c1, c2, c3)) = (with(0), with(1), with(2));
        question.ask.call((
            now_ns, part, tier, a, a1, a2, a3, b, b1, b2, b3, c, c1, c2, c3,
        ))
    }

    /// What went wrong in a function that begins at a line. `again` asks it once more.
    fn why(
        &self,
        error: Error,
        (name, line, function): (&str, usize, &str),
        again: impl FnOnce() -> mlua::Result<()>,
    ) -> String {
        let at = |found: u32| if found > 0 { found as usize } else { line };
        match error {
            // Lua does not say where memory ran out: the same again shows it.
            Error::MemoryError(_) => {
                let repeated = self.watch(name, true).and_then(|()| again());
                let line = match repeated {
                    Err(Error::MemoryError(_)) => at(self.watch.line.load(Relaxed)),
                    _ => line,
                };
                let most = MOST_MEMORY >> 20;
                format!("{name}:{line}: {function} takes more than {most} MB of memory")
            }
            _ if self.watch.spent.load(Relaxed) => {
                let line = at(self.watch.line.load(Relaxed));
                let most = grouped(f64::from(MOST_INSTRUCTIONS), 0);
                format!("{name}:{line}: {function} takes more than {most} instructions")
            }
            Error::RuntimeError(message) => {
                let message = first_line(&message);
                if message.starts_with(&format!("{name}:")) {
                    return message;
                }
                // The view speaks when the script's function has been left: of its answer, or in its place.
                let rest = message.strip_prefix(&format!("{VIEW_NAME}:"));
                match rest.and_then(|rest| rest.split_once(": ")) {
                    Some((_, message)) => format!("{name}:{line}: {message}"),
                    None => format!("{name}:{line}: {function} {message}"),
                }
            }
            other => format!("{name}:{line}: {}", first_line(&other.to_string())),
        }
    }
}

/// The line of the script that is being executed; 0 where there is none.
fn line_of(lua: &Lua, source: &str) -> u32 {
    let line = |level| {
        lua.inspect_stack(level, |at| {
            let of_script = at.source().source.as_deref() == Some(source);
            at.current_line().filter(|_| of_script)
        })
    };
    let lines = (0..).map_while(line).flatten();
    lines.take(1).next().map_or(0, |line| line as u32)
}

/// A message without its traceback, and without what would act on a terminal.
fn first_line(message: &str) -> String {
    let message = message
        .split("\nstack traceback:")
        .next()
        .unwrap_or_default();
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    message.chars().map(visible).take(LONGEST_MESSAGE).collect()
}

/// What does not change in a day, for the view.
fn facts(lua: &Lua, model: &Model) -> mlua::Result<Table> {
    let scenario = &model.scenario;
    let queues = lua.create_table()?;
    for (part, compiled) in scenario.queues.iter().zip(&model.queues) {
        let tiers = lua.create_table()?;
        for tier in &compiled.tiers {
            let members = lua.create_sequence_from(tier.groups.iter().map(|group| group + 1))?;
            members.set("after", tier.after_ns as f64 / 1e9)?;
            tiers.push(members)?;
        }
        let queue = lua.create_table()?;
        queue.set("name", part.name.as_str())?;
        queue.set("priority", part.priority)?;
        queue.set("target", compiled.within_ns as f64 / 1e9)?;
        queue.set("tiers", tiers)?;
        queues.push(queue)?;
    }
    let groups = lua.create_table()?;
    for (part, compiled) in scenario.groups.iter().zip(&model.groups) {
        let skills = compiled.serves.iter().flat_map(|serve| {
            [
                serve.queue as i64 + 1,
                serve.priority.into(),
                serve.after_ns,
            ]
        });
        let group = lua.create_table()?;
        group.set("name", part.name.as_str())?;
        group.set("skills", lua.create_sequence_from(skills)?)?;
        groups.push(group)?;
    }
    // A steady run has no time of day.
    let opens = match scenario.run.mode {
        Mode::Day => f64::from(scenario.open_min) / 60.0,
        Mode::Steady { .. } => 0.0,
    };
    let facts = lua.create_table()?;
    facts.set("queues", queues)?;
    facts.set("groups", groups)?;
    facts.set("opens", opens)?;
    Ok(facts)
}
