//! What is said of a plan.

use super::view::{View, hours_text};
use crate::planning::{Judged, Status};
use crate::report::staffing::{Verdict, finding, name_of, worst};
use crate::report::text::figures::{
    UNDEFINED, exact_minutes, exact_percent, money, percent, rough_percent, seconds,
};
use crate::report::text::layout::{Look, NBSP};
use crate::report::text::summary::target_words;
use crate::scenario::{clock_text, grouped};
use crate::shifts::document::{Objective, PromisedGoal, Reason, Repair, ServiceRow, ShiftStatus};
use crate::stats::Estimate;
use indexmap::IndexMap;

/// Places, repairs and rules are not listed beyond this.
const MOST: usize = 10;

/// What was planned.
pub fn heading(view: &View<'_>) -> String {
    let days = match view.days[..] {
        [] => "no day".to_owned(),
        ["day"] => "one day".to_owned(),
        [day] => day.to_owned(),
        [..] if view.days.len() == 7 => "a week".to_owned(),
        _ => format!("{} days", view.days.len()),
    };
    let mut text = format!(
        "{} · shifts of {days} by {}",
        view.shifts.name,
        exact_minutes(view.grid_min())
    );
    if let Some(simulated) = view.shifts.simulated.first() {
        text += &format!(" · ± at {}", exact_percent(simulated.confidence));
    }
    text
}

/// That the search was stopped, if it was.
pub fn stopped(view: &View<'_>) -> Option<String> {
    let text = "Stopped early: this is the best plan found so far.";
    view.shifts.partial.then(|| text.to_owned())
}

pub fn look(status: ShiftStatus) -> Look {
    match status {
        ShiftStatus::Held => Look::Good,
        ShiftStatus::Borderline => Look::Doubt,
        ShiftStatus::Missed | ShiftStatus::Uncovered | ShiftStatus::Infeasible => Look::Bad,
    }
}

/// What became of the plan, in a sentence.
pub fn status(view: &View<'_>) -> String {
    let shifts = view.shifts;
    let simulated = !shifts.simulated.is_empty();
    if shifts.objective != Objective::Cover
        && let Some(text) = status_over_day(view)
    {
        return text;
    }
    match shifts.status {
        ShiftStatus::Held if simulated => {
            "The requirement is covered, and every target held when the plan was simulated.".to_owned()
        }
        ShiftStatus::Held => "The requirement is covered. Nothing was simulated.".to_owned(),
        ShiftStatus::Borderline => {
            "The requirement is covered, and no target is missed when the plan is simulated; some are borderline: within \
             tolerance, or on the right side without being sure."
                .to_owned()
        }
        ShiftStatus::Missed => {
            "The requirement is covered, but a target is missed when the plan is simulated.".to_owned()
        }
        ShiftStatus::Uncovered => {
            let short = people_hours(view.hours().short);
            let verb = if short.starts_with("1\u{a0}") { "is" } else { "are" };
            format!("The requirement is not covered everywhere: {short} {verb} missing.")
        }
        ShiftStatus::Infeasible => {
            "There is no plan: the rules contradict each other.".to_owned()
        }
    }
}

/// The same where people are not required by interval.
fn status_over_day(view: &View<'_>) -> Option<String> {
    let text = match (view.shifts.status, &view.shifts.service) {
        (ShiftStatus::Held, _) => "Every target held when the plan was simulated.".to_owned(),
        (ShiftStatus::Borderline, _) => {
            "No target is missed when the plan is simulated; some are borderline: within tolerance, or on the right side \
             without being sure."
                .to_owned()
        }
        (ShiftStatus::Missed, Some(service)) => format!(
            "With {} a target is missed; this is the best service that was found.",
            limits(view, service)
        ),
        (ShiftStatus::Missed, None) => "A target is missed when the plan is simulated.".to_owned(),
        (ShiftStatus::Uncovered, _) if view.hours().short == 0.0 => {
            "No plan under these rules was found that holds the targets.".to_owned()
        }
        (ShiftStatus::Uncovered | ShiftStatus::Infeasible, _) => return None,
    };
    Some(text)
}

