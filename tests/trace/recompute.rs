//! Every figure of a day from the rows of its trace and the scenario. It shares no code with the key figures of the crate.

use acdsim::kpi::{Part, Results};
use acdsim::scenario::{Formula, Scenario};
use std::collections::BTreeMap;

const S: i64 = 1_000_000_000;

/// A row of the trace.
#[derive(Debug, Default)]
pub struct Row {
    time: i64,
    pub event: String,
    call_type: String,
    caller: u64,
    attempt: u64,
    cause: String,
    trunk: String,
    queue: String,
    group: String,
    outcome: String,
    wait: Option<i64>,
    talk: i64,
    acw: i64,
}

/// Nanoseconds, exactly.
fn ns(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: i64 = whole.parse().ok()?;
    let fraction: i64 = format!("{fraction:0<9}").parse().unwrap();
    Some(whole * S + fraction)
}

/// The rows of a trace.
pub fn rows(csv: &[u8]) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(csv);
    let header = reader.headers().unwrap().clone();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        let cell = |name: &str| {
            let at = header.iter().position(|column| column == name).unwrap();
            record[at].to_owned()
        };
        let number = |name: &str| cell(name).parse().unwrap_or(0);
        Row {
            time: ns(&cell("time_s")).unwrap(),
            event: cell("event"),
            call_type: cell("call_type"),
            caller: number("caller"),
            attempt: number("attempt"),
            cause: cell("cause"),
            trunk: cell("trunk"),
            queue: cell("queue"),
            group: cell("group"),
            outcome: cell("outcome"),
            wait: ns(&cell("wait_s")),
            talk: ns(&cell("talk_s")).unwrap_or(0),
            acw: ns(&cell("acw_s")).unwrap_or(0),
        }
    });
    rows.collect()
}

/// Something counted, by name; in nanoseconds where it is a time.
type Counts = BTreeMap<&'static str, i128>;

/// Counts of a part in each interval, the one after closing included.
#[derive(Clone)]
struct Cells {
    counts: Vec<Counts>,
    /// Longest wait of the answered.
    longest: Vec<i64>,
    waits: Vec<i64>,
}

impl Cells {
    fn new(cells: usize) -> Self {
        Self {
            counts: vec![Counts::new(); cells],
            longest: vec![0; cells],
            waits: Vec::new(),
        }
    }

    fn add(&mut self, cell: usize, what: &'static str, n: i128) {
        *self.counts[cell].entry(what).or_default() += n;
    }

    /// Sums over some intervals.
    fn sums(&self, cells: &[usize]) -> Counts {
        let mut sums = Counts::new();
        for &cell in cells {
            for (what, n) in &self.counts[cell] {
                *sums.entry(what).or_default() += n;
            }
        }
        let longest = cells.iter().map(|&cell| self.longest[cell]).max();
        sums.insert("longest", longest.unwrap().into());
        sums
    }
}

/// A number that goes up and down: its integral and maximum in each interval.
struct Level {
    area: Vec<i128>,
    max: Vec<i64>,
}

impl Level {
    /// From steps in the order in which they happen.
    fn of(steps: &[(i64, i64)], day: &Day, end: i64) -> Self {
        let mut level = Level {
            area: vec![0; day.cells],
            max: vec![0; day.cells],
        };
        let (mut now, mut value) = (0, 0);
        let mut go = |to: i64, value: i64| {
            while now < to {
                let cell = day.cell(now);
                let until = if cell + 1 == day.cells {
                    to
                } else {
                    to.min((cell as i64 + 1) * day.width)
                };
                level.area[cell] += i128::from(until - now) * i128::from(value);
                now = until;
                // What stands when an interval begins belongs to it.
                let next = day.cell(now);
                level.max[next] = level.max[next].max(value);
            }
            now = now.max(to);
        };
        let mut peaks = Vec::new();
        for &(at, step) in steps {
            go(at, value);
            value += step;
            assert!(value >= 0, "less than nothing at {at}");
            peaks.push((day.cell(at), value));
        }
        go(end.max(day.end()), value);
        for (cell, value) in peaks {
            level.max[cell] = level.max[cell].max(value);
        }
        level
    }
}

