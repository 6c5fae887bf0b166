//! The report as one HTML page that needs nothing else: no network, no script.

use super::files::go_on;
use super::plots::{Drawing, Of, drawings};
use super::text::layout::{Look, Table};
use super::text::{self, summary, tables};
use crate::kpi::{Part, Results, RunInfo};
use crate::random::STREAM_VERSION;
use crate::scenario::{CallType, Closing, Distribution, Mode, Scenario, VolumeIs};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;
use std::io;
use std::sync::atomic::AtomicBool;

/// How all pages look.
pub(super) const STYLE: &str = include_str!("page/page.css");

/// More parts of a kind than this are folded away: the heat map shows which to open.
const UNFOLDED: usize = 6;

/// Of more targets than this, those that are met are folded away.
const TARGETS: usize = 12;

/// What every page has around its own.
#[derive(Serialize)]
pub(super) struct Frame<'a> {
    pub style: &'static str,
    pub version: &'a str,
    pub streams: u32,
    pub title: String,
    /// A line about what was simulated.
    pub how: String,
    pub stopped: Option<String>,
    pub scenario_title: &'static str,
    pub scenario_text: String,
}

impl<'a> Frame<'a> {
    /// That of a page made by a version of acdsim, with the scenario at its end.
    pub(super) fn new(title: String, version: &'a str, scenario: &Scenario) -> Self {
        Self {
            style: STYLE,
            version,
            streams: STREAM_VERSION,
            title,
            how: String::new(),
            stopped: None,
            scenario_title: "Scenario",
            scenario_text: scenario.to_toml(),
        }
    }
}

/// What the template shows.
#[derive(Serialize)]
struct View<'a> {
    #[serde(flatten)]
    frame: Frame<'a>,
    verdicts: Option<String>,
    targets: Vec<Target>,
    folded: Vec<Target>,
    findings: Vec<String>,
    cost: Option<String>,
    overview: Vec<Figure>,
    queues: Vec<Section>,
    groups: Vec<Section>,
    trunks: Vec<Section>,
    unfolded: usize,
    tables: Vec<Grid>,
    formulas: String,
    levels: Option<Grid>,
    intervals: Vec<Grid>,
    figures: Vec<Grid>,
    assumptions: Vec<String>,
    command: String,
    run: &'a RunInfo,
    sha256: &'a str,
}

/// A plot with its words.
#[derive(Serialize)]
pub(super) struct Figure {
    pub svg: String,
    pub caption: &'static str,
    pub description: String,
}

/// Everything of one part.
#[derive(Serialize)]
struct Section {
    id: String,
    name: String,
    figures: Vec<Figure>,
}

/// A target and what became of it.
#[derive(Serialize)]
pub(super) struct Target {
    pub name: String,
    pub target: String,
    pub verdict: &'static str,
    pub look: &'static str,
    pub finding: String,
    /// On which days, where that is known of all targets of a page.
    pub days: Option<String>,
}

/// A table with a header of names and rows of figures.
#[derive(Serialize)]
pub(super) struct Grid {
    pub title: String,
    pub header: String,
    pub columns: Vec<String>,
    pub rows: Vec<(String, Vec<String>)>,
}

/// Writes the page.
///
/// # Errors
/// Those of `out`; [`io::ErrorKind::Interrupted`] if `stop` turns true meanwhile.
pub fn write(
    results: &Results,
    scenario: &Scenario,
    stop: &AtomicBool,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let view = view(results, scenario, stop)?;
    // That the template is sound, is shown by the tests.
    let page = render(&view).map_err(io::Error::other)?;
    go_on(stop)?;
    out.write_all(page.as_bytes())
}

fn render(view: &View<'_>) -> Result<String, minijinja::Error> {
    filled(include_str!("page/page.html"), view)
}

/// A template with what it shows.
pub(super) fn filled(template: &str, view: &impl Serialize) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // What pages share stands where a comment names it.
    let mut template = template.to_owned();
    for (name, shared) in [
        ("{# top #}", include_str!("page/top.html")),
        ("{# macros #}", include_str!("page/macros.html")),
        ("{# foot #}", include_str!("page/foot.html")),
    ] {
        template = template.replace(name, shared);
    }
    environment.add_template("page", &template)?;
    environment.get_template("page")?.render(Serde(view))
}