/// `at most 60 people and a cost of at most 9,000`
fn limits(view: &View<'_>, service: &ServiceRow) -> String {
    let people_ = service
        .most_people
        .map(|n| format!("at most {}", people(n as usize)));
    let cost = service
        .most_cost
        .map(|cost| match view.shifts.unit.as_str() {
            "money" => format!("a cost of at most {}", amount(view, cost)),
            _ => format!("at most {}", amount(view, cost)),
        });
    let both: Vec<String> = people_.into_iter().chain(cost).collect();
    both.join(" and ")
}

/// How good the service is that the limits allow, in sentences.
fn service(view: &View<'_>) -> Vec<String> {
    /// A share that is as good as all.
    const ALL: f64 = 0.9995;
    let Some(service) = &view.shifts.service else {
        return Vec::new();
    };
    let contacts = |n: f64| grouped(n, 0);
    let of_offered = |n: f64| rough_percent(n / service.offered.max(1e-9));
    let mut sentences = vec![format!(
        "Of {} contacts {} are served as the targets want it ({}); by the formula it would be {}.",
        contacts(service.offered),
        contacts(service.simulated),
        of_offered(service.simulated),
        contacts(service.kept),
    )];
    let limits = limits(view, service);
    match (service.share_at_most, service.at_most) {
        (_, Some(most)) if service.share >= ALL => sentences.push(format!(
            "By the formula no plan with {limits} that reaches every target serves more than {}.",
            contacts(most)
        )),
        (Some(most), _) if service.share < ALL => sentences.push(format!(
            "By the formula the queue furthest from its target reaches {} of it; no plan with {limits} reaches more than {}.",
            rough_percent(service.share),
            rough_percent(most)
        )),
        _ => {}
    }
    sentences
}

/// `1 person-hour`, `12.5 person-hours`
fn people_hours(hours: f64) -> String {
    match grouped(hours, 1).as_str() {
        "1.0" => format!("1{NBSP}person-hour"),
        text => format!("{text}{NBSP}person-hours"),
    }
}

/// `1 person`, `1,200 people`
pub fn people(n: usize) -> String {
    match n {
        1 => format!("1{NBSP}person"),
        n => format!("{}{NBSP}people", grouped(n as f64, 0)),
    }
}

/// `36,288` of money, `1,512.0 paid hours`.
fn amount(view: &View<'_>, value: f64) -> String {
    // Of nobody the sum is a negative zero.
    let value = value + 0.0;
    match view.shifts.unit.as_str() {
        "money" => money(exactly(value)),
        _ => format!("{}{NBSP}paid{NBSP}hours", grouped(value, 1)),
    }
}

fn exactly(mean: f64) -> Estimate {
    Estimate {
        mean: Some(mean),
        ..Estimate::default()
    }
}

