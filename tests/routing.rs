//! Routing policies: each decision against the rule, written down once more from the events; policies that are the same on a
//! scenario; exact results; and the effects for which the policies are known.

mod common;

use acdsim::engine::{Agent, AgentEvent, Attempt, AttemptEvent, Engine, Observer};
use acdsim::kpi::Results;
use acdsim::model::Model;
use acdsim::routing::Routing;
use acdsim::scenario::schema::{POLICIES, decides};
use std::collections::HashMap;
use std::sync::atomic::AtomicBool;

// ---- Every decision ----

/// Two queues that one group serves both and two serve one each; staff changes, patience, wrap-up.
const CENTRE: &str = r#"
[scenario]
name = "three groups"
open = "08:00-11:00"
interval = "30m"

[[queues]]
name = "sales"
target = "90/10"
priority = 2
agents = ["sales team", "all-rounders"]

[[queues]]
name = "service"
target = "80/30"

[[call_types]]
name = "sales call"
queue = "sales"
rate = "110/h"
talk = "exp(200s)"
wrap_up = "exp(20s)"
patience = "exp(5m)"

[[call_types]]
name = "service call"
queue = "service"
rate = "150/h"
talk = "exp(160s)"
patience = "exp(4m)"

[[groups]]
name = "sales team"
skills = ["sales"]
staff = [4, 5, 3, 4, 5, 4]

[[groups]]
name = "service team"
skills = ["service"]
staff = [5, 4, 4, 3, 5, 5]

[[groups]]
name = "all-rounders"
skills = ["sales", "service"]
staff = [5, 4, 6, 6, 4, 5]
"#;

fn with_policy(scenario: &str, policy: &str) -> Model {
    common::model(&format!("{scenario}\n[routing]\npolicy = {policy}\n"))
}

#[derive(Debug, Clone, Copy, Default)]
struct Worker {
    on_duty_ns: i64,
    busy_ns: i64,
    since: i64,
    on_duty: bool,
    busy: bool,
    calls: u32,
}

impl Worker {
    fn at(mut self, now: i64) -> Worker {
        let passed = now - self.since;
        self.on_duty_ns += if self.on_duty { passed } else { 0 };
        self.busy_ns += if self.busy { passed } else { 0 };
        self.since = now;
        self
    }
}

/// The centre as an observer sees it.
struct Room<'m> {
    model: &'m Model,
    now: i64,
    /// Idle agents and since when, in the order in which they became so.
    idle: Vec<(Agent, i64)>,
    workers: HashMap<Agent, Worker>,
    /// By queue, who waits and since when, with the order of entry.
    waiting: Vec<Vec<(Attempt, i64, usize)>>,
    entries: usize,
    /// Became free, or came on duty, at this instant: takes a call or becomes idle.
    free: Option<(Agent, i64)>,
    last_of_queue: Vec<Option<Agent>>,
    rule: Rule,
    decisions: [u32; 2],
}

