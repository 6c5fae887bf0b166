//! What the systems in which calls wait have in common: `c`, `a`, `queue`, `patience`.

use super::figures::{self, Figure, LEVELS, as_given, counted, percent, shown};
use super::given::{Given, bad, left_out, number};
use super::output::{Answer, Question, most, needed, verdict};
use super::values::{self, Values};
use crate::erlang::{Error, Patience, Performance, Target, Thresholds, WaitingSystem};
use crate::scenario::{self, Distribution, Formula};
use clap::Args;
use serde_json::{Value, json};

/// Flags of the load, and of the agents.
#[derive(Debug, Args)]
pub struct Load {
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

/// Flags of targets, and of the times that figures refer to.
#[derive(Debug, Args)]
pub struct Wanted {
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

/// The target of callers who hang up.
#[derive(Debug, Args)]
pub struct Leaving {
    /// Largest fraction of calls that hang up
    #[arg(long, value_name = "P", value_parser = values::fraction, allow_hyphen_values = true)]
    pub max_abandonment: Option<f64>,
}

/// A system with what is asked of it; made once, as the table of a smooth patience takes its time.
pub struct Case<'a> {
    pub model: &'static str,
    pub name: &'static str,
    pub load: &'a Load,
    pub wanted: &'a Wanted,
    pub patience: Result<Patience, Error>,
    pub limit: Option<u32>,
    pub max_abandonment: Option<f64>,
    pub max_blocking: Option<f64>,
}

impl<'a> Case<'a> {
    pub fn new(
        model: &'static str,
        name: &'static str,
        load: &'a Load,
        wanted: &'a Wanted,
        patience: Result<Patience, Error>,
    ) -> Self {
        Self {
            model,
            name,
            load,
            wanted,
            patience,
            limit: None,
            max_abandonment: None,
            max_blocking: None,
        }
    }

    fn numbers(&self) -> [Given<'_>; 3] {
        let Load {
            calls,
            aht,
            agents,
            fractional,
        } = self.load;
        [
            figures::CALLS.given("--calls", calls),
            figures::AHT.given("--aht", aht),
            figures::AGENTS
                .given("--agents", agents)
                .whole_unless(*fractional),
        ]
    }

    /// The figure that is solved for.
    fn unknown(&self) -> Result<Option<&'static str>, Error> {
        let unknown = left_out(&self.numbers(), "targets")?;
        match unknown.is_some() && self.targets().is_empty() {
            true => Err(bad(
                "what is left out of --calls, --aht and --agents is solved for, which takes a target, such as --target 80/20",
            )),
            false => Ok(unknown),
        }
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
        let rough = as_given;
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

    /// Whether callers may leave before they are answered.
    fn leaves(&self) -> bool {
        self.patience.as_ref().is_ok_and(|patience| {
            *patience.distribution() != Distribution::Never || patience.balk() > 0.0
        })
    }

