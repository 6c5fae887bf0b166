//! What it takes to survive a profile: in sentences, in a table, and in pictures of who is needed when.

use crate::planning::Staff;
use crate::report::plots::StaffPlot;
use crate::report::staffing::{Verdict, chunks, lines, missed, verdicts};
use crate::report::tables::Sheet;
use crate::report::text::figures::UNDEFINED;
use crate::report::text::layout::{Table, truncated};
use crate::scenario::stress::Profile;
use crate::scenario::{Scenario, clock_text, grouped};
use crate::stress::Price;
use std::io;

/// Names in headers are cut to this.
const NAME: usize = 20;

/// What it takes, with the scenario of today.
#[derive(Debug, Clone, Copy)]
pub struct OfPrice<'a> {
    pub price: &'a Price,
    pub today: &'a Scenario,
    pub profile: &'a Profile,
}

/// Agents of a group, today and needed.
struct Group<'a> {
    name: &'a str,
    today: &'a [u32],
    needed: &'a [u32],
}

impl OfPrice<'_> {
    /// The groups that need more agents.
    fn groups(&self) -> Vec<Group<'_>> {
        let groups = self.today.groups.iter().zip(&self.price.scenario.groups);
        let groups = groups.map(|(today, needed)| Group {
            name: &today.name,
            today: &today.staff,
            needed: &needed.staff,
        });
        groups.filter(|of| of.needed != of.today).collect()
    }

    /// Every target with that.
    pub fn verdicts(&self) -> Vec<Verdict> {
        let price = self.price;
        verdicts(&price.goals, price.risk.as_ref(), &price.scenario)
    }
}

/// A heading: what is survived.
pub fn heading(of: &OfPrice<'_>) -> String {
    match &of.profile.name {
        Some(name) => format!("{name}: what it takes to survive it"),
        None => "What it takes to survive the profile".to_owned(),
    }
}

/// What is said of the price.
pub fn sentences(of: &OfPrice<'_>) -> Vec<String> {
    let price = of.price;
    let mut sentences = vec![agents(of)];
    if let Some(without) = price.agent_hours_without {
        sentences.push(match without > 0.0 {
            true => format!(
                "Without the profile the same targets ask for {} agent hours more than today's.",
                grouped(without, 1)
            ),
            false => "Without the profile today's agents are enough.".to_owned(),
        });
    } else if price.met_without == Some(false) {
        sentences.push(
            "Without the profile a target is missed, too, and more agents would not help."
                .to_owned(),
        );
    }
    sentences.extend(lines(&price.lines));
    sentences.extend(missed(&price.goals, &price.scenario));
    sentences
}

fn agents(of: &OfPrice<'_>) -> String {
    let price = of.price;
    let survives = match price.met {
        true => match price.per.as_str() {
            "interval" => "To survive it in each interval takes",
            _ => "To survive it over the day takes",
        },
        false => "It is not survived with any staff that was found. The best takes",
    };
    let most = price.agents.iter().map(|of| of.needed - of.current).max();
    let Some(most) = most else {
        let lines = price
            .lines
            .iter()
            .filter_map(|of| Some(of.simulated? > of.current));
        return match (price.met, lines.into_iter().any(|more| more)) {
            (true, false) => "It is survived with today's agents and lines.".to_owned(),
            (true, true) => "It is survived with today's agents, and more lines.".to_owned(),
            (false, _) if price.ended_early => {
                "It is not survived with today's agents; the search ended before it was known whether more would help."
                    .to_owned()
            }
            (false, _) => "It is not survived, and more agents would not help.".to_owned(),
        };
    };
    let first = price
        .agents
        .iter()
        .find(|of| of.needed - of.current == most);
    let place = first.map_or(String::new(), |of| {
        format!(" in {} at {}", of.group, of.start)
    });
    let cost = price.cost.recommended - price.cost.current;
    let cost = match price.cost.unit.as_str() {
        "money" => format!(", which cost {}", grouped(cost, 0)),
        _ if (cost - price.agent_hours).abs() > 0.05 => {
            format!(", with shrinkage {} paid hours", grouped(cost, 1))
        }
        _ => String::new(),
    };
    format!(
        "{survives} {} agent hours a day more than today's{cost}: up to {most} more{place}.",
        grouped(price.agent_hours, 1)
    )
}