/// What the page shows. Its plots take most of the time.
fn view<'a>(results: &'a Results, scenario: &Scenario, stop: &AtomicBool) -> io::Result<View<'a>> {
    let all = drawings(results, scenario);
    let total = all.iter().filter(|drawing| drawing.plot.of == Of::Total);
    let whole_run = tables::of_run(results, scenario);
    let by_interval = match scenario.run.mode {
        Mode::Steady { .. } => Vec::new(),
        Mode::Day => tables::by_interval(results, scenario),
    };
    let (verdicts, targets, folded) = targets(results, scenario);
    let title = results.scenario.name.clone();
    Ok(View {
        frame: Frame {
            how: text::how(results, scenario),
            stopped: text::stopped_early(results),
            ..Frame::new(title, &results.run.version, scenario)
        },
        verdicts,
        targets,
        folded,
        findings: findings(results, scenario),
        cost: tables::cost(results),
        overview: figures(total, stop)?,
        queues: sections(&all, Of::Queue, &results.queues, stop)?,
        groups: sections(&all, Of::Group, &results.groups, stop)?,
        trunks: sections(&all, Of::Trunk, &results.trunks, stop)?,
        unfolded: UNFOLDED,
        tables: whole_run.iter().map(|table| grid("", table)).collect(),
        formulas: summary::formulas(scenario),
        levels: levels(results),
        intervals: by_interval
            .iter()
            .map(|(title, table)| grid(title, table))
            .collect(),
        figures: every_figure(results),
        assumptions: assumptions(scenario),
        command: command(results, scenario),
        run: &results.run,
        sha256: &results.scenario.sha256,
    })
}

pub(super) fn figures<'d>(
    drawings: impl Iterator<Item = &'d Drawing<'d>>,
    stop: &AtomicBool,
) -> io::Result<Vec<Figure>> {
    let figures = drawings.map(|drawing| {
        go_on(stop)?;
        Ok(Figure {
            svg: drawing.svg(false),
            caption: drawing.plot.caption,
            description: drawing.description(),
        })
    });
    figures.collect()
}

fn sections(
    all: &[Drawing<'_>],
    of: Of,
    parts: &[Part],
    stop: &AtomicBool,
) -> io::Result<Vec<Section>> {
    let kind = match of {
        Of::Total => "total",
        Of::Queue => "queue",
        Of::Group => "group",
        Of::Trunk => "trunk",
    };
    let sections = parts.iter().enumerate().map(|(index, part)| {
        let its = |drawing: &&Drawing<'_>| drawing.plot.of == of && drawing.index == index;
        Ok(Section {
            id: format!("{kind}-{index}"),
            name: part.name().to_owned(),
            figures: figures(all.iter().filter(its), stop)?,
        })
    });
    let mut sections = sections.collect::<io::Result<Vec<_>>>()?;
    sections.retain(|section| !section.figures.is_empty());
    Ok(sections)
}

/// The targets, and those that the page folds away; of many, how they fared in a sentence.
fn targets(results: &Results, scenario: &Scenario) -> (Option<String>, Vec<Target>, Vec<Target>) {
    let mut name = String::new();
    let lines = summary::targets(results, scenario).into_iter().map(|line| {
        if !line.name.is_empty() {
            name.clone_from(&line.name);
        }
        Target {
            name: name.clone(),
            finding: line.finding(),
            target: line.target,
            verdict: line.verdict,
            look: match line.look {
                Look::Good => "good",
                Look::Bad => "bad",
                Look::Doubt => "doubt",
                Look::Plain | Look::Heading | Look::Aside => "plain",
            },
            days: Some(line.days),
        }
    });
    let mut targets: Vec<Target> = lines.collect();
    if targets.len() <= TARGETS {
        return (None, targets, Vec::new());
    }
    let of = |look: &str| targets.iter().filter(|target| target.look == look).count();
    let mut sentence = format!("Of {} targets {} are met", targets.len(), of("good"));
    for (look, words) in [
        ("bad", "missed"),
        ("doubt", "too close to call"),
        ("plain", "without anything to judge"),
    ] {
        if of(look) > 0 {
            sentence += &format!(", {} {words}", of(look));
        }
    }
    let rank = |target: &Target| {
        ["bad", "doubt", "plain", "good"]
            .iter()
            .position(|look| *look == target.look)
    };
    targets.sort_by_key(rank);
    let open = targets
        .iter()
        .filter(|target| target.look == "bad" || target.look == "doubt")
        .count();
    let folded = targets.split_off(open.min(TARGETS));
    (Some(sentence + "."), targets, folded)
}

/// What to look at, in sentences.
fn findings(results: &Results, scenario: &Scenario) -> Vec<String> {
    let mut findings = vec![summary::callers(results)];
    findings.extend(summary::worst(results, scenario));
    findings.extend(text::formulas::sentences(results));
    findings
}

pub(super) fn grid(title: &str, table: &Table) -> Grid {
    let columns: Vec<_> = table.columns().collect();
    let rows = table.names().iter().enumerate().map(|(row, name)| {
        let cells = columns.iter().map(|(_, cells)| cells[row].to_string());
        (name.clone(), cells.collect())
    });
    Grid {
        title: title.to_owned(),
        header: table.header().to_owned(),
        rows: rows.collect(),
        columns: columns
            .iter()
            .map(|(header, _)| (*header).to_owned())
            .collect(),
    }
}

/// The service level by each formula: they differ by more than most changes of staff.
fn levels(results: &Results) -> Option<Grid> {
    let first = results.queues.first()?.service_levels.as_ref()?;
    let names = first.keys().map(|name| name.replace('_', " "));
    let rows = results.queues.iter().map(|queue| {
        let levels = queue.service_levels.iter().flatten();
        let cells = levels.map(|(_, level)| text::figures::percent_and_error(*level).to_string());
        (queue.name().to_owned(), cells.collect())
    });
    Some(Grid {
        title: "Service level by every formula".to_owned(),
        header: "queue".to_owned(),
        columns: names.collect(),
        rows: rows.collect(),
    })
}

/// Every figure of the whole run, by kind of part.
fn every_figure(results: &Results) -> Vec<Grid> {
    let total = std::slice::from_ref(&results.total);
    let kinds = [
        ("Everything", total),
        ("Queues", &results.queues[..]),
        ("Call types", &results.call_types),
        ("Agent groups", &results.groups),
        ("Trunk groups", &results.trunks),
    ];
    let kinds = kinds.into_iter().filter(|(_, parts)| !parts.is_empty());
    let grids = kinds.map(|(title, parts)| {
        let names = parts[0].kpis.keys();
        let rows = names.map(|name| {
            let cells = parts.iter().map(|part| plain(part, name));
            (name.clone(), cells.collect())
        });
        Grid {
            title: title.to_owned(),
            header: "figure".to_owned(),
            columns: parts
                .iter()
                .map(|part| part.name.clone().unwrap_or("total".to_owned()))
                .collect(),
            rows: rows.collect(),
        }
    });
    grids.collect()
}

/// A figure as it stands in JSON, to six digits, with its half-width to two.
fn plain(part: &Part, kpi: &str) -> String {
    let estimate = part.get(kpi);
    let digits = |value: f64, most: i64| -> String {
        let decimals = match value.abs() {
            0.0 => 0,
            v => (most - 1 - v.log10().floor() as i64).clamp(0, 12) as usize,
        };
        let text = format!("{value:.decimals$}");
        match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => text,
        }
    };
    match (estimate.mean, estimate.half_width()) {
        // What is left of equal observations by rounding is no half-width.
        (Some(mean), Some(half)) if half > 1e-9 * mean.abs() => {
            format!("{} ± {}", digits(mean, 6), digits(half, 2))
        }
        (Some(mean), _) => digits(mean, 6),
        (None, _) => "–".to_owned(),
    }
}

