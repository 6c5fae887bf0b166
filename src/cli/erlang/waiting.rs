//! Models in which calls wait: `c`, `a`, `queue`, `patience`.

use super::output::{Answer, Figure, Flags, Question, Unit, Varied, exact, percent, shown};
use super::values::{self, Values};
use crate::erlang::{Error, Patience, Performance, Target, Thresholds, WaitingSystem};
use crate::scenario::{self, Distribution, Formula};
use clap::Args;
use serde_json::{Map, Value, json};

#[derive(Debug, Args)]
struct Numbers {
    /// Calls per time
    #[arg(long, value_name = "RATE", value_parser = values::rate, allow_hyphen_values = true)]
    calls: Option<Values>,
    /// Mean handling time: talk and after-call work
    #[arg(long, value_name = "TIME", value_parser = values::duration, allow_hyphen_values = true)]
    aht: Option<Values>,
    /// Number of agents
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    agents: Option<Values>,
    /// Let agents be numbers that are not whole
    #[arg(long)]
    fractional: bool,
}

#[derive(Debug, Args)]
struct Wanted {
    /// Service level to reach, such as 80/20
    #[arg(long, value_name = "P/T", value_parser = values::target, allow_hyphen_values = true)]
    target: Option<scenario::Target>,
    /// Formula of that service level [default: answered_over_offered]
    #[arg(long, value_name = "NAME", value_parser = values::formula, allow_hyphen_values = true, requires = "target")]
    formula: Option<Formula>,
    /// Largest average speed of answer
    #[arg(long, value_name = "TIME", value_parser = values::seconds, allow_hyphen_values = true)]
    max_asa: Option<f64>,
    /// Largest mean wait of all calls, answered or not
    #[arg(long, value_name = "TIME", value_parser = values::seconds, allow_hyphen_values = true)]
    max_mean_wait: Option<f64>,
    /// Largest occupancy
    #[arg(long, value_name = "P", value_parser = values::fraction, allow_hyphen_values = true)]
    max_occupancy: Option<f64>,
    /// The wait that this fraction of all calls does not exceed is given too
    #[arg(long, value_name = "P", value_parser = values::fraction, allow_hyphen_values = true)]
    percentile: Option<f64>,
    /// Longest wait at that percentile
    #[arg(long, value_name = "TIME", value_parser = values::seconds, allow_hyphen_values = true, requires = "percentile")]
    max_wait: Option<f64>,
    /// T of the service levels [default: that of the target, or 20s]
    #[arg(long, value_name = "TIME", value_parser = values::seconds, allow_hyphen_values = true)]
    within: Option<f64>,
    /// The short-abandon threshold
    #[arg(long, value_name = "TIME", value_parser = values::seconds, allow_hyphen_values = true, default_value = "5s")]
    short: f64,
}

/// Erlang-C: calls wait as long as it takes, nobody hangs up.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim erlang c --calls 100/h --aht 180s --agents 8            what 8 agents give
  acdsim erlang c --calls 100/h --aht 180s --target 80/20        agents for 80 % in 20 s
  acdsim erlang c --aht 180s --agents 8 --max-asa 30s            the largest volume
  acdsim erlang c --calls 100/h --agents 8 --target 80/20        the longest AHT
  acdsim erlang c --calls 100/h --aht 180s --agents 6..12        a table")]
pub struct C {
    #[command(flatten)]
    numbers: Numbers,
    /// There is none here
    #[arg(long, hide = true, value_parser = values::no_patience)]
    patience: Option<f64>,
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    pub output: Flags,
}

/// Erlang-A: callers hang up after an exponential time.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim erlang a --calls 100/h --aht 180s --agents 6 --patience 120s
  acdsim erlang a --calls 100/h --aht 180s --patience 120s --target 80/20 --max-abandonment 3%
  acdsim erlang a --calls 100/h..400/h:20/h --aht 180s --patience 120s --target 80/20")]
pub struct A {
    #[command(flatten)]
    numbers: Numbers,
    /// Mean patience
    #[arg(long, value_name = "TIME", value_parser = values::mean_patience, allow_hyphen_values = true)]
    patience: f64,
    /// Largest fraction of calls that hang up
    #[arg(long, value_name = "P", value_parser = values::fraction, allow_hyphen_values = true)]
    max_abandonment: Option<f64>,
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    pub output: Flags,
}