struct Day {
    /// Intervals, and what comes after closing.
    cells: usize,
    width: i64,
}

impl Day {
    fn cell(&self, at: i64) -> usize {
        ((at / self.width) as usize).min(self.cells - 1)
    }

    fn end(&self) -> i64 {
        self.width * (self.cells as i64 - 1)
    }
}

/// Figures of a part: those of the whole day, then of each interval.
type Figures = Vec<BTreeMap<String, Option<f64>>>;

/// Every figure of a day, computed from its trace and the scenario, by place such as `queues.service`.
pub struct Recomputed {
    figures: BTreeMap<String, Figures>,
    /// Waits of the answered, sorted, by the same places; and of the abandoned by queue.
    answered: BTreeMap<String, Vec<i64>>,
    abandoned: BTreeMap<String, Vec<i64>>,
    service_levels: BTreeMap<String, BTreeMap<&'static str, Option<f64>>>,
}

fn over(x: f64, y: f64) -> Option<f64> {
    (y != 0.0).then(|| x / y)
}

/// Numerator and denominator of the service level.
fn level(formula: Formula, c: &Counts, prefix: &str) -> (f64, f64) {
    let n = |what: &str| {
        let name = format!("{prefix}{what}");
        let found = c.iter().find(|(key, _)| **key == name);
        found.map_or(0.0, |(_, n)| *n as f64)
    };
    let (within, offered) = (n("within"), n("offered"));
    match formula {
        Formula::AnsweredOverOffered => (within, offered),
        Formula::AnsweredOverAnswered => (within, n("answered")),
        Formula::WithAbandons => (within + n("abandoned_within"), offered),
        Formula::WithoutEarlyAbandons => (within, offered - n("abandoned_within")),
        Formula::WithoutShortAbandons => (within, offered - n("short")),
        Formula::ShortAbandonsAsMet => (within + n("short"), offered),
    }
}

/// A caller: the interval of the first attempt, and what came of it.
struct Caller {
    cell: usize,
    served: bool,
    /// Whether the first answer helped, if there was one.
    first_answer: Option<bool>,
    /// Whether the need was met in the end.
    end: Option<bool>,
}

