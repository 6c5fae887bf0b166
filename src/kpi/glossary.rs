//! The figures in words: what `acdsim explain` says and the documentation shows, from the same tables that the figures
//! are computed by.

use super::table::{Better, CONTACTS, GROUPS, Kpi, Measure, QUANTILES, TRUNKS, Unit};
use crate::scenario::Formula;

/// Where a definition or a method comes from.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// Author and year, or the product.
    pub short: &'static str,
    /// The whole reference.
    pub full: &'static str,
}

pub(super) const ACDSIM: Source = Source {
    short: "acdsim",
    full: "acdsim: the rules of its model, docs/model.md.",
};
pub(super) const DING: Source = Source {
    short: "Ding et al. 2015",
    full: "S. Ding, M. Remerova, R. van der Mei, B. Zwart (2015). Fluid approximation of a call center model with redials and \
           reconnects. Performance Evaluation 92, 24–39.",
};
pub(super) const GANS: Source = Source {
    short: "Gans et al. 2003",
    full: "N. Gans, G. Koole, A. Mandelbaum (2003). Telephone call centers: tutorial, review, and research prospects. \
           Manufacturing & Service Operations Management 5(2), 79–141.",
};
pub(super) const GENESYS: Source = Source {
    short: "Genesys Cloud",
    full: "Genesys Cloud, its service-level calculation: short abandons.",
};
pub(super) const MANDELBAUM: Source = Source {
    short: "Mandelbaum and Zeltyn 2007",
    full: "A. Mandelbaum, S. Zeltyn (2007). Service engineering in action: the Palm/Erlang-A queue, with applications to \
           call centers. In Advances in Services Innovations, 17–45. Springer.",
};
pub(super) const TALKDESK: Source = Source {
    short: "Talkdesk",
    full: "Talkdesk, its average time in queue.",
};
/// Of quantiles by sectioning.
const ASMUSSEN: Source = Source {
    short: "Asmussen and Glynn 2007",
    full: "S. Asmussen, P. W. Glynn (2007). Stochastic Simulation: Algorithms and Analysis. Springer.",
};
/// Of proportions of days.
const WILSON: Source = Source {
    short: "Wilson 1927",
    full: "E. B. Wilson (1927). Probable inference, the law of succession, and statistical inference. Journal of the \
           American Statistical Association 22, 209–212.",
};

/// A formula of the service level in words.
#[derive(Debug)]
pub struct ServiceLevel {
    /// Which.
    pub formula: Formula,
    /// How it is computed, with T the target's time and short the queue's `short_abandon`.
    pub definition: &'static str,
    /// What other tools call it: tool and name.
    pub elsewhere: &'static [(&'static str, &'static str)],
}

const ICM: &str = "Cisco Unified ICM/CCE";
const CCX: &str = "Cisco Unified CCX";
const CLOUD: &str = "Genesys Cloud";

/// The formulas in words, in the order of [`Formula::ALL`].
#[rustfmt::skip]
pub const SERVICE_LEVELS: [ServiceLevel; Formula::ALL.len()] = [
    ServiceLevel {
        formula: Formula::AnsweredOverOffered,
        definition: "answered within T / offered",
        elsewhere: &[
            (ICM, "abandoned calls have negative impact"),
            (CCX, "Negative Abandon"),
            (CLOUD, "Include Abandons on, Include Short Abandons on"),
        ],
    },
    ServiceLevel {
        formula: Formula::AnsweredOverAnswered,
        definition: "answered within T / answered",
        elsewhere: &[(CCX, "Only Handled"), (CLOUD, "Include Abandons off")],
    },
    ServiceLevel {
        formula: Formula::WithAbandons,
        definition: "(answered within T + abandoned within T) / offered",
        elsewhere: &[(ICM, "abandoned calls have positive impact"), (CCX, "Positive Abandon")],
    },
    ServiceLevel {
        formula: Formula::WithoutEarlyAbandons,
        definition: "answered within T / (offered − abandoned within T)",
        elsewhere: &[(ICM, "ignore abandoned calls"), (CCX, "Without Abandon")],
    },
    ServiceLevel {
        formula: Formula::WithoutShortAbandons,
        definition: "answered within T / (offered − abandoned within short)",
        elsewhere: &[(CLOUD, "Include Abandons on, Include Short Abandons off")],
    },
    ServiceLevel {
        formula: Formula::ShortAbandonsAsMet,
        definition: "(answered within T + abandoned within short) / offered",
        elsewhere: &[],
    },
];

/// What the figures of a group describe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Contacts: in total, of call types and of queues.
    Contacts,
    /// How a queue's days differ.
    Days,
    /// Agent groups.
    Groups,
    /// Trunk groups.
    Trunks,
}