/// A queue with a limit of waiting places; with --patience callers hang up too.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim erlang queue --calls 100/h --aht 180s --agents 6 --limit 10
  acdsim erlang queue --calls 100/h --aht 180s --limit 10 --target 80/20 --max-blocking 1%
  acdsim erlang queue --calls 100/h --aht 180s --agents 6 --limit 10 --patience 120s

A call that finds the queue full is blocked; service levels are of those that got in.")]
pub struct Queue {
    #[command(flatten)]
    numbers: Numbers,
    /// Number of waiting places
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    limit: u32,
    /// Mean patience [default: nobody hangs up]
    #[arg(long, value_name = "TIME", value_parser = values::mean_patience, allow_hyphen_values = true)]
    patience: Option<f64>,
    /// Largest fraction of calls that hang up
    #[arg(long, value_name = "P", value_parser = values::fraction, allow_hyphen_values = true)]
    max_abandonment: Option<f64>,
    /// Largest fraction of calls that find the queue full
    #[arg(long, value_name = "P", value_parser = values::fraction, allow_hyphen_values = true)]
    max_blocking: Option<f64>,
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    pub output: Flags,
}

/// Any patience: fixed, Weibull, lognormal, gamma, uniform, a mixture, or values from a file; with balking.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim erlang patience --calls 100/h --aht 180s --agents 6 --patience 'weibull(shape 0.6, scale 90s)'
  acdsim erlang patience --calls 100/h --aht 180s --patience 60s --balk 0.2 --target 80/20
  acdsim erlang patience --calls 100/h --aht 180s --agents 6..10 --patience 'lognormal(90s, sd 120s)'

A time alone is the same for everybody: --patience 60s. docs/scenario.md has all forms.")]
pub struct General {
    #[command(flatten)]
    numbers: Numbers,
    /// How long callers wait
    #[arg(long, value_name = "DISTRIBUTION", value_parser = values::distribution, allow_hyphen_values = true)]
    patience: Distribution,
    /// Fraction of those who would have to wait that leaves at once
    #[arg(long, value_name = "P", value_parser = values::fraction, allow_hyphen_values = true, default_value = "0")]
    balk: f64,
    /// Largest fraction of calls that hang up
    #[arg(long, value_name = "P", value_parser = values::fraction, allow_hyphen_values = true)]
    max_abandonment: Option<f64>,
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    pub output: Flags,
}

/// What is left out, and so wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Unknown {
    Nothing,
    Calls,
    Aht,
    Agents,
}

/// What the four have in common; made once, as the table of a smooth patience takes its time.
pub struct Case<'a> {
    numbers: &'a Numbers,
    wanted: &'a Wanted,
    model: &'static str,
    name: &'static str,
    patience: Result<Patience, Error>,
    limit: Option<u32>,
    max_abandonment: Option<f64>,
    max_blocking: Option<f64>,
}

impl C {
    pub fn case(&self) -> Case<'_> {
        Case {
            numbers: &self.numbers,
            wanted: &self.wanted,
            model: "c",
            name: "Erlang-C",
            patience: Ok(Patience::endless()),
            limit: None,
            max_abandonment: None,
            max_blocking: None,
        }
    }
}

impl A {
    pub fn case(&self) -> Case<'_> {
        Case {
            numbers: &self.numbers,
            wanted: &self.wanted,
            model: "a",
            name: "Erlang-A",
            patience: Patience::exponential(self.patience),
            limit: None,
            max_abandonment: self.max_abandonment,
            max_blocking: None,
        }
    }
}

impl Queue {
    pub fn case(&self) -> Case<'_> {
        Case {
            numbers: &self.numbers,
            wanted: &self.wanted,
            model: "queue",
            name: "Limited queue",
            patience: match self.patience {
                None => Ok(Patience::endless()),
                Some(mean_s) => Patience::exponential(mean_s),
            },
            limit: Some(self.limit),
            max_abandonment: self.max_abandonment,
            max_blocking: self.max_blocking,
        }
    }
}