/// Computes them.
pub fn recompute(rows: &[Row], scenario: &Scenario) -> Recomputed {
    let day = Day {
        cells: scenario.intervals() + 1,
        width: i64::from(scenario.interval_min) * 60 * S,
    };
    let new = || Cells::new(day.cells);
    let mut types: BTreeMap<&str, Cells> = scenario
        .call_types
        .iter()
        .map(|t| (t.name.as_str(), new()))
        .collect();
    let mut queues: BTreeMap<&str, Cells> = scenario
        .queues
        .iter()
        .map(|q| (q.name.as_str(), new()))
        .collect();
    let mut groups: BTreeMap<&str, Cells> = scenario
        .groups
        .iter()
        .map(|g| (g.name.as_str(), new()))
        .collect();
    let mut trunks: BTreeMap<&str, Cells> = scenario
        .trunks
        .iter()
        .map(|t| (t.name.as_str(), new()))
        .collect();
    let mut abandoned_waits: BTreeMap<String, Vec<i64>> = BTreeMap::new();

    // Attempts, each with its rows in order.
    let mut attempts: BTreeMap<(&str, u64, u64), Vec<&Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.call_type.is_empty()) {
        attempts
            .entry((&row.call_type, row.caller, row.attempt))
            .or_default()
            .push(row);
    }
    let mut callers: BTreeMap<(&str, u64), Caller> = BTreeMap::new();
    for (&(name, caller, number), life) in &attempts {
        let call_type = scenario.call_types.iter().find(|t| t.name == name).unwrap();
        let target = scenario
            .queues
            .iter()
            .find(|q| q.name == call_type.queue)
            .unwrap();
        let within = |wait: i64| i128::from(wait <= target.target.within.as_nanos() as i64);
        let short = |wait: i64| i128::from(wait <= target.short_abandon.as_nanos() as i64);
        let arrived = life[0];
        assert_eq!(arrived.event, "arrived");
        let cell = day.cell(arrived.time);
        let cause = arrived.cause.as_str();
        assert_eq!(cause == "first", number == 1);
        let first = cause == "first";
        let entered = life
            .iter()
            .find(|row| row.event == "queued")
            .map(|row| row.time);
        let waited = life.iter().any(|row| row.event == "waits");
        let of_type = types.get_mut(name).unwrap();
        let mut of_queue = entered.map(|at| {
            (
                day.cell(at),
                queues.get_mut(call_type.queue.as_str()).unwrap(),
            )
        });
        let mut trunk = trunks.get_mut(arrived.trunk.as_str());
        let mut add = |what: &'static str, of_first: &'static str, n: i128| {
            of_type.add(cell, what, n);
            if first && !of_first.is_empty() {
                of_type.add(cell, of_first, n);
            }
            if let Some((cell, queue)) = &mut of_queue {
                queue.add(*cell, what, n);
            }
        };
        add(
            match cause {
                "first" => "first_attempts",
                "redial" => "redials",
                _ => "reconnects",
            },
            "",
            1,
        );
        if let Some(trunk) = &mut trunk {
            trunk.add(cell, "attempts", 1);
        }
        let who = callers.entry((name, caller)).or_insert(Caller {
            cell,
            served: false,
            first_answer: None,
            end: None,
        });
        if entered.is_some() && !life.iter().any(|row| row.event == "queue_full") {
            add("offered", "first.offered", 1);
        }
        let mut out_of_hours = 0;
        for row in life {
            assert_eq!(row.cause, cause, "{row:?}");
            let wait = entered.map_or(0, |entered| row.time - entered);
            match row.event.as_str() {
                "no_line" => {
                    add("blocked", "first.blocked", 1);
                    trunk.as_mut().unwrap().add(cell, "blocked", 1);
                }
                "queue_full" => add("blocked", "first.blocked", 1),
                "contained" => {
                    add("ivr_contained", "", 1);
                    who.served = true;
                }
                "hung_up_in_ivr" => add("ivr_abandoned", "", 1),
                "answered" => {
                    assert_eq!(row.wait, Some(wait), "{row:?}");
                    add("answered", "first.answered", 1);
                    add("within", "first.within", within(wait));
                    add("at_once", "", i128::from(!waited));
                    add("wait_answered", "", wait.into());
                    add("talk", "", row.talk.into());
                    add("acw", "", row.acw.into());
                    who.served = true;
                    let group = groups.get_mut(row.group.as_str()).unwrap();
                    group.add(day.cell(row.time), "answered", 1);
                    group.add(day.cell(row.time), "talk", row.talk.into());
                    group.add(day.cell(row.time), "acw", row.acw.into());
                }
                "abandoned" | "balked" => {
                    assert_eq!(row.wait, Some(wait), "{row:?}");
                    add("abandoned", "first.abandoned", 1);
                    add("abandoned_within", "first.abandoned_within", within(wait));
                    add("short", "first.short", short(wait));
                    add("wait_abandoned", "", wait.into());
                    let place = format!("queues.{}", call_type.queue);
                    abandoned_waits.entry(place).or_default().push(wait);
                }
                "dropped" => {
                    assert_eq!(row.wait, Some(wait), "{row:?}");
                    add("at_close", "", 1);
                    add("wait_at_close", "", wait.into());
                }
                "hung_up" => {
                    who.first_answer.get_or_insert(row.outcome == "resolved");
                }
                "out_of_hours" => out_of_hours += 1,
                "caller_ends" => {
                    assert_eq!(who.end, None, "{row:?}");
                    who.end = Some(row.outcome == "resolved");
                }
                "arrived" | "queued" | "waits" | "will_repeat" => {}
                other => panic!("{other}?"),
            }
        }
        of_type.add(cell, "out_of_hours", out_of_hours);
        if let Some(answered) = life.iter().find(|row| row.event == "answered") {
            let wait = answered.time - entered.unwrap();
            of_type.longest[cell] = of_type.longest[cell].max(wait);
            of_type.waits.push(wait);
            let queue = queues.get_mut(call_type.queue.as_str()).unwrap();
            let cell = day.cell(entered.unwrap());
            queue.longest[cell] = queue.longest[cell].max(wait);
            queue.waits.push(wait);
        }
    }
    for ((name, caller), who) in callers {
        let (cell, first_answer) = (who.cell, who.first_answer);
        let end = who
            .end
            .unwrap_or_else(|| panic!("caller {caller} of {name} never ends"));
        let of_type = types.get_mut(name).unwrap();
        of_type.add(cell, "callers", 1);
        of_type.add(cell, if end { "resolved" } else { "lost" }, 1);
        of_type.add(cell, "served", who.served.into());
        of_type.add(cell, "answered_callers", first_answer.is_some().into());
        of_type.add(cell, "first_contact", first_answer.unwrap_or(false).into());
    }

    // Levels, from the rows in their order.
    let mut steps: BTreeMap<String, Vec<(i64, i64)>> = BTreeMap::new();
    let mut waiting = std::collections::HashSet::new();
    let mut holding = std::collections::HashSet::new();
    for row in rows {
        let who = (row.call_type.clone(), row.caller);
        let mut step =
            |place: String, by: i64| steps.entry(place).or_default().push((row.time, by));
        let event = row.event.as_str();
        let wait_step = match event {
            "waits" => waiting.insert(who.clone()).then_some(1),
            "answered" | "abandoned" | "dropped" => waiting.remove(&who).then_some(-1),
            _ => None,
        };
        if let Some(by) = wait_step {
            step("waiting total".to_owned(), by);
            step(format!("waiting call_types.{}", row.call_type), by);
            step(format!("waiting queues.{}", row.queue), by);
        }
        match event {
            "arrived" if !row.trunk.is_empty() => {
                // Whether there is a line shows in the next row of the attempt.
                let life = &attempts[&(row.call_type.as_str(), row.caller, row.attempt)];
                if life[1].event != "no_line" {
                    holding.insert(who);
                    step(format!("lines trunks.{}", row.trunk), 1);
                }
            }
            "contained" | "hung_up_in_ivr" | "queue_full" | "balked" | "abandoned" | "dropped"
            | "hung_up"
                if holding.remove(&who) =>
            {
                step(format!("lines trunks.{}", row.trunk), -1);
            }
            _ => {}
        }
        match event {
            "on_duty" => step(format!("duty groups.{}", row.group), 1),
            "off_duty" => step(format!("duty groups.{}", row.group), -1),
            "answered" => step(format!("busy groups.{}", row.group), 1),
            "free" => step(format!("busy groups.{}", row.group), -1),
            _ => {}
        }
    }
    let end = rows.last().map_or(0, |row| row.time);
    let level_of = |place: &str| {
        let steps = steps.get(place).map_or(&[][..], Vec::as_slice);
        Level::of(steps, &day, end)
    };

    let mut result = Recomputed {
        figures: BTreeMap::new(),
        answered: BTreeMap::new(),
        abandoned: abandoned_waits,
        service_levels: BTreeMap::new(),
    };
    // The whole day, then every interval.
    let whole: Vec<usize> = (0..day.cells).collect();
    let scopes: Vec<Vec<usize>> = std::iter::once(whole)
        .chain((0..day.cells).map(|cell| vec![cell]))
        .collect();
    let open: Vec<i64> = scopes
        .iter()
        .map(|cells| day.width * cells.iter().filter(|&&cell| cell + 1 < day.cells).count() as i64)
        .collect();
    // Averages over opening hours leave out what comes after closing.
    let mean_level = |level: &Level, scope: usize| {
        let cells = scopes[scope].iter().filter(|&&cell| cell + 1 < day.cells);
        over(
            cells.map(|&cell| level.area[cell]).sum::<i128>() as f64,
            open[scope] as f64,
        )
    };
    let max_level = |level: &Level, scope: usize| {
        let max = scopes[scope].iter().map(|&cell| level.max[cell]).max();
        max.map(|max| max as f64)
    };
    let priced = scenario
        .trunks
        .iter()
        .any(|t| t.cost_per_line_hour.is_some())
        || scenario.groups.iter().any(|g| g.cost_per_hour.is_some())
        || scenario
            .call_types
            .iter()
            .any(|t| t.cost_per_attempt.is_some() || t.cost_per_lost_caller.is_some());
    let mut total_cost = vec![0.0; scopes.len()];

    let contact_figures =
        |c: &Counts, level: &Level, scope: usize, sl: (f64, f64), first_sl: (f64, f64)| {
            let n = |what: &str| c.get(what).copied().unwrap_or(0) as f64;
            let s = |what: &str| n(what) / S as f64;
            let attempts = n("first_attempts") + n("redials") + n("reconnects");
            let (offered, answered, callers) = (n("offered"), n("answered"), n("callers"));
            let all_waits = s("wait_answered") + s("wait_abandoned") + s("wait_at_close");
            let figures = [
                ("attempts", Some(attempts)),
                ("first_attempts", Some(n("first_attempts"))),
                ("redials", Some(n("redials"))),
                ("reconnects", Some(n("reconnects"))),
                ("out_of_hours", Some(n("out_of_hours"))),
                ("blocked", Some(n("blocked"))),
                ("blocking_rate", over(n("blocked"), attempts)),
                ("ivr_contained", Some(n("ivr_contained"))),
                ("ivr_abandoned", Some(n("ivr_abandoned"))),
                ("offered", Some(offered)),
                ("answered", Some(answered)),
                ("abandoned", Some(n("abandoned"))),
                ("abandonment_rate", over(n("abandoned"), offered)),
                ("short_abandoned", Some(n("short"))),
                ("abandoned_at_close", Some(n("at_close"))),
                ("service_level", over(sl.0, sl.1)),
                ("asa_s", over(s("wait_answered"), answered)),
                ("mean_wait_s", over(all_waits, offered)),
                (
                    "mean_wait_abandoned_s",
                    over(s("wait_abandoned"), n("abandoned")),
                ),
                ("average_time_in_queue_s", over(all_waits, answered)),
                ("wait_max_s", (answered > 0.0).then(|| s("longest"))),
                ("delayed", over(offered - n("at_once"), offered)),
                ("queue_length_mean", mean_level(level, scope)),
                ("queue_length_max", max_level(level, scope)),
                ("talk_s", over(s("talk"), answered)),
                ("acw_s", over(s("acw"), answered)),
                ("aht_s", over(s("talk") + s("acw"), answered)),
                ("callers", Some(callers)),
                ("resolved", Some(n("resolved"))),
                ("lost", Some(n("lost"))),
                ("served_rate", over(n("served"), callers)),
                (
                    "first_contact_resolution",
                    over(n("first_contact"), n("answered_callers")),
                ),
                (
                    "repeat_rate",
                    over(n("redials") + n("reconnects"), attempts),
                ),
                ("attempts_per_caller", over(attempts, callers)),
                ("first_attempt_service_level", over(first_sl.0, first_sl.1)),
                (
                    "first_attempt_abandonment_rate",
                    over(n("first.abandoned"), n("first.offered")),
                ),
                (
                    "first_attempt_blocking_rate",
                    over(n("first.blocked"), n("first_attempts")),
                ),
            ];
            figures
                .map(|(name, x)| (name.to_owned(), x))
                .into_iter()
                .collect::<BTreeMap<_, _>>()
        };
    let plus = |(a, b): (f64, f64), (c, d): (f64, f64)| (a + c, b + d);
    let formula_of = |queue: &str| {
        scenario
            .queues
            .iter()
            .find(|q| q.name == queue)
            .unwrap()
            .formula
    };

    let mut total = new();
    let mut total_levels = vec![((0.0, 0.0), (0.0, 0.0)); scopes.len()];
    for call_type in &scenario.call_types {
        let place = format!("call_types.{}", call_type.name);
        let cells = &types[call_type.name.as_str()];
        let waiting = level_of(&format!("waiting {place}"));
        let formula = formula_of(&call_type.queue);
        let mut figures = Figures::new();
        for (scope, of) in scopes.iter().enumerate() {
            let c = cells.sums(of);
            let sl = level(formula, &c, "");
            let first_sl = level(formula, &c, "first.");
            let both = &mut total_levels[scope];
            *both = (plus(both.0, sl), plus(both.1, first_sl));
            let mut row = contact_figures(&c, &waiting, scope, sl, first_sl);
            if priced {
                let cost = row["attempts"].unwrap() * call_type.cost_per_attempt.unwrap_or(0.0)
                    + row["lost"].unwrap() * call_type.cost_per_lost_caller.unwrap_or(0.0);
                total_cost[scope] += cost;
                row.insert("cost".to_owned(), Some(cost));
            }
            figures.push(row);
        }
        for cell in 0..day.cells {
            for (what, n) in &cells.counts[cell] {
                total.add(cell, what, *n);
            }
            total.longest[cell] = total.longest[cell].max(cells.longest[cell]);
        }
        total.waits.extend(&cells.waits);
        result.figures.insert(place.clone(), figures);
        result.answered.insert(place.clone(), cells.waits.clone());
        let levels = Formula::ALL.map(|(formula, name)| {
            let (x, y) = level(formula, &cells.sums(&scopes[0]), "");
            (name, over(x, y))
        });
        result
            .service_levels
            .insert(place, levels.into_iter().collect());
    }
    for queue in &scenario.queues {
        let place = format!("queues.{}", queue.name);
        let cells = &queues[queue.name.as_str()];
        let waiting = level_of(&format!("waiting {place}"));
        let mut figures = Figures::new();
        for (scope, of) in scopes.iter().enumerate() {
            let c = cells.sums(of);
            figures.push(contact_figures(
                &c,
                &waiting,
                scope,
                level(queue.formula, &c, ""),
                (0.0, 0.0),
            ));
        }
        result.figures.insert(place.clone(), figures);
        result.answered.insert(place.clone(), cells.waits.clone());
        let levels = Formula::ALL.map(|(formula, name)| {
            let (x, y) = level(formula, &cells.sums(&scopes[0]), "");
            (name, over(x, y))
        });
        result
            .service_levels
            .insert(place, levels.into_iter().collect());
    }
    for group in &scenario.groups {
        let place = format!("groups.{}", group.name);
        let cells = &groups[group.name.as_str()];
        let (busy, duty) = (
            level_of(&format!("busy {place}")),
            level_of(&format!("duty {place}")),
        );
        let mut figures = Figures::new();
        for (scope, of) in scopes.iter().enumerate() {
            let c = cells.sums(of);
            let n = |what: &str| c.get(what).copied().unwrap_or(0) as f64;
            let hours = |level: &Level| {
                of.iter().map(|&cell| level.area[cell]).sum::<i128>() as f64 / S as f64 / 3600.0
            };
            let (mut scheduled, mut paid) = (0.0, 0.0);
            for &cell in of.iter().filter(|&&cell| cell + 1 < day.cells) {
                let at = |list: &[f64]| list[cell.min(list.len() - 1)];
                let staff = f64::from(group.staff[cell.min(group.staff.len() - 1)]);
                let h = staff * f64::from(scenario.interval_min) / 60.0;
                scheduled += h;
                paid += h / (1.0 - at(&group.shrinkage));
            }
            let overtime = hours(&duty) - scheduled;
            let s = |what: &str| n(what) / S as f64;
            let mut row: BTreeMap<String, Option<f64>> = [
                ("answered", Some(n("answered"))),
                ("talk_s", over(s("talk"), n("answered"))),
                ("acw_s", over(s("acw"), n("answered"))),
                ("aht_s", over(s("talk") + s("acw"), n("answered"))),
                ("occupancy", over(hours(&busy), hours(&duty))),
                ("staffed_h", Some(hours(&duty))),
                ("busy_h", Some(hours(&busy))),
                ("overtime_h", Some(overtime)),
            ]
            .map(|(name, x)| (name.to_owned(), x))
            .into_iter()
            .collect();
            if priced {
                let cost = (paid + overtime) * group.cost_per_hour.unwrap_or(0.0);
                total_cost[scope] += cost;
                row.insert("cost".to_owned(), Some(cost));
            }
            figures.push(row);
        }
        result.figures.insert(place, figures);
    }
    for trunk in &scenario.trunks {
        let place = format!("trunks.{}", trunk.name);
        let cells = &trunks[trunk.name.as_str()];
        let lines = level_of(&format!("lines {place}"));
        let mut figures = Figures::new();
        for (scope, of) in scopes.iter().enumerate() {
            let c = cells.sums(of);
            let n = |what: &str| c.get(what).copied().unwrap_or(0) as f64;
            let row = [
                ("attempts", Some(n("attempts"))),
                ("blocked", Some(n("blocked"))),
                ("blocking_rate", over(n("blocked"), n("attempts"))),
                ("lines_busy_mean", mean_level(&lines, scope)),
                ("lines_busy_max", max_level(&lines, scope)),
            ];
            figures.push(
                row.map(|(name, x)| (name.to_owned(), x))
                    .into_iter()
                    .collect(),
            );
            let hours = open[scope] as f64 / S as f64 / 3600.0;
            total_cost[scope] +=
                f64::from(trunk.lines) * hours * trunk.cost_per_line_hour.unwrap_or(0.0);
        }
        result.figures.insert(place, figures);
    }
    let waiting = level_of("waiting total");
    let mut figures = Figures::new();
    for (scope, of) in scopes.iter().enumerate() {
        let (sl, first_sl) = total_levels[scope];
        let mut row = contact_figures(&total.sums(of), &waiting, scope, sl, first_sl);
        if priced {
            row.insert("cost".to_owned(), Some(total_cost[scope]));
        }
        figures.push(row);
    }
    result.figures.insert("total.".to_owned(), figures);
    result
        .answered
        .insert("total.".to_owned(), total.waits.clone());
    let levels = Formula::ALL.map(|(formula, name)| {
        let (x, y) = level(formula, &total.sums(&scopes[0]), "");
        (name, over(x, y))
    });
    result
        .service_levels
        .insert("total.".to_owned(), levels.into_iter().collect());
    for waits in result
        .answered
        .values_mut()
        .chain(result.abandoned.values_mut())
    {
        waits.sort_unstable();
    }
    result
}