    /// `solved` is the figure that was solved for.
    fn figures(
        &self,
        system: &WaitingSystem,
        found: &Performance,
        solved: Option<&str>,
    ) -> Vec<Figure> {
        use figures as of;
        let leaves = self.leaves();
        let at = self.thresholds();
        let given = |figure: Figure| {
            let wanted = solved == Some(figure.name);
            figure.shown_if(wanted)
        };
        let agents = of::AGENTS.of(system.agents);
        let agents = match solved == Some(agents.name) {
            true => agents,
            false => agents.labelled(String::new()),
        };
        let mut all = vec![
            of::ERLANGS.of(found.erlangs).shown_if(false),
            agents,
            given(of::CALLS.of(system.calls_per_h)),
        ];
        if solved == Some(of::AHT.name) {
            all.push(of::AHT.of(system.aht_s));
        }
        all.extend(Formula::ALL.map(|(formula, name)| {
            let level = (!found.missed(formula).is_nan()).then(|| found.service_level(formula));
            let kind = LEVELS[formula as usize];
            match formula == self.formula() {
                true => {
                    let label = format!("in {} s", scenario::number(at.within_s));
                    kind.called("", "in target").of(level).labelled(label)
                }
                false if leaves => kind.of(level).labelled(format!("  {name}")),
                false => kind.of(level),
            }
        }));
        all.push(of::DELAYED.of(found.delayed));
        if leaves {
            all.push(of::ABANDONED.of(found.abandonment_rate));
        }
        if self.limit.is_some() {
            all.push(of::BLOCKED.of(found.blocking_rate));
        }
        all.push(of::ASA.of(found.asa_s));
        all.push(of::MEAN_WAIT.of(found.mean_wait_s).shown_if(leaves));
        if leaves {
            all.push(of::MEAN_WAIT_ABANDONED.of(found.mean_wait_abandoned_s));
        }
        if let Some(percentile) = at.percentile {
            let label = format!("{} wait no longer than", percent(percentile));
            let wait = of::WAIT_PERCENTILE.of(found.wait_percentile_s);
            all.push(wait.labelled(label));
        }
        let waiting = of::WAITING_CALLS.of(found.queue_length_mean);
        all.push(waiting.shown_if(self.limit != Some(0)));
        all.push(of::OCCUPANCY.of(found.occupancy));
        all.push(of::CARRIED.of(found.carried_erlangs).shown_if(false));
        all
    }
}

impl Question for Case<'_> {
    fn model(&self) -> &'static str {
        self.model
    }

    fn title(&self) -> String {
        let [calls, aht, agents] = self.numbers();
        let one = |given: &Given<'_>| given.values.and_then(Values::one);
        let mut parts = vec![Some(self.name.to_owned()), calls.words(), aht.words()];
        if let Some((calls, aht)) = one(&calls).zip(one(&aht)) {
            let erlangs = figures::ERLANGS.of(calls * aht / 3600.0);
            parts.push(Some(format!("{} erlangs", erlangs.shown())));
        }
        parts.push(agents.words());
        if let Some(limit) = self.limit {
            parts.push(Some(counted(f64::from(limit), "waiting place")));
        }
        if let Ok(patience) = &self.patience {
            let distribution = patience.distribution();
            parts.push(
                (*distribution != Distribution::Never).then(|| format!("patience {distribution}")),
            );
            let balk = patience.balk();
            parts.push((balk > 0.0).then(|| format!("{} balk", percent(balk))));
        }
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join(" · ")
    }

    fn given(&self) -> Vec<Given<'_>> {
        self.numbers().to_vec()
    }

    fn more(&self) -> Vec<(&'static str, Value)> {
        let patience = self.patience.as_ref().ok();
        let patience = patience.filter(|of| *of.distribution() != Distribution::Never);
        let at = self.thresholds();
        let target = self.wanted.target.map(|target| {
            json!({
                "fraction": target.fraction,
                "within_s": target.within.as_secs_f64(),
                "formula": self.formula().name(),
            })
        });
        vec![
            (
                "patience",
                json!(patience.map(|of| of.distribution().to_string())),
            ),
            ("balk", json!(patience.map(Patience::balk))),
            ("limit", json!(self.limit)),
            ("within_s", json!(at.within_s)),
            ("short_s", json!(at.short_s)),
            ("percentile", json!(at.percentile)),
            ("target", json!(target)),
            ("max_asa_s", json!(self.wanted.max_asa)),
            ("max_mean_wait_s", json!(self.wanted.max_mean_wait)),
            ("max_abandonment", json!(self.max_abandonment)),
            ("max_occupancy", json!(self.wanted.max_occupancy)),
            ("max_wait_s", json!(self.wanted.max_wait)),
            ("max_blocking", json!(self.max_blocking)),
            ("fractional", json!(self.load.fractional)),
        ]
    }

    fn check(&self) -> Result<(), Error> {
        self.unknown().map(drop)
    }

    fn charted(&self) -> &'static str {
        let level = LEVELS[self.formula() as usize].name;
        self.unknown().ok().flatten().unwrap_or(level)
    }

    fn answer(&self, varied: Option<f64>) -> Result<Answer, Error> {
        let unknown = self.unknown()?;
        let targets = self.targets();
        let number = |values: &Option<Values>| number(values, varied).unwrap_or(1.0);
        let mut system = WaitingSystem {
            calls_per_h: number(&self.load.calls),
            aht_s: number(&self.load.aht),
            agents: number(&self.load.agents),
            patience: self.patience.clone()?,
            limit: self.limit,
        };
        let words: Vec<String> = targets.iter().map(|target| self.words(target)).collect();
        let wanted = words.join(", ");
        let solves_for = |kind: figures::Kind| unknown == Some(kind.name);
        let solves_for_agents = solves_for(figures::AGENTS);
        let sentence = if solves_for_agents {
            system.agents = match self.load.fractional {
                true => system.least_agents_fractional(&targets)?,
                false => system.least_agents(&targets)? as f64,
            };
            needed(system.agents, "agent", &wanted)
        } else if solves_for(figures::CALLS) {
            system.calls_per_h = system.largest_calls_per_h(&targets)?;
            let calls = shown(Some(system.calls_per_h), figures::CALLS.unit);
            most(&format!("{calls} calls/h can be taken"), &wanted)
        } else if solves_for(figures::AHT) {
            system.aht_s = system.largest_aht_s(&targets)?;
            let aht = shown(Some(system.aht_s), figures::AHT.unit);
            format!("Calls may take up to {aht} with {wanted}.")
        } else {
            let performance = system.performance(&self.thresholds())?;
            self.verdict(&system, &performance, &targets)?
        };
        let one_less = solves_for_agents && !self.load.fractional;
        Answer::of_servers(sentence, system.agents, "agent", one_less, |agents| {
            let system = system.with_agents(agents);
            let found = system.performance(&self.thresholds())?;
            Ok(self.figures(&system, &found, unknown))
        })
    }
}