impl Subject {
    /// All, in the order of the documentation, which has a heading for each.
    pub const ALL: [(Subject, &'static str); 4] = [
        (Subject::Contacts, "Figures of contacts"),
        (Subject::Groups, "Figures of agent groups"),
        (Subject::Trunks, "Figures of trunk groups"),
        (Subject::Days, "Over days"),
    ];
}

/// A figure in words.
#[derive(Debug)]
pub struct Figure {
    /// Name in JSON, CSV and expectations.
    pub name: &'static str,
    /// What it describes.
    pub subject: Subject,
    /// Given for queues too.
    pub of_queues: bool,
    /// Given by interval too.
    pub by_interval: bool,
    /// What it is measured in.
    pub unit: Unit,
    /// Which direction is good.
    pub better: Better,
    /// One sentence.
    pub definition: String,
    /// How it is computed from a day.
    pub formula: String,
    /// How the days of a run become one number.
    pub estimate: &'static str,
    /// Where it is defined so.
    pub source: &'static Source,
}

impl Figure {
    /// The parts of the JSON document that have it.
    pub fn parts(&self) -> &'static [&'static str] {
        match self.subject {
            Subject::Contacts if self.of_queues => &["total", "call_types", "queues"],
            Subject::Contacts => &["total", "call_types"],
            Subject::Days => &["queues"],
            Subject::Groups => &["groups"],
            Subject::Trunks => &["trunks"],
        }
    }

    fn of<R>(kpi: &Kpi<R>, subject: Subject) -> Figure {
        Figure {
            name: kpi.name,
            subject,
            of_queues: kpi.of_queues,
            by_interval: true,
            unit: kpi.unit,
            better: kpi.better,
            definition: kpi.definition.to_owned(),
            formula: kpi.formula.to_owned(),
            estimate: match kpi.measure {
                Measure::Sum(_) => "mean over days, in a steady run over batches",
                Measure::Quotient(_) => {
                    "quotient of the sums over all days, not the mean of the days' quotients"
                }
            },
            source: kpi.source,
        }
    }

    fn quantile(name: &'static str, p: f64) -> Figure {
        let percent = 100.0 * p;
        Figure {
            name,
            subject: Subject::Contacts,
            of_queues: true,
            by_interval: false,
            unit: Unit::Seconds,
            better: Better::Low,
            definition: format!(
                "Wait within which {percent:.0} % of the answered fall; not by interval."
            ),
            formula: format!(
                "least w that {percent:.0} % of the waits of the answered do not exceed"
            ),
            estimate: "quantile of all days together, exact to 1.1 %; its error by sectioning",
            source: &ASMUSSEN,
        }
    }

    fn target_met() -> Figure {
        Figure {
            name: "target_met",
            subject: Subject::Days,
            of_queues: true,
            by_interval: false,
            unit: Unit::Fraction,
            better: Better::High,
            definition: "Fraction of days whose service level reaches the queue's target."
                .to_owned(),
            formula: "days that reach the target / days with contacts".to_owned(),
            estimate: "proportion of days, with Wilson's interval",
            source: &WILSON,
        }
    }
}

/// Every figure, in the order of the documentation.
pub fn figures() -> Vec<Figure> {
    let mut figures = Vec::new();
    for kpi in CONTACTS {
        // The longest wait follows its quantiles.
        if kpi.name == "wait_max_s" {
            figures.extend(QUANTILES.map(|(name, p)| Figure::quantile(name, p)));
        }
        figures.push(Figure::of(kpi, Subject::Contacts));
    }
    figures.extend(GROUPS.iter().map(|kpi| Figure::of(kpi, Subject::Groups)));
    figures.extend(TRUNKS.iter().map(|kpi| Figure::of(kpi, Subject::Trunks)));
    figures.push(Figure::target_met());
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_formula_is_in_words() {
        for (words, (formula, name)) in SERVICE_LEVELS.iter().zip(Formula::ALL) {
            assert_eq!(words.formula, formula, "{name}");
        }
    }

    /// A formula speaks of other figures by their names: those names exist.
    #[test]
    fn formulas_name_figures_that_there_are() {
        let figures = figures();
        let keys = |text: &str| {
            let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            let words: Vec<String> = words
                .filter(|w| w.contains('_'))
                .map(str::to_owned)
                .collect();
            words
        };
        // Keys of the scenario.
        let of_file = [
            "short_abandon",
            "service_level",
            "cost_per_hour",
            "cost_per_line_hour",
            "cost_per_attempt",
            "cost_per_lost_caller",
        ];
        for figure in &figures {
            for word in keys(&figure.formula) {
                let known =
                    figures.iter().any(|f| f.name == word) || of_file.contains(&word.as_str());
                assert!(known, "{}: {word}", figure.name);
            }
        }
    }
}