/// What the plan takes and costs, how near that is to the least, and what is spare, in sentences.
pub fn answer(view: &View<'_>) -> Vec<String> {
    let shifts = view.shifts;
    if shifts.status == ShiftStatus::Infeasible {
        return Vec::new();
    }
    let duties: usize = shifts.people.iter().map(|person| person.days.len()).sum();
    let work = if shifts.people.len() == 1 {
        "works"
    } else {
        "work"
    };
    let mut first = format!("{} {work}", people(shifts.people.len()));
    if view.is_week() {
        let word = if duties == 1 { "shift" } else { "shifts" };
        first += &format!(" {}{NBSP}{word},", grouped(duties as f64, 0));
    }
    first += &format!(" {}{NBSP}paid{NBSP}hours", grouped(view.paid_h() + 0.0, 1));
    if shifts.unit == "money" {
        first += &format!(", for {}", amount(view, shifts.cost));
    }
    let mut sentences = vec![first + "."];
    sentences.extend(gap(view));
    sentences.extend(service(view));
    let hours = view.hours();
    let mut spare = format!(
        "Required are {} at work and not on a break",
        people_hours(hours.required)
    );
    spare += &match hours.spare > 0.0 {
        true if hours.required > 0.0 => format!(
            "; {} are spare ({}).",
            grouped(hours.spare, 1),
            rough_percent(hours.spare / hours.required)
        ),
        true => format!("; {} are spare.", grouped(hours.spare, 1)),
        false => "; nobody is spare.".to_owned(),
    };
    if view.is_required() {
        sentences.push(spare);
    }
    if let Some(published) = &shifts.published {
        sentences.push(format!(
            "Of {} published shifts {} are kept.",
            grouped(published.shifts as f64, 0),
            grouped(published.kept as f64, 0)
        ));
    }
    if !shifts.repeatable {
        let why = match shifts.partial {
            true => "It was stopped early",
            false => "A limit of time was set",
        };
        sentences.push(format!("{why}: the same call may give another plan."));
    }
    sentences
}

/// How near the plan is to the cheapest.
fn gap(view: &View<'_>) -> Option<String> {
    /// No more than rounding.
    const NOTHING: f64 = 1e-9;
    let shifts = view.shifts;
    // Without a bound nothing is known.
    let (gap, bound) = shifts.gap.zip(shifts.bound.filter(|bound| *bound > 0.0))?;
    let cheapest = match shifts.status {
        ShiftStatus::Uncovered => "the cheapest plan under these rules",
        _ if shifts.objective == Objective::Day => {
            "the cheapest plan that holds the targets by the formula"
        }
        _ => "the cheapest plan that covers the requirement",
    };
    let more = shifts.cost - shifts.cover_cost;
    let repaired = more.abs() > NOTHING * shifts.cost.abs();
    let (costs, cost) = match shifts.unit.as_str() {
        "money" => ("costs", "cost"),
        _ => ("takes", "took"),
    };
    let before = match repaired {
        true => format!(
            "Before its repairs it {cost} {}: ",
            amount(view, shifts.cover_cost)
        ),
        false => String::new(),
    };
    // What the gap is of, beside what is paid.
    let priced = bound * (1.0 + gap) - shifts.cover_cost;
    let with = match priced > 1e-6 * bound {
        true => {
            let of = match shifts.published.is_some() {
                true => "missing and spare hours, and published shifts that nobody works,",
                false => "missing and spare hours",
            };
            format!(
                ", {of} at their price (in this plan {})",
                amount(view, priced)
            )
        }
        false => String::new(),
    };
    let mut text = match (gap > NOTHING, repaired) {
        (true, _) => format!(
            "{before}at most {} above {cheapest}, which {costs} at least {}{with}",
            rough_percent(gap),
            amount(view, bound)
        ),
        (false, true) => format!("{before}{cheapest}"),
        (false, false) => format!("It is {cheapest}"),
    };
    if let Some(first) = text.get(..1) {
        text.replace_range(..1, &first.to_uppercase());
    }
    Some(text + ".")
}

/// Every target, its intervals together; what was promised stands behind what came of it.
pub fn verdicts(view: &View<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for day in &view.shifts.simulated {
        let mut targets: Vec<Vec<&PromisedGoal>> = Vec::new();
        for goal in &day.goals {
            match targets.last_mut() {
                Some(goals)
                    if (&goals[0].judged.place, &goals[0].judged.kpi)
                        == (&goal.judged.place, &goal.judged.kpi) =>
                {
                    goals.push(goal);
                }
                _ => targets.push(vec![goal]),
            }
        }
        verdicts.extend(targets.iter().map(|goals| {
            let first = &goals[0].judged;
            let name = name_of(&first.place);
            Verdict {
                name: match view.is_week() {
                    true => format!("{} {name}", day.day),
                    false => name.to_owned(),
                },
                target: target_of(goals[0]),
                status: goals
                    .iter()
                    .map(|goal| goal.judged.status)
                    .max()
                    .unwrap_or(Status::Met),
                finding: found(goals),
            }
        }));
    }
    verdicts
}