fn agree(expected: Option<f64>, found: Option<f64>) -> bool {
    match (expected, found) {
        (None, None) => true,
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-3),
        _ => false,
    }
}

/// Compares every figure of a result of one day with those recomputed. Returns how many there were.
pub fn compare(results: &Results, recomputed: &Recomputed) -> Result<usize, String> {
    let lists = [
        ("total", std::slice::from_ref(&results.total)),
        ("queues", &results.queues),
        ("call_types", &results.call_types),
        ("groups", &results.groups),
        ("trunks", &results.trunks),
    ];
    let mut compared = 0;
    for (place, part) in lists.iter().flat_map(|(list, parts)| {
        parts
            .iter()
            .map(move |part| (format!("{list}.{}", part.name()), part))
    }) {
        compared += compare_part(&place, part, recomputed)?;
    }
    Ok(compared)
}

fn compare_part(place: &str, part: &Part, recomputed: &Recomputed) -> Result<usize, String> {
    let mut compared = 0;
    let mine = &recomputed.figures[place];
    let intervals = part.intervals.as_ref().unwrap();
    let scopes = std::iter::once(("the day", &part.kpis))
        .chain(intervals.iter().map(|i| (i.start.as_str(), &i.kpis)));
    for ((start, kpis), mine) in scopes.zip(mine) {
        for (kpi, estimate) in kpis {
            let wrong = |expected: Option<f64>| {
                Err(format!(
                    "{place} {start} {kpi}: the trace gives {expected:?}, the result {:?}",
                    estimate.mean
                ))
            };
            compared += 1;
            match kpi
                .strip_prefix("wait_p")
                .and_then(|rest| rest.strip_suffix("_s"))
            {
                Some(percent) => {
                    let waits = &recomputed.answered[place];
                    let rank = (percent.parse::<f64>().unwrap() / 100.0 * waits.len() as f64).ceil()
                        as usize;
                    let exact = waits.get(rank.max(1) - 1).map(|&w| w as f64 / S as f64);
                    // Quantiles come from bins that are 1.1 % wide, the finest a millisecond.
                    let fits = match (exact, estimate.mean) {
                        (None, None) => true,
                        (Some(exact), Some(found)) => {
                            (found - exact).abs() <= 0.011 * exact + 0.001
                        }
                        _ => false,
                    };
                    if !fits {
                        return wrong(exact);
                    }
                }
                None => match mine.get(kpi) {
                    Some(x) if agree(*x, estimate.mean) => {}
                    Some(x) => return wrong(*x),
                    None => return Err(format!("{place}: {kpi} is not recomputed")),
                },
            }
        }
    }
    for (formula, estimate) in part.service_levels.iter().flatten() {
        compared += 1;
        let mine = recomputed.service_levels[place][formula.as_str()];
        if !agree(mine, estimate.mean) {
            return Err(format!(
                "{place} {formula}: {mine:?}, the result {:?}",
                estimate.mean
            ));
        }
    }
    if let Some(waits) = &part.waits {
        let none = Vec::new();
        for (waits_of, counts) in [
            (&recomputed.answered[place], &waits.answered),
            (
                recomputed.abandoned.get(place).unwrap_or(&none),
                &waits.abandoned,
            ),
        ] {
            let mut over = -1;
            for (edge, count) in waits.edges_s.iter().zip(counts) {
                let up_to = (edge * S as f64).round() as i64;
                let inside = |&&wait: &&i64| over < wait && wait <= up_to;
                let mine = waits_of.iter().filter(inside).count() as u64;
                if mine != *count {
                    return Err(format!(
                        "{place}: {mine} waits up to {edge} s, the result has {count}"
                    ));
                }
                over = up_to;
                compared += 1;
            }
        }
    }
    if let (Some(days), Some(target)) = (&part.days, &part.target) {
        let level = recomputed.figures[place][0]["service_level"];
        let met = level.map(|level| f64::from(level >= target.fraction));
        if days.target_met.mean != met {
            return Err(format!(
                "{place} target_met: {met:?}, the result {:?}",
                days.target_met.mean
            ));
        }
        compared += 1;
    }
    Ok(compared)
}