/// Agents needed, beside today's, where there are more of them; neighbouring intervals with the same in one row.
pub fn table(of: &OfPrice<'_>) -> Option<Table> {
    let groups = of.groups();
    (!groups.is_empty()).then(|| of_groups(of, &groups))
}

/// The same in tables of groups that have room in so many columns together.
pub fn tables(of: &OfPrice<'_>, width: usize) -> Vec<Table> {
    let groups = of.groups();
    let fits = |groups: &[Group<'_>]| of_groups(of, groups).natural_width() <= width;
    let tables = chunks(&groups, fits).into_iter();
    tables.map(|groups| of_groups(of, groups)).collect()
}

/// Neighbouring intervals, from the first to the one after the last, with needed and today's agents of each group.
type Run = (usize, usize, Vec<(u32, u32)>);

fn of_groups(of: &OfPrice<'_>, groups: &[Group<'_>]) -> Table {
    let row = |i: usize| -> Vec<(u32, u32)> {
        groups
            .iter()
            .map(|of| (of.needed[i], of.today[i]))
            .collect()
    };
    let mut runs: Vec<Run> = Vec::new();
    for i in 0..of.today.intervals() {
        match runs.last_mut() {
            Some((_, end, cells)) if *cells == row(i) => *end = i + 1,
            _ => runs.push((i, i + 1, row(i))),
        }
    }
    runs.retain(|(.., cells)| cells.iter().any(|(needed, today)| needed > today));
    let clock = |i: usize| clock_text(of.today.open_min + i as u32 * of.today.interval_min);
    let names = runs
        .iter()
        .map(|(from, to, _)| format!("{}–{}", clock(*from), clock(*to)));
    let mut table = Table::new("from–to", names.collect());
    for (g, group) in groups.iter().enumerate() {
        let cells = |say: fn((u32, u32)) -> String| {
            let of_group = runs.iter().map(move |(.., cells)| say(cells[g]).into());
            of_group.collect::<Vec<_>>().into_iter()
        };
        table.column(
            &truncated(group.name, NAME),
            9,
            cells(|(needed, _)| needed.to_string()),
        );
        table.column("today", 4, cells(|(_, today)| today.to_string()));
        let more = |(needed, today): (u32, u32)| match needed - today {
            0 => UNDEFINED.to_owned(),
            more => format!("+{more}"),
        };
        table.column("more", 8, cells(more));
    }
    table
}

/// What the table and the verdicts are about.
pub fn legend(of: &OfPrice<'_>) -> String {
    let days = grouped(of.price.replications as f64, 0);
    let agents = match of.price.agents.is_empty() {
        true => "",
        false => "agents to be planned, of whom those are away whom the profile takes; ",
    };
    format!("{agents}targets judged on {days} days that the search never saw")
}

/// A picture for each group that needs more agents.
pub fn plots<'a>(of: &OfPrice<'a>) -> Vec<StaffPlot<'a>> {
    let [needed, today] = [&of.price.scenario, of.today]
        .map(|scenario| -> Staff { scenario.groups.iter().map(|of| of.staff.clone()).collect() });
    let groups = of.today.groups.iter().zip(needed).zip(today);
    let changed = groups.filter(|((_, needed), today)| needed != today);
    changed
        .map(|((group, needed), today)| StaffPlot::new(&group.name, needed, today, of.today))
        .collect()
}

/// Agents of groups where they are more than today, and lines of trunk groups.
pub fn csv(of: &OfPrice<'_>, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&["part", "name", "start", "current", "needed"])?;
    let agents = of.price.agents.iter().map(|of| {
        let needed = Some(f64::from(of.needed));
        ("groups", &of.group, of.start.as_str(), of.current, needed)
    });
    let lines = of.price.lines.iter().map(|of| {
        let needed = of.simulated.map(f64::from);
        ("trunks", &of.trunk, "", of.current, needed)
    });
    for (part, name, start, current, needed) in agents.chain(lines) {
        rows.text(part)?;
        rows.text(name)?;
        rows.text(start)?;
        rows.number(Some(current.into()))?;
        rows.number(needed)?;
        rows.end()?;
    }
    Ok(())
}