/// What a target asks for.
pub fn target_of(goal: &PromisedGoal) -> String {
    let judged = &goal.judged;
    let of = (judged.kpi.as_str(), judged.bound, judged.threshold);
    match (judged.kpi.as_str(), &goal.target) {
        ("service_level", None) => format!("≥{NBSP}{} in target", exact_percent(judged.threshold)),
        (_, target) => target_words(of, target.as_ref()),
    }
}

fn found(goals: &[&PromisedGoal]) -> String {
    let judged: Vec<&Judged> = goals.iter().map(|goal| &goal.judged).collect();
    let text = finding(&judged);
    let worst = worst(&judged);
    let of = goals
        .iter()
        .find(|goal| worst.is_some_and(|worst| std::ptr::eq(worst, &goal.judged)));
    match of.map(|goal| promised(goal)) {
        Some(promised) if promised != UNDEFINED => format!("{text}, promised {promised}"),
        _ => text,
    }
}

/// What the requirement promised.
pub fn promised(goal: &PromisedGoal) -> String {
    let promised = goal.promised.filter(|x| x.is_finite()).map(exactly);
    match promised {
        None => UNDEFINED.to_owned(),
        Some(promised) if goal.judged.kpi.ends_with("_s") => seconds(promised),
        Some(promised) => percent(promised),
    }
}

/// Where people are missing, neighbouring steps together.
pub fn uncovered(view: &View<'_>) -> Vec<String> {
    if view.shifts.status == ShiftStatus::Infeasible {
        return Vec::new();
    }
    let grid = view.grid_min();
    let mut places = Vec::new();
    for day in 0..view.days.len() {
        for (group, name) in view.groups.iter().enumerate() {
            let cells = view.cells(day, group);
            let mut from = 0;
            while from < cells.len() {
                let short = cells[from..].iter().take_while(|cell| cell.spare() < 0);
                let to = from + short.count();
                if let Some(worst) = cells[from..to].iter().min_by_key(|cell| cell.spare()) {
                    let time = |cell: usize| clock_text(cell as u32 * grid);
                    let when = format!("{}{}–{}", on_day(view, day), time(from), time(to));
                    let alike = cells[from..to].iter().all(|c| c.spare() == worst.spare());
                    let up_to = if alike { "" } else { "up to " };
                    let (short, of) = (-worst.spare(), worst.repaired);
                    places.push(format!("{when} {name}: {up_to}{short} short of {of}"));
                }
                from = to + 1;
            }
        }
    }
    listed(view, places, "places")
}

/// `mon ` in a week.
fn on_day(view: &View<'_>, day: usize) -> String {
    match view.is_week() {
        true => format!("{} ", view.days[day]),
        false => String::new(),
    }
}

/// No more than can be read.
fn listed(view: &View<'_>, mut all: Vec<String>, what: &str) -> Vec<String> {
    let most = if view.all { usize::MAX } else { MOST };
    let more = all.len().saturating_sub(most);
    all.truncate(most);
    if more > 0 {
        all.push(format!(
            "and {} more {what}; --json has them all",
            grouped(more as f64, 0)
        ));
    }
    all
}

/// The rules that cannot all be kept: a sentence, and each.
pub fn explanation(view: &View<'_>) -> Option<(String, Vec<String>)> {
    let reasons = &view.shifts.explanation;
    let sentence = match (view.shifts.status, reasons.len()) {
        (_, 0) => return None,
        (_, 1) => "This rule alone cannot be kept:",
        (ShiftStatus::Infeasible, _) => {
            "These rules cannot all be kept; without any one of them the others can:"
        }
        _ => "Why: these cannot all hold; without any one of them the others can:",
    };
    let reason = |reason: &Reason| {
        let day = reason.day.as_deref().filter(|_| view.is_week());
        let place = [day, reason.start.as_deref()].into_iter().flatten();
        match place.collect::<Vec<_>>().join(" ") {
            place if place.is_empty() => reason.rule.clone(),
            place => format!("{place}: {}", reason.rule),
        }
    };
    let rules = reasons.iter().map(reason).collect();
    Some((sentence.to_owned(), listed(view, rules, "rules")))
}