/// What the figures rest on, as far as this scenario goes.
fn assumptions(scenario: &Scenario) -> Vec<String> {
    let steady = matches!(scenario.run.mode, Mode::Steady { .. });
    let any = |says: fn(&CallType) -> bool| scenario.call_types.iter().any(says);
    let mut list = Vec::new();
    list.push(match steady {
        true => "Callers come at random (Poisson) at a constant rate.".to_owned(),
        false => "Callers come at random (Poisson), at a rate that is constant within an interval."
            .to_owned(),
    });
    if !steady {
        let varies = scenario.busyness_cv > 0.0 || any(|t| t.busyness_cv > 0.0);
        list.push(match varies {
            true => {
                "Days differ: each has a random factor on its volume (gamma, mean 1).".to_owned()
            }
            false => {
                "Every day has the same expected volume: real days that differ more spread more."
                    .to_owned()
            }
        });
    }
    if any(|t| t.volume_is == VolumeIs::AllAttempts) {
        list.push(
            "Counted volumes include repeats; first attempts were found by calibration.".to_owned(),
        );
    }
    if any(|t| t.patience == Distribution::Never) {
        let names: Vec<&str> = scenario
            .call_types
            .iter()
            .filter(|t| t.patience == Distribution::Never)
            .map(|t| t.name.as_str())
            .collect();
        list.push(format!(
            "Nobody who calls for {} ever gives up waiting.",
            names.join(", ")
        ));
    }
    if !any(|t| t.redial.is_some()) {
        list.push("Nobody redials after a busy line or a lost patience.".to_owned());
    }
    if !any(|t| t.reconnect.is_some()) {
        list.push("Nobody calls again because the answer did not help.".to_owned());
    }
    if scenario.trunks.is_empty() {
        list.push("There are always enough lines.".to_owned());
    }
    list.push(
        "A free agent takes the most urgent priority, then the longest wait; a call takes the agent idle longest in the \
         first group preference that has one."
            .to_owned(),
    );
    list.push("Agents finish the call and its after-call work before they leave.".to_owned());
    if !steady {
        list.push(match scenario.closing {
            Closing::Drain => "At closing those in the IVR or waiting are still served.".to_owned(),
            Closing::Cut => "At closing those in the IVR or waiting are dropped.".to_owned(),
        });
    }
    list.push(
        "Staff is as scheduled: no late starts, no unplanned absence beyond the staff given."
            .to_owned(),
    );
    list
}

/// What makes the same figures again from the scenario on the page.
fn command(results: &Results, scenario: &Scenario) -> String {
    let run = &results.run;
    let mut command = "acdsim run scenario.toml".to_owned();
    if !matches!(scenario.run.mode, Mode::Steady { .. }) {
        command += &format!(" --replications {}", run.replications);
    }
    command + &format!(" --seed {} --confidence {}", run.seed, run.confidence)
}