impl General {
    pub fn case(&self) -> Case<'_> {
        Case {
            numbers: &self.numbers,
            wanted: &self.wanted,
            model: "patience",
            name: "M/M/n+G",
            patience: Patience::new(&self.patience, self.balk),
            limit: None,
            max_abandonment: self.max_abandonment,
            max_blocking: None,
        }
    }
}

impl Question for Case<'_> {
    fn model(&self) -> &'static str {
        self.model
    }
    fn title(&self) -> String {
        Case::title(self)
    }
    fn input(&self) -> Map<String, Value> {
        Case::input(self)
    }
    fn varied(&self) -> Result<Option<Varied>, Error> {
        Case::varied(self)
    }
    fn answer(&self, varied: Option<f64>) -> Result<Answer, Error> {
        Case::answer(self, varied)
    }
    fn charted(&self) -> &'static str {
        Case::charted(self)
    }
}

fn bad(message: &str) -> Error {
    Error::BadInput(message.to_owned())
}

impl Case<'_> {
    fn unknown(&self) -> Result<Unknown, Error> {
        let Numbers {
            calls, aht, agents, ..
        } = self.numbers;
        match (calls.is_some(), aht.is_some(), agents.is_some()) {
            (true, true, true) => Ok(Unknown::Nothing),
            (false, true, true) => Ok(Unknown::Calls),
            (true, false, true) => Ok(Unknown::Aht),
            (true, true, false) => Ok(Unknown::Agents),
            _ => Err(bad(
                "two of --calls, --aht and --agents are needed, and targets for the third; or all three",
            )),
        }
    }

    fn varied(&self) -> Result<Option<Varied>, Error> {
        let unknown = self.unknown()?;
        if unknown != Unknown::Nothing && self.targets().is_empty() {
            return Err(bad(
                "what is left out of --calls, --aht and --agents is solved for, which takes a target, such as --target 80/20",
            ));
        }
        let ranges = [
            ("calls_per_h", Unit::Number, &self.numbers.calls),
            ("aht_s", Unit::Seconds, &self.numbers.aht),
            ("agents", Unit::Count, &self.numbers.agents),
        ];
        let mut varied = None;
        for (head, unit, values) in ranges {
            let Some(values) = values else { continue };
            if head == "agents"
                && !self.numbers.fractional
                && values.0.iter().any(|n| n.fract() != 0.0)
            {
                return Err(bad("agents are whole numbers; --fractional allows others"));
            }
            if values.one().is_none() {
                if varied.is_some() {
                    return Err(bad(
                        "only one of --calls, --aht and --agents may be a range",
                    ));
                }
                varied = Some(Varied {
                    head,
                    unit,
                    values: values.0.clone(),
                });
            }
        }
        Ok(varied)
    }

    fn targets(&self) -> Vec<Target> {
        let Wanted {
            target,
            max_asa,
            max_mean_wait,
            max_occupancy,
            percentile,
            max_wait,
            ..
        } = self.wanted;
        let level = target.map(|target| Target::ServiceLevel {
            fraction: target.fraction,
            within_s: target.within.as_secs_f64(),
            formula: self.formula(),
            short_s: self.wanted.short,
        });
        let wait = percentile.zip(*max_wait);
        let all = [
            level,
            max_asa.map(|max_s| Target::Asa { max_s }),
            max_mean_wait.map(|max_s| Target::MeanWait { max_s }),
            self.max_abandonment.map(|max| Target::Abandonment { max }),
            max_occupancy.map(|max| Target::Occupancy { max }),
            wait.map(|(percentile, max_s)| Target::Wait { percentile, max_s }),
            self.max_blocking.map(|max| Target::Blocking { max }),
        ];
        all.into_iter().flatten().collect()
    }

    fn formula(&self) -> Formula {
        self.wanted.formula.unwrap_or(Formula::AnsweredOverOffered)
    }

    fn thresholds(&self) -> Thresholds {
        let of_target = self.wanted.target.map(|target| target.within.as_secs_f64());
        let default = Thresholds::default().within_s;
        Thresholds {
            within_s: self.wanted.within.or(of_target).unwrap_or(default),
            short_s: self.wanted.short,
            percentile: self.wanted.percentile,
        }
    }

    fn title(&self) -> String {
        let Numbers {
            calls, aht, agents, ..
        } = self.numbers;
        let mut parts = vec![self.name.to_owned()];
        if let Some(calls) = calls.as_ref().and_then(Values::one) {
            parts.push(format!("{} calls/h", scenario::number(calls)));
        }
        if let Some(aht) = aht.as_ref().and_then(Values::one) {
            parts.push(format!("AHT {} s", scenario::number(aht)));
            if let Some(calls) = calls.as_ref().and_then(Values::one) {
                parts.push(format!(
                    "{} erlangs",
                    shown(Some(calls * aht / 3600.0), Unit::Number)
                ));
            }
        }
        if let Some(agents) = agents.as_ref().and_then(Values::one) {
            parts.push(counted(agents, "agent"));
        }
        if let Some(limit) = self.limit {
            parts.push(counted(f64::from(limit), "waiting place"));
        }
        if let Ok(patience) = &self.patience {
            if *patience.distribution() != Distribution::Never {
                parts.push(format!("patience {}", patience.distribution()));
            }
            if patience.balk() > 0.0 {
                parts.push(format!("{} balk", percent(patience.balk())));
            }
        }
        parts.join(" · ")
    }

    fn input(&self) -> Map<String, Value> {
        let mut input = Map::new();
        let mut put = |name: &str, value: Value| {
            input.insert(name.to_owned(), value);
        };
        let numbers = [
            ("calls_per_h", &self.numbers.calls, Unit::Number),
            ("aht_s", &self.numbers.aht, Unit::Number),
            ("agents", &self.numbers.agents, Unit::Count),
        ];
        for (name, values, unit) in numbers {
            if let Some(values) = values {
                let all: Vec<Value> = values.0.iter().map(|value| exact(*value, unit)).collect();
                put(
                    name,
                    values.one().map_or(json!(all), |one| exact(one, unit)),
                );
            }
        }
        if let Ok(patience) = &self.patience
            && *patience.distribution() != Distribution::Never
        {
            put("patience", json!(patience.distribution().to_string()));
            put("balk", json!(patience.balk()));
        }
        if let Some(limit) = self.limit {
            put("limit", json!(limit));
        }
        let at = self.thresholds();
        put("within_s", json!(at.within_s));
        put("short_s", json!(at.short_s));
        if let Some(percentile) = at.percentile {
            put("percentile", json!(percentile));
        }
        if let Some(target) = self.wanted.target {
            put(
                "target",
                json!({
                    "fraction": target.fraction,
                    "within_s": target.within.as_secs_f64(),
                    "formula": self.formula().name(),
                }),
            );
        }
        let limits = [
            ("max_asa_s", self.wanted.max_asa),
            ("max_mean_wait_s", self.wanted.max_mean_wait),
            ("max_abandonment", self.max_abandonment),
            ("max_occupancy", self.wanted.max_occupancy),
            ("max_wait_s", self.wanted.max_wait),
            ("max_blocking", self.max_blocking),
        ];
        for (name, value) in limits {
            if let Some(value) = value {
                put(name, json!(value));
            }
        }
        put("fractional", json!(self.numbers.fractional));
        input
    }

    /// What a chart shows: what is solved for, or the service level.
    fn charted(&self) -> &'static str {
        match self.unknown() {
            Ok(Unknown::Agents) => "agents",
            Ok(Unknown::Calls) => "calls_per_h",
            Ok(Unknown::Aht) => "aht_s",
            _ => LEVELS[self.formula() as usize],
        }
    }

    fn answer(&self, varied: Option<f64>) -> Result<Answer, Error> {
        let unknown = self.unknown()?;
        let targets = self.targets();
        let number = |values: &Option<Values>| {
            let values = values.as_ref();
            values
                .map_or(Some(1.0), Values::one)
                .or(varied)
                .unwrap_or(1.0)
        };
        let mut system = WaitingSystem {
            calls_per_h: number(&self.numbers.calls),
            aht_s: number(&self.numbers.aht),
            agents: number(&self.numbers.agents),
            patience: self.patience.clone()?,
            limit: self.limit,
        };
        let mut beside = None;
        let wanted = targets.iter().map(|target| self.words(target));
        let wanted = wanted.collect::<Vec<_>>().join(", ");
        let sentence = match unknown {
            Unknown::Nothing => None,
            Unknown::Agents => {
                system.agents = match self.numbers.fractional {
                    true => system.least_agents_fractional(&targets)?,
                    false => system.least_agents(&targets)? as f64,
                };
                if !self.numbers.fractional && system.agents >= 1.0 {
                    beside = Some(system.with_agents(system.agents - 1.0));
                }
                let verb = if system.agents == 1.0 { "is" } else { "are" };
                Some(format!(
                    "{} {verb} needed for {wanted}.",
                    counted(system.agents, "agent")
                ))
            }
            Unknown::Calls => {
                system.calls_per_h = system.largest_calls_per_h(&targets)?;
                Some(format!(
                    "Up to {} calls/h can be taken with {wanted}.",
                    shown(Some(system.calls_per_h), Unit::Number)
                ))
            }
            Unknown::Aht => {
                system.aht_s = system.largest_aht_s(&targets)?;
                Some(format!(
                    "Calls may take up to {} with {wanted}.",
                    shown(Some(system.aht_s), Unit::Seconds)
                ))
            }
        };
        let performance = system.performance(&self.thresholds())?;
        let sentence = match sentence {
            Some(sentence) => sentence,
            None => self.verdict(&system, &performance, &targets)?,
        };
        Ok(Answer {
            sentence,
            figures: self.figures(&system, &performance, unknown),
            beside: beside.map(|less| {
                let found = less.performance(&self.thresholds());
                let figures = found.map(|found| self.figures(&less, &found, unknown));
                (counted(less.agents, "agent"), figures)
            }),
            called: counted(system.agents, "agent"),
        })
    }

    /// What is given by all three numbers: the service level first, and whether targets are met.
    fn verdict(
        &self,
        system: &WaitingSystem,
        found: &Performance,
        targets: &[Target],
    ) -> Result<String, Error> {
        let at = self.thresholds();
        let formula = self.formula();
        let level = percent(found.service_level(formula));
        let within = format!("{} s", scenario::number(at.within_s));
        let mut all = match (found.missed(formula).is_nan(), formula) {
            (true, _) => "Nobody is answered.".to_owned(),
            (false, Formula::AnsweredOverOffered) => {
                let of = match self.limit {
                    Some(_) => " of those that got in",
                    None => "",
                };
                format!("{level}{of} are answered within {within}.")
            }
            (false, formula) => format!("Service level {level} in {within} ({}).", formula.name()),
        };
        for target in targets {
            let words = self.words(target);
            match *target {
                // The level that is shown is of another time than the one that decides.
                Target::ServiceLevel { within_s, .. } if within_s != at.within_s => {
                    let found = system.performance(&Thresholds { within_s, ..at })?;
                    let met = verdict(target.is_met_by(&found));
                    let level = percent(found.service_level(formula));
                    all += &format!(" {met}: {words}, found {level}.");
                }
                _ => all += &format!(" {}: {words}.", verdict(target.is_met_by(found))),
            }
        }
        Ok(all)
    }

    fn words(&self, target: &Target) -> String {
        let seconds = |s: f64| format!("{} s", scenario::number(s));
        let rough = |x: f64| scenario::format_fraction(x).replace('%', " %");
        match *target {
            Target::ServiceLevel {
                fraction,
                within_s,
                formula,
                ..
            } => {
                let level = format!("{} in {}", rough(fraction), seconds(within_s));
                match formula {
                    Formula::AnsweredOverOffered => level,
                    formula => format!("{level} ({})", formula.name()),
                }
            }
            Target::Asa { max_s } => format!("ASA ≤ {}", seconds(max_s)),
            Target::MeanWait { max_s } => format!("mean wait ≤ {}", seconds(max_s)),
            Target::Abandonment { max } => format!("abandonment ≤ {}", rough(max)),
            Target::Occupancy { max } => format!("occupancy ≤ {}", rough(max)),
            Target::Wait { percentile, max_s } => {
                format!("a wait ≤ {} for {}", seconds(max_s), rough(percentile))
            }
            Target::Blocking { max } => format!("blocking ≤ {}", rough(max)),
        }
    }

    fn figures(
        &self,
        system: &WaitingSystem,
        found: &Performance,
        unknown: Unknown,
    ) -> Vec<Figure> {
        let figure = |name, label: &str, head, value, unit| Figure {
            name,
            label: label.to_owned(),
            head,
            value,
            unit,
        };
        let waits = self.limit != Some(0);
        let leaves = self.patience.as_ref().is_ok_and(|patience| {
            *patience.distribution() != Distribution::Never || patience.balk() > 0.0
        });
        let at = self.thresholds();
        let label = |text: &'static str, there: bool| if there { text } else { "" };
        let mut all = vec![
            figure("erlangs", "", "", Some(found.erlangs), Unit::Number),
            figure(
                "agents",
                label("agents", unknown == Unknown::Agents),
                "agents",
                Some(system.agents),
                Unit::Count,
            ),
            figure(
                "calls_per_h",
                label("calls per hour", unknown == Unknown::Calls),
                label("calls/h", unknown == Unknown::Calls),
                Some(system.calls_per_h),
                Unit::Number,
            ),
        ];
        if unknown == Unknown::Aht {
            all.push(figure(
                "aht_s",
                "AHT",
                "AHT",
                Some(system.aht_s),
                Unit::Seconds,
            ));
        }
        let levels = Formula::ALL.map(|(formula, name)| {
            let missed = found.missed(formula);
            let main = formula == self.formula();
            let label = match (main, leaves) {
                (true, _) => format!("in {} s", scenario::number(at.within_s)),
                (false, true) => format!("  {name}"),
                (false, false) => String::new(),
            };
            let head = if main { "in target" } else { "" };
            let value = (!missed.is_nan()).then(|| found.service_level(formula));
            Figure {
                name: LEVELS[formula as usize],
                label,
                head,
                value,
                unit: Unit::Percent,
            }
        });
        all.extend(levels);
        all.push(figure(
            "delayed",
            "delayed",
            "",
            Some(found.delayed),
            Unit::Percent,
        ));
        if leaves {
            all.push(figure(
                "abandonment_rate",
                "abandoned",
                "abandoned",
                Some(found.abandonment_rate),
                Unit::Percent,
            ));
        }
        if self.limit.is_some() {
            all.push(figure(
                "blocking_rate",
                "blocked",
                "blocked",
                Some(found.blocking_rate),
                Unit::Percent,
            ));
        }
        all.push(figure("asa_s", "ASA", "ASA", found.asa_s, Unit::Seconds));
        all.push(figure(
            "mean_wait_s",
            label("mean wait of all", leaves),
            "",
            Some(found.mean_wait_s),
            Unit::Seconds,
        ));
        if leaves {
            all.push(figure(
                "mean_wait_abandoned_s",
                "mean wait of the abandoned",
                "",
                found.mean_wait_abandoned_s,
                Unit::Seconds,
            ));
        }
        if let Some(percentile) = at.percentile {
            let label = format!("{} wait no longer than", percent(percentile));
            all.push(Figure {
                name: "wait_percentile_s",
                label,
                head: "percentile",
                value: found.wait_percentile_s,
                unit: Unit::Seconds,
            });
        }
        all.push(figure(
            "queue_length_mean",
            label("waiting calls", waits),
            "",
            Some(found.queue_length_mean),
            Unit::Number,
        ));
        all.push(figure(
            "occupancy",
            "occupancy",
            "occupancy",
            Some(found.occupancy),
            Unit::Percent,
        ));
        all.push(figure(
            "carried_erlangs",
            "",
            "",
            Some(found.carried_erlangs),
            Unit::Number,
        ));
        all
    }
}

/// Names of the service levels within their object.
const LEVELS: [&str; 6] = [
    "service_levels.answered_over_offered",
    "service_levels.answered_over_answered",
    "service_levels.with_abandons",
    "service_levels.without_early_abandons",
    "service_levels.without_short_abandons",
    "service_levels.short_abandons_as_met",
];

/// Whether a target is met, in a word.
pub fn verdict(met: bool) -> &'static str {
    match met {
        true => "Met",
        false => "Missed",
    }
}

/// `1 agent`, `8 agents`, `7.41 agents`.
pub fn counted(number: f64, what: &str) -> String {
    let plural = if number == 1.0 { "" } else { "s" };
    format!("{} {what}{plural}", shown(Some(number), Unit::Count))
}