/// What the simulation asked for: a sentence, and each repair.
pub fn repairs(view: &View<'_>) -> Option<(String, Vec<String>)> {
    let repairs = &view.shifts.repairs;
    let rounds = repairs.iter().map(|repair| repair.round).max()?;
    let rounds = match rounds {
        1 => "one round".to_owned(),
        n => format!("{n} rounds"),
    };
    let intervals = match repairs.len() {
        1 => "one interval".to_owned(),
        n => format!("{} intervals", grouped(n as f64, 0)),
    };
    let sentence = format!("Simulation asked for more people in {intervals}, in {rounds}:");
    let repair = |repair: &Repair| {
        let day = match view.is_week() {
            true => format!("{} ", repair.day),
            false => String::new(),
        };
        format!(
            "{day}{} {}: {} → {}, {}",
            repair.start, repair.group, repair.from, repair.to, repair.why
        )
    };
    let all = repairs.iter().map(repair).collect();
    Some((sentence, listed(view, all, "repairs")))
}

/// What a reader should know; what is said of several days once.
pub fn warnings(view: &View<'_>) -> Vec<String> {
    let mut said: IndexMap<&str, Vec<usize>> = IndexMap::new();
    for warning in &view.shifts.warnings {
        let of_day = warning.split_once(": ").and_then(|(day, text)| {
            let day = view.days.iter().position(|known| *known == day)?;
            Some((text, day)).filter(|_| view.is_week())
        });
        let (text, day) = of_day.map_or((warning.as_str(), None), |(text, day)| (text, Some(day)));
        said.entry(text).or_default().extend(day);
    }
    let told = |(text, days): (&str, Vec<usize>)| match days.is_empty() {
        true => text.to_owned(),
        false => format!("{}: {text}", days_text(view, &days)),
    };
    said.into_iter().map(told).collect()
}

/// `mon`, `mon, wed`, `mon–fri`
fn days_text(view: &View<'_>, days: &[usize]) -> String {
    let runs = days.chunk_by(|a, b| a + 1 == *b);
    let run = |run: &[usize]| match *run {
        [first, _, .., last] => format!("{}–{}", view.days[first], view.days[last]),
        _ => {
            let names: Vec<&str> = run.iter().map(|day| view.days[*day]).collect();
            names.join(", ")
        }
    };
    runs.map(run).collect::<Vec<_>>().join(", ")
}

/// What a kind of shift is called: hours and type, and the group where there are several.
pub fn kind_name(view: &View<'_>, kind: usize) -> String {
    let kind = &view.kinds[kind];
    let name = format!("{} {}", hours_text(kind.duty), kind.shift_type);
    match view.groups.len() > 1 {
        true => format!("{name} {}", kind.group),
        false => name,
    }
}