/// Scores of which the larger one wins, compared one after the other.
struct Rule {
    agent: fn(&Room<'_>, usize, Agent) -> f64,
    queue: fn(&Room<'_>, usize, usize) -> [f64; 2],
}

impl Room<'_> {
    fn serves(&self, group: usize, queue: usize) -> bool {
        let mut serves = self.model.groups[group].serves.iter();
        serves.any(|serve| serve.queue == queue)
    }

    fn wait_s(&self, queue: usize) -> f64 {
        (self.now - self.waiting[queue][0].1) as f64 * 1e-9
    }

    fn worker(&mut self, agent: Agent) -> &mut Worker {
        let now = self.now;
        let worker = self.workers.entry(agent).or_default();
        *worker = worker.at(now);
        worker
    }

    /// Whoever was free and took no call is idle.
    fn settle(&mut self) {
        if let Some(idle) = self.free.take() {
            self.idle.push(idle);
        }
    }

    /// Of those who are idle the rule's choice for a call.
    fn check_agent(&mut self, queue: usize, chosen: Agent) {
        let able = self
            .idle
            .iter()
            .filter(|(agent, _)| self.serves(agent.group, queue));
        let best = able.max_by(|(a, a_since), (b, b_since)| {
            let score = |agent| (self.rule.agent)(self, queue, agent);
            let by_score = score(*a).total_cmp(&score(*b));
            by_score
                .then(b_since.cmp(a_since))
                .then(b.group.cmp(&a.group))
        });
        let (best, _) = *best.expect("somebody is idle");
        let score = |agent| (self.rule.agent)(self, queue, agent);
        assert!(
            best == chosen || (score(best) == score(chosen) && best.group == chosen.group),
            "at {} for queue {queue}: expected {best:?}, found {chosen:?}",
            self.now
        );
        self.decisions[0] += 1;
    }

    /// Of those who wait the rule's choice for an agent.
    fn check_queue(&mut self, group: usize, chosen: usize) {
        let queues = 0..self.waiting.len();
        let open = queues.filter(|&q| !self.waiting[q].is_empty() && self.serves(group, q));
        let best = open.max_by(|&a, &b| {
            let score = |queue| (self.rule.queue)(self, group, queue);
            let (a_score, b_score) = (score(a), score(b));
            let by_score = a_score[0]
                .total_cmp(&b_score[0])
                .then(a_score[1].total_cmp(&b_score[1]));
            by_score.then(self.waiting[b][0].2.cmp(&self.waiting[a][0].2))
        });
        assert_eq!(best, Some(chosen), "at {} for group {group}", self.now);
        self.decisions[1] += 1;
    }
}

impl Observer for Room<'_> {
    fn attempt(&mut self, now: i64, attempt: Attempt, event: AttemptEvent) {
        if let AttemptEvent::Answered { agent, .. } = event {
            let queue = self.model.call_types[attempt.call_type].queue;
            self.now = now;
            let place = self.waiting[queue]
                .iter()
                .position(|(who, ..)| *who == attempt);
            match self.free {
                Some((free, _)) if free == agent => {
                    assert_eq!(place, Some(0), "first come first served");
                    self.check_queue(agent.group, queue);
                    self.waiting[queue].remove(0);
                    self.free = None;
                }
                _ => {
                    self.settle();
                    self.check_agent(queue, agent);
                    self.idle.retain(|(idle, _)| *idle != agent);
                    if let Some(place) = place {
                        assert_eq!(place, 0, "first come first served");
                        self.waiting[queue].remove(0);
                    }
                    self.last_of_queue[queue] = Some(agent);
                }
            }
            let worker = self.worker(agent);
            worker.busy = true;
            worker.calls += 1;
            return;
        }
        self.settle();
        self.now = now;
        let queue = self.model.call_types[attempt.call_type].queue;
        match event {
            AttemptEvent::Waits { .. } => {
                let (idle, waiting) = (&self.idle, &self.waiting[queue]);
                let mut idle = idle.iter();
                assert!(
                    !waiting.is_empty() || !idle.any(|(a, _)| self.serves(a.group, queue)),
                    "nobody waits while an agent is idle"
                );
                self.waiting[queue].push((attempt, now, self.entries));
                self.entries += 1;
            }
            AttemptEvent::Abandoned | AttemptEvent::Dropped => {
                self.waiting[queue].retain(|(who, ..)| *who != attempt);
            }
            _ => {}
        }
    }

    fn agent(&mut self, now: i64, agent: Agent, event: AgentEvent) {
        self.settle();
        self.now = now;
        match event {
            AgentEvent::OnDuty => {
                self.worker(agent).on_duty = true;
                self.free = Some((agent, now));
            }
            AgentEvent::Free => {
                self.worker(agent).busy = false;
                self.free = Some((agent, now));
            }
            AgentEvent::OffDuty => {
                self.worker(agent).on_duty = false;
                self.idle.retain(|(idle, _)| *idle != agent);
                self.free = None;
            }
        }
    }
}

/// Follows some days under a policy, decision by decision.
fn follow(policy: &str, rule: Rule) {
    let model = with_policy(CENTRE, policy);
    let room = Room {
        model: &model,
        now: 0,
        idle: Vec::new(),
        workers: HashMap::new(),
        waiting: vec![Vec::new(); model.queues.len()],
        entries: 0,
        free: None,
        last_of_queue: vec![None; model.queues.len()],
        rule,
        decisions: [0; 2],
    };
    let mut engine = Engine::with(&model, room, Routing::new(&model));
    engine.run(3, 0, &AtomicBool::new(false)).expect("a day");
    let [agents, queues] = engine.observer().decisions;
    assert!(
        agents > 100 && queues > 100,
        "{policy}: {agents} and {queues} decisions"
    );
}