/// Letters for kinds of shift: A to Z, then AA.
pub fn code(kind: usize) -> String {
    let letter = char::from(b'A' + (kind % 26) as u8);
    match kind / 26 {
        0 => letter.to_string(),
        more => code(more - 1) + &letter.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shifts::document::{CoverRow, PublishedRow, SCHEMA, Shifts};

    fn plan(days: &[&str], warnings: &[&str]) -> Shifts {
        let row = |day: &&str| CoverRow {
            day: (*day).to_owned(),
            start: "08:00".to_owned(),
            group: "agents".to_owned(),
            required: 1,
            repaired: 1,
            covered: 1,
        };
        Shifts {
            schema: SCHEMA.to_owned(),
            name: "plan".to_owned(),
            version: String::new(),
            objective: Objective::Cover,
            service: None,
            status: ShiftStatus::Held,
            partial: false,
            repeatable: true,
            grid_min: 30,
            unit: "money".to_owned(),
            cost: 100.0,
            cover_cost: 100.0,
            bound: Some(100.0),
            gap: Some(0.0),
            nodes: 0,
            published: None,
            people: Vec::new(),
            cover: days.iter().map(row).collect(),
            repairs: Vec::new(),
            simulated: Vec::new(),
            explanation: Vec::new(),
            warnings: warnings.iter().map(|&text| text.to_owned()).collect(),
        }
    }

    #[test]
    fn what_is_said_of_several_days_is_said_once() {
        let said = [
            "mon: a",
            "mon: b: c",
            "tue: a",
            "wed: a",
            "fri: a",
            "sat: b: c",
            "x: d",
        ];
        let shifts = plan(&["mon", "tue", "wed", "thu", "fri", "sat"], &said);
        let expected = ["mon–wed, fri: a", "mon, sat: b: c", "x: d"];
        assert_eq!(warnings(&View::new(&shifts)), expected);
        // Of one day nothing is put together.
        let shifts = plan(&["mon"], &["mon: a", "a"]);
        assert_eq!(warnings(&View::new(&shifts)), ["mon: a", "a"]);
    }

    #[test]
    fn how_near_a_plan_is_to_the_cheapest() {
        let mut shifts = plan(&["day"], &[]);
        let said = |shifts: &Shifts| gap(&View::new(shifts));
        let expected = "It is the cheapest plan that covers the requirement.";
        assert_eq!(said(&shifts).as_deref(), Some(expected));
        shifts.gap = Some(0.1);
        shifts.cover_cost = 110.0;
        shifts.cost = 110.0;
        let expected = "At most 10 % above the cheapest plan that covers the requirement, which costs at least 100.";
        assert_eq!(
            said(&shifts).map(|s| s.replace(NBSP, " ")).as_deref(),
            Some(expected)
        );
        // Of 110 for everything 80 are paid, 30 are the price of missing hours.
        shifts.status = ShiftStatus::Uncovered;
        shifts.cover_cost = 80.0;
        shifts.cost = 80.0;
        let expected = "At most 10 % above the cheapest plan under these rules, which costs at least 100, missing and spare hours \
                        at their price (in this plan 30.00).";
        assert_eq!(
            said(&shifts).map(|s| s.replace(NBSP, " ")).as_deref(),
            Some(expected)
        );
        // Or of shifts that were published.
        shifts.published = Some(PublishedRow { shifts: 8, kept: 5 });
        let said_now = said(&shifts).unwrap_or_default();
        assert!(
            said_now.contains("and published shifts that nobody works, at their price"),
            "{said_now}"
        );
        // Without a bound nothing is known.
        (shifts.bound, shifts.gap) = (None, None);
        assert_eq!(said(&shifts), None);
    }

    #[test]
    fn one_person_hour_is_missing_and_two_are() {
        for (required, expected) in [
            (3, "1 person-hour is missing."),
            (5, "2.0 person-hours are missing."),
        ] {
            let mut shifts = plan(&["day"], &[]);
            shifts.status = ShiftStatus::Uncovered;
            shifts.cover[0].required = required;
            shifts.cover[0].repaired = required;
            let said = status(&View::new(&shifts)).replace(NBSP, " ");
            assert!(said.ends_with(expected), "{said} for {expected}");
        }
    }

    #[test]
    fn a_limit_of_time_is_blamed_only_where_nobody_stopped_it() {
        let mut shifts = plan(&["day"], &[]);
        shifts.repeatable = false;
        for (partial, expected) in [
            (
                true,
                "It was stopped early: the same call may give another plan.",
            ),
            (
                false,
                "A limit of time was set: the same call may give another plan.",
            ),
        ] {
            shifts.partial = partial;
            let said = answer(&View::new(&shifts));
            assert!(said.iter().any(|text| text == expected), "{said:?}");
        }
    }
}