/// The default: an earlier tier first.
fn preferred(room: &Room<'_>, queue: usize, agent: Agent) -> f64 {
    let tiers = &room.model.queues[queue].tiers;
    let tier = tiers
        .iter()
        .position(|tier| tier.groups.contains(&agent.group));
    -(tier.expect("the group serves the queue") as f64)
}

/// The default: the most urgent priority.
fn urgent(room: &Room<'_>, group: usize, queue: usize) -> [f64; 2] {
    let mut serves = room.model.groups[group].serves.iter();
    let serve = serves.find(|serve| serve.queue == queue).expect("served");
    [-f64::from(serve.priority), 0.0]
}

#[test]
fn the_default_prefers_tiers_then_the_longest_idle() {
    follow(
        "\"preference\"",
        Rule {
            agent: preferred,
            queue: urgent,
        },
    );
}

#[test]
fn rules_for_calls_choose_the_agent_that_they_name() {
    fn occupied(room: &Room<'_>, _: usize, agent: Agent) -> f64 {
        let worker = room.workers[&agent].at(room.now);
        -(worker.busy_ns as f64 / (worker.on_duty_ns as f64).max(1.0))
    }
    fn turn(room: &Room<'_>, queue: usize, agent: Agent) -> f64 {
        let place = |agent: Agent| (agent.group * 1000) as f64 + f64::from(agent.number);
        match room.last_of_queue[queue] {
            Some(last) if place(agent) <= place(last) => -1e6 - place(agent),
            _ => -place(agent),
        }
    }
    type Agents = fn(&Room<'_>, usize, Agent) -> f64;
    let rules: [(&str, Agents); 5] = [
        ("longest_idle", |_, _, _| 0.0),
        ("least_occupied", occupied),
        ("round_robin", turn),
        ("fewest_calls", |room, _, agent| {
            -f64::from(room.workers[&agent].calls)
        }),
        ("most_specialised", |room, _, agent| {
            -(room.model.groups[agent.group].serves.len() as f64)
        }),
    ];
    for (policy, agent) in rules {
        follow(
            &format!("\"{policy}\""),
            Rule {
                agent,
                queue: urgent,
            },
        );
    }
}

#[test]
fn rules_for_agents_choose_the_call_that_they_name() {
    type Queues = fn(&Room<'_>, usize, usize) -> [f64; 2];
    let rules: [(&str, Queues); 7] = [
        ("\"longest_queue\"", |room, _, q| {
            [room.waiting[q].len() as f64, 0.0]
        }),
        ("\"wait_over_target\"", |room, _, q| {
            [room.wait_s(q) / [10.0, 30.0][q], 0.0]
        }),
        ("\"accumulating_priority\"", |room, _, q| {
            [room.wait_s(q) / [2.0, 5.0][q], 0.0]
        }),
        (
            "{ accumulating_priority = { rates = { sales = 1, service = 4 } } }",
            |room, _, q| [room.wait_s(q) * [1.0, 4.0][q], 0.0],
        ),
        ("\"generalised_cmu\"", |room, _, q| {
            [room.wait_s(q) / [220.0, 160.0][q], 0.0]
        }),
        (
            "{ generalised_cmu = { costs = { sales = 2 }, power = 1 } }",
            |_, _, q| [[2.0 / 220.0, 1.0 / 160.0][q], 0.0],
        ),
        (
            "[\"round_robin\", { generalised_cmu = { power = 3 } }]",
            |room, _, q| [room.wait_s(q).powi(2) / [220.0, 160.0][q], 0.0],
        ),
    ];
    for (policy, queue) in rules {
        let agent: fn(&Room<'_>, usize, Agent) -> f64 = match policy.starts_with('[') {
            true => |room, queue, agent| {
                let place = |agent: Agent| (agent.group * 1000) as f64 + f64::from(agent.number);
                match room.last_of_queue[queue] {
                    Some(last) if place(agent) <= place(last) => -1e6 - place(agent),
                    _ => -place(agent),
                }
            },
            false => preferred,
        };
        follow(policy, Rule { agent, queue });
    }
}

#[test]
fn queue_ratios_look_at_all_who_wait_and_all_who_are_idle() {
    fn agent(room: &Room<'_>, _: usize, agent: Agent) -> f64 {
        let of_group = room
            .idle
            .iter()
            .filter(|(idle, _)| idle.group == agent.group);
        let cell = (room.now / (1800 * 1_000_000_000)).min(6) as usize;
        let staff = |g: usize| f64::from(room.model.groups[g].staff[cell]);
        let share = staff(agent.group) / (staff(0) + staff(1) + staff(2));
        of_group.count() as f64 - share * room.idle.len() as f64
    }
    fn queue(room: &Room<'_>, _: usize, q: usize) -> [f64; 2] {
        let all = room.waiting[0].len() + room.waiting[1].len();
        [
            room.waiting[q].len() as f64 - [0.25, 0.75][q] * all as f64,
            0.0,
        ]
    }
    let policy = "{ fixed_queue_ratio = { shares = { sales = 1, service = 3 } } }";
    follow(policy, Rule { agent, queue });
}

#[test]
fn every_policy_of_the_list_can_be_chosen() {
    const SCRIPT: &str = "function route_call(_, tiers)
  for _, tier in ipairs(tiers) do
    for i = #tier, 1, -1 do if tier[i].idle > 0 then return tier[i] end end
  end
end
function route_agent(group)
  for i = #group.skills, 1, -1 do
    local skill = group.skills[i]
    if skill.queue.waiting > 0 and skill.queue.wait >= skill.after then return skill.queue end
  end
end";
    let keys = POLICIES.keys.iter();
    for key in keys.filter(|key| key.name != "lua" || cfg!(feature = "lua")) {
        let policy = match key.name {
            "lua" => format!("{{ lua = {{ source = '''{SCRIPT}''' }} }}"),
            "reserve" => "{ reserve = { pairs = [{ agents = 1 }] } }".to_owned(),
            name => format!("\"{name}\""),
        };
        let model = with_policy(CENTRE, &policy);
        let default = Engine::with(&model, (), Routing::default())
            .run(1, 0, &AtomicBool::new(false))
            .expect("a day")
            .clone();
        let stop = AtomicBool::new(false);
        let mut engine = Engine::new(&model);
        let first = engine.run(1, 0, &stop).expect("a day").clone();
        let other_day = engine.run(1, 1, &stop).expect("a day").clone();
        // An engine that was used before says the same.
        assert_eq!(engine.run(1, 0, &stop).expect("a day"), &first, "{policy}");
        assert_ne!(first, other_day, "{policy}");
        let is_default = key.name == "preference";
        assert_eq!(first == default, is_default, "{policy} against the default");
        assert_eq!(decides(key.name) == (false, false), is_default);
    }
}

// ---- Policies that are the same ----

/// Key figures without what names the policy.
fn figures(model: &Model, days: u64) -> Results {
    common::run_with(model, &common::days(model, days))
}

fn same(scenario: &str, policies: &[&str]) {
    let of = |policy: &str| {
        let results = figures(&with_policy(scenario, policy), 20);
        let mut document = serde_json::to_value(&results).expect("JSON");
        document["scenario"] = serde_json::Value::Null;
        document
    };
    let first = of(policies[0]);
    for policy in &policies[1..] {
        assert!(of(policy) == first, "{} and {policy} differ", policies[0]);
    }
}

/// Two queues alike but for their names and volumes, one group.
const POOL: &str = r#"
[scenario]
name = "pool"
open = "08:00-12:00"
[[queues]]
name = "a"
[[queues]]
name = "b"
[[call_types]]
name = "a"
queue = "a"
rate = "100/h"
talk = "exp(3m)"
patience = "exp(5m)"
[[call_types]]
name = "b"
queue = "b"
rate = "60/h"
talk = "exp(3m)"
patience = "exp(5m)"
[[groups]]
name = "g"
skills = ["a", "b"]
staff = 8
"#;

#[test]
fn where_all_calls_are_alike_the_longest_wait_decides() {
    same(
        POOL,
        &[
            "\"preference\"",
            "\"longest_idle\"",
            "\"most_specialised\"",
            "\"wait_over_target\"",
            "\"accumulating_priority\"",
            "\"generalised_cmu\"",
            "\"weights\"",
            "{ weights = { pairs = [{ constant = 5, wait = 2, idle = 0 }] } }",
            "{ weights = { pairs = [{ wait = 0, idle = 1 }] } }",
            "{ reserve = { pairs = [{ agents = 0 }] } }",
        ],
    );
}

/// Without weights of idle times all agents are equal to a call, and of equals the longest idle takes it.
#[test]
fn weights_of_equals_leave_it_to_the_longest_idle() {
    same(
        CENTRE,
        &[
            "[\"longest_idle\", { accumulating_priority = { rates = { sales = 1, service = 1 } } }]",
            "{ weights = { pairs = [{ idle = 0 }] } }",
        ],
    );
    // Of agents who have waited for the call alike: two of one each, in turn.
    let text = POOL.replace(
        "[[groups]]\nname = \"g\"\nskills = [\"a\", \"b\"]\nstaff = 8\n",
        "[[groups]]\nname = \"g\"\nskills = [\"a\"]\nstaff = 1\n[[groups]]\nname = \"h\"\nskills = [\"a\"]\nstaff = 1\n",
    );
    let few = text
        .replace("rate = \"100/h\"", "rate = \"5/h\"")
        .replace("talk = \"exp(3m)\"", "talk = \"exp(1m)\"");
    let policy = "{ weights = { pairs = [{ constant = -5, wait = 1, idle = 0 }] } }";
    let results = figures(&with_policy(&few, policy), 100);
    let answered = |group: usize| results.groups[group].get("answered").mean.expect("a mean");
    assert!(
        (answered(0) - answered(1)).abs() < 1.0,
        "{} and {} answered",
        answered(0),
        answered(1)
    );
}

#[test]
fn agents_of_one_group_are_alike() {
    same(
        POOL,
        &[
            "\"preference\"",
            "\"round_robin\"",
            "\"random\"",
            "{ random = { stream = 7 } }",
            "\"least_occupied\"",
            "\"fewest_calls\"",
        ],
    );
}

#[test]
fn the_classical_c_mu_rule_is_a_priority() {
    let priorities = POOL.replace("name = \"b\"\n[[call", "name = \"b\"\npriority = 1\n[[call");
    assert_ne!(priorities, POOL);
    let by_priority = figures(&common::model(&priorities), 20);
    let policy = "{ generalised_cmu = { costs = { a = 1, b = 2 }, power = 1 } }";
    let by_cost = figures(&with_policy(POOL, policy), 20);
    assert_eq!(
        by_priority.queues[0].get("asa_s"),
        by_cost.queues[0].get("asa_s")
    );
    assert_eq!(
        by_priority.queues[1].get("asa_s"),
        by_cost.queues[1].get("asa_s")
    );
}

// ---- Exact results ----

/// A long run of one agent and two queues at these rates per hour; talk is exponential of 36 s.
fn single_server(rates: [f64; 2], policy: &str) -> Results {
    let mut text =
        "[scenario]\nname = \"s\"\n[run]\nmode = \"steady\"\nlength = \"20000h\"\n".to_owned();
    for (name, rate) in ["low", "high"].iter().zip(rates) {
        text += &format!(
            "[[queues]]\nname = \"{name}\"\n[[call_types]]\nname = \"{name}\"\nqueue = \"{name}\"\n\
             rate = \"{rate}/h\"\ntalk = \"exp(36s)\"\n"
        );
    }
    text += "[[groups]]\nname = \"g\"\nskills = [\"low\", \"high\"]\nstaff = 1\n";
    common::run_model(&with_policy(&text, policy), None)
}

fn close(results: &Results, queue: usize, kpi: &str, exact: f64) {
    let found = results.queues[queue].get(kpi);
    let (mean, se) = (found.mean.expect("a mean"), found.se.expect("an error"));
    assert!(
        (mean - exact).abs() < 4.0 * se && se < 0.02 * exact,
        "{kpi} of queue {queue}: expected {exact}, found {mean} ± {se}"
    );
}

/// Kleinrock 1964, "A delay dependent queue discipline": mean waits of M/M/1 whose priorities grow at rates b.
#[test]
fn accumulating_priorities_wait_as_kleinrock_says() {
    let rho = [0.5, 0.3];
    let (low, high) = (1.0, 4.0);
    let results = single_server(
        [100.0 * rho[0], 100.0 * rho[1]],
        "{ accumulating_priority = { rates = { low = 1, high = 4 } } }",
    );
    let (w0, all) = (36.0 * (rho[0] + rho[1]), rho[0] + rho[1]);
    let fcfs = w0 / (1.0 - all);
    // The class that grows slowest first.
    let w_low = fcfs / (1.0 - rho[1] * (1.0 - low / high));
    let w_high = fcfs - rho[0] * w_low * (1.0 - low / high);
    close(&results, 0, "asa_s", w_low);
    close(&results, 1, "asa_s", w_high);
}

/// Threshold reserve on a Markov chain: two agents, one kept from "low", of which up to three wait; "high" does not wait.
#[test]
fn a_reserve_does_what_its_markov_chain_says() {
    let (low, high, mu, n, kept, room) = (1.1, 0.7, 1.0, 3usize, 1usize, 3usize);
    // States (busy, waiting); power iteration on the uniformised chain.
    let index = |busy: usize, waiting: usize| busy * (room + 1) + waiting;
    let states = (n + 1) * (room + 1);
    let rate = low + high + n as f64 * mu;
    let mut p = vec![1.0 / states as f64; states];
    for _ in 0..20_000 {
        let mut next = vec![0.0; states];
        for busy in 0..=n {
            for waiting in 0..=room {
                let mass = p[index(busy, waiting)];
                let mut stays = rate;
                let mut go = |to: (usize, usize), r: f64| {
                    next[index(to.0, to.1)] += mass * r / rate;
                    stays -= r;
                };
                if busy < n {
                    go((busy + 1, waiting), high);
                }
                if busy + kept < n {
                    go((busy + 1, waiting), low);
                } else if waiting < room {
                    go((busy, waiting + 1), low);
                }
                if busy > 0 {
                    // The agent who becomes free takes a call if enough others are idle.
                    let takes = waiting > 0 && n - busy >= kept;
                    let to = if takes {
                        (busy, waiting - 1)
                    } else {
                        (busy - 1, waiting)
                    };
                    go(to, busy as f64 * mu);
                }
                next[index(busy, waiting)] += mass * stays / rate;
            }
        }
        p = next;
    }
    let sum = |f: &dyn Fn(usize, usize) -> f64| -> f64 {
        let all = (0..=n).flat_map(|b| (0..=room).map(move |w| (b, w)));
        all.map(|(b, w)| p[index(b, w)] * f(b, w)).sum()
    };
    let blocked_high = sum(&|b, _| f64::from(u8::from(b == n)));
    let blocked_low = sum(&|b, w| f64::from(u8::from(b + kept >= n && w == room)));
    let waiting = sum(&|_, w| w as f64);

    let (per_h, talk) = (100.0, 36.0);
    let text = format!(
        "[scenario]\nname = \"s\"\n[run]\nmode = \"steady\"\nlength = \"20000h\"\n\
         [[queues]]\nname = \"low\"\nlimit = {room}\n[[queues]]\nname = \"high\"\nlimit = 0\n\
         [[call_types]]\nname = \"low\"\nqueue = \"low\"\nrate = \"{}/h\"\ntalk = \"exp({talk}s)\"\n\
         [[call_types]]\nname = \"high\"\nqueue = \"high\"\nrate = \"{}/h\"\ntalk = \"exp({talk}s)\"\n\
         [[groups]]\nname = \"g\"\nskills = [\"low\", \"high\"]\nstaff = {n}\n",
        low * per_h,
        high * per_h
    );
    let policy = format!("{{ reserve = {{ pairs = [{{ queue = \"low\", agents = {kept} }}] }} }}");
    let results = common::run_model(&with_policy(&text, &policy), None);
    close(&results, 0, "blocking_rate", blocked_low);
    close(&results, 1, "blocking_rate", blocked_high);
    close(&results, 0, "queue_length_mean", waiting);
}

// ---- What they are known for ----

fn mean(results: &Results, queue: usize, kpi: &str) -> f64 {
    results.queues[queue].get(kpi).mean.expect("a figure")
}

/// Two groups that serve a queue each, and the same people who all serve both.
#[test]
fn pooling_gains() {
    let apart = POOL.replace(
        "skills = [\"a\", \"b\"]\nstaff = 8\n",
        "skills = [\"a\"]\nstaff = 6\n[[groups]]\nname = \"h\"\nskills = [\"b\"]\nstaff = 4\n",
    );
    let apart = figures(&common::model(&apart), 200);
    let pooled = figures(
        &common::model(&POOL.replace("staff = 8", "staff = 10")),
        200,
    );
    let level = |results: &Results| results.total.get("service_level").mean.expect("a level");
    let (apart, pooled) = (level(&apart), level(&pooled));
    assert!(pooled > apart + 0.05, "pooled {pooled}, apart {apart}");
}

/// The N-model: specialists of b, and agents for both; a has the tighter target.
const N_MODEL: &str = r#"
[scenario]
name = "N"
open = "08:00-16:00"
[run]
replications = 200
[[queues]]
name = "a"
target = "80/20"
[[queues]]
name = "b"
target = "80/20"
[[call_types]]
name = "a"
queue = "a"
rate = "180/h"
talk = "exp(3m)"
patience = "exp(6m)"
[[call_types]]
name = "b"
queue = "b"
rate = "260/h"
talk = "exp(3m)"
patience = "exp(6m)"
[[groups]]
name = "both"
skills = ["a", "b"]
staff = 18
[[groups]]
name = "only b"
skills = ["b"]
staff = 5
"#;

/// Whoever can only be served by one group gets it first; a strict priority for it starves the other, weights find a middle.
#[test]
fn weights_beat_static_priorities_on_the_n_model() {
    let worst = |results: &Results| {
        let level = |queue| mean(results, queue, "service_level");
        level(0).min(level(1))
    };
    let mut best_static: f64 = 0.0;
    for (a, b) in [(1, 2), (1, 1), (2, 1)] {
        let text = N_MODEL
            .replace(
                "name = \"a\"\ntarget",
                &format!("name = \"a\"\npriority = {a}\ntarget"),
            )
            .replace(
                "name = \"b\"\ntarget",
                &format!("name = \"b\"\npriority = {b}\ntarget"),
            );
        best_static = best_static.max(worst(&figures(&common::model(&text), 200)));
    }
    let policy = "{ weights = { pairs = [\
                  { group = \"both\", queue = \"a\", wait = 2, idle = 0.1 },\
                  { group = \"both\", queue = \"b\", wait = 1, idle = 0.1 },\
                  { group = \"only b\", queue = \"b\", constant = 60 }] } }";
    let weighted = worst(&figures(&with_policy(N_MODEL, policy), 200));
    assert!(
        weighted > best_static + 0.01,
        "the worse service level is {weighted} with weights, {best_static} with the best priorities"
    );
}

#[test]
fn a_reserve_protects_the_valuable_class() {
    let level = |agents: u32| {
        let policy = format!(
            "{{ reserve = {{ pairs = [{{ group = \"both\", queue = \"b\", agents = {agents} }}] }} }}"
        );
        let results = figures(&with_policy(N_MODEL, &policy), 200);
        [0, 1].map(|queue| mean(&results, queue, "service_level"))
    };
    let (none, one, three) = (level(0), level(1), level(3));
    assert!(one[0] > none[0] + 0.03, "one kept: {one:?}, none: {none:?}");
    assert!(
        three[0] > one[0] + 0.05,
        "three kept: {three:?}, one: {one:?}"
    );
    assert!(
        three[1] < none[1] - 0.05,
        "the other queue pays: {three:?}, {none:?}"
    );
}

/// Gurvich and Whitt 2010: at 200 agents and 98 % load queues are in the ratio that was asked for.
#[test]
fn queue_ratios_hold_in_large_centres() {
    let text = r#"
[scenario]
name = "FQR"
[run]
mode = "steady"
warm_up = "200h"
length = "4000h"
[[queues]]
name = "a"
[[queues]]
name = "b"
[[call_types]]
name = "a"
queue = "a"
rate = "1960/h"
talk = "exp(3m)"
[[call_types]]
name = "b"
queue = "b"
rate = "1960/h"
talk = "exp(3m)"
[[groups]]
name = "only a"
skills = ["a"]
staff = 60
[[groups]]
name = "both"
skills = ["a", "b"]
staff = 80
[[groups]]
name = "only b"
skills = ["b"]
staff = 60
"#;
    let policy = "{ fixed_queue_ratio = { shares = { a = 1, b = 3 } } }";
    let results = common::run_model(&with_policy(text, policy), None);
    let ratio = mean(&results, 1, "queue_length_mean") / mean(&results, 0, "queue_length_mean");
    assert!(
        (ratio / 3.0 - 1.0).abs() < 0.1,
        "expected a ratio of 3, found {ratio}"
    );
}

// ---- Waiting for a better agent ----

/// A weight below zero lets a call wait while an agent is idle, and just as long as the weights say.
#[test]
fn a_negative_weight_is_a_delay() {
    let text = r#"
[scenario]
name = "delay"
open = "08:00-12:00"
[[queues]]
name = "q"
[[call_types]]
name = "c"
queue = "q"
rate = "6/h"
talk = "fixed(1s)"
[[groups]]
name = "g"
skills = ["q"]
staff = 3
"#;
    let policy = "{ weights = { pairs = [{ constant = -7.5, wait = 0.5, idle = 0 }] } }";
    let results = figures(&with_policy(text, policy), 50);
    let asa = mean(&results, 0, "asa_s");
    // Two callers within 15 s of each other are answered 15 s after their own entry each.
    assert!((asa - 15.0).abs() < 1e-6, "expected 15 s, found {asa}");
    // Weights that never allow it leave everybody waiting; the day ends all the same, and nobody is lost from the books.
    let policy = "{ weights = { pairs = [{ constant = -1, wait = 0, idle = 0 }] } }";
    let results = figures(&with_policy(text, policy), 50);
    assert_eq!(mean(&results, 0, "answered"), 0.0);
    assert_eq!(
        mean(&results, 0, "abandoned_at_close"),
        mean(&results, 0, "offered")
    );
}

// ---- What is wrong with a policy ----

fn error(policy: &str) -> String {
    let text = format!("{POOL}\n[routing]\npolicy = {policy}\n");
    let read = acdsim::scenario::parse("pool.toml", &text, std::path::Path::new(""), &[]);
    read.expect_err(policy).render_with(false, true, 100)
}

#[test]
fn a_wrong_policy_is_told_what_is_wrong() {
    let all: String = [
        "\"longest_que\"",
        "7",
        "[]",
        "{ random = { stream = -1 } }",
        "{ random = {}, longest_idle = {} }",
        "{ longest_queue = { power = 2 } }",
        "{ accumulating_priority = { rates = { c = 1 } } }",
        "{ generalised_cmu = { costs = { a = \"high\" } } }",
        "{ reserve = {} }",
        "{ reserve = { pairs = [{ group = \"h\", agents = 1 }] } }",
        "{ weights = { pairs = [{ wait = -1 }] } }",
        "[\"longest_queue\", \"wait_over_target\"]",
        "[\"random\", \"weights\"]",
    ]
    .iter()
    .map(|policy| format!("{}\n", error(policy)))
    .collect();
    insta::assert_snapshot!(all);
}

#[test]
fn an_impossible_choice_ends_the_run() {
    use acdsim::routing::{AgentId, Choice, Policy, View};

    /// Gives every call to one group, if there is one, and takes calls from one queue.
    #[derive(Debug)]
    struct Stubborn(usize, usize);

    impl Policy for Stubborn {
        fn agent_for_call(&mut self, _: &View<'_>, _: usize) -> Option<Choice> {
            (self.0 < 100).then(|| Choice::longest_idle(self.0))
        }

        fn agent_in_tier(&mut self, _: &View<'_>, _: usize, _: usize) -> Option<Choice> {
            None
        }

        fn queue_for_agent(&mut self, _: &View<'_>, _: usize, _: AgentId) -> Option<usize> {
            Some(self.1)
        }
    }

    let model = common::model(CENTRE);
    let mut said = String::new();
    for (group, queue) in [(0, 0), (9, 0), (2, 1), (100, 9), (100, 1)] {
        let routing = move |_: &Model| Routing::of(Stubborn(group, queue));
        let settings = common::days(&model, 3);
        let control = acdsim::Control::default();
        let run = acdsim::experiment::run_with(&model, &routing, &settings, &control, &[]);
        said += &format!("{}\n", run.expect_err("an impossible choice"));
    }
    insta::assert_snapshot!(said);
}

/// Who asks what holds is told, where nothing was written too.
#[test]
fn the_default_is_explained() {
    let explained = common::command::stdout(&["run", "--explain"]);
    assert!(
        explained.contains("\n[routing]\npolicy = \"preference\"\n"),
        "{explained}"
    );
    let document = common::command::json(&["run", "--explain", "--json"]);
    assert_eq!(document["routing"]["policy"], "preference");
}
