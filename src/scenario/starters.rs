//! Scenarios to start from, a gate, the shifts of a week, and profiles of load tests. To add one, put its file into `scenarios/` and a line into [`STARTERS`].

/// A file to start from.
#[derive(Debug)]
pub struct Starter {
    /// Its name, that of its file without `.toml`.
    pub name: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// The command that takes it.
    pub command: &'static str,
    /// The file.
    pub text: &'static str,
    /// Files that it reads: name and text.
    pub files: &'static [(&'static str, &'static str)],
}

/// Shorthand of the list: a file in `scenarios/` by its name.
macro_rules! file {
    ($name:literal) => {
        include_str!(concat!("../../scenarios/", $name))
    };
}

/// All, the simplest first.
#[rustfmt::skip]
pub const STARTERS: &[Starter] = &[
    Starter {
        name: "single-queue",
        about: "One queue, one group: an order line, with every half-hour's calls and staff",
        command: "run",
        text: file!("single-queue.toml"),
        files: &[],
    },
    Starter {
        name: "multi-skill",
        about: "Three queues, specialists and a blended group that helps where callers wait",
        command: "run",
        text: file!("multi-skill.toml"),
        files: &[],
    },
    Starter {
        name: "trunks",
        about: "Few lines, busy tones and callers who redial and reconnect: a ticket sale",
        command: "run",
        text: file!("trunks.toml"),
        files: &[],
    },
    Starter {
        name: "help-desk",
        about: "A help desk's day whose volumes and staff are columns of a CSV file",
        command: "run",
        text: file!("help-desk.toml"),
        files: &[("help-desk.csv", file!("help-desk.csv"))],
    },
    Starter {
        name: "routing",
        about: "Two teams and people who do both, with every routing policy to try",
        command: "run",
        text: file!("routing.toml"),
        files: &[],
    },
    #[cfg(feature = "lua")]
    Starter {
        name: "script",
        about: "Routing by a script in Lua: agents kept for important callers",
        command: "run",
        text: file!("script.toml"),
        files: &[("script.lua", file!("script.lua"))],
    },
    Starter {
        name: "regression",
        about: "A gate for CI: what a change of the routing must not do",
        command: "check",
        text: file!("regression.toml"),
        files: &[("routing.toml", file!("routing.toml"))],
    },
    Starter {
        name: "week",
        about: "Shifts of a week: a small help desk, full-time and part-time people, premiums",
        command: "shifts",
        text: file!("week/week.toml"),
        files: &[
            ("weekday.toml", file!("week/weekday.toml")),
            ("saturday.toml", file!("week/saturday.toml")),
        ],
    },
    Starter {
        name: "invoice-day",
        about: "Load test: half as many calls again for three hours",
        command: "stress",
        text: file!("stress/invoice-day.toml"),
        files: &[],
    },
    Starter {
        name: "storm-outage",
        about: "Load test: three times the calls, lines lost, an announcement in the IVR",
        command: "stress",
        text: file!("stress/storm-outage.toml"),
        files: &[],
    },
    Starter {
        name: "site-failure",
        about: "Load test: a site is lost, and the other team steps in",
        command: "stress",
        text: file!("stress/site-failure.toml"),
        files: &[],
    },
    Starter {
        name: "flu-week",
        about: "Load test: every fourth agent is ill",
        command: "stress",
        text: file!("stress/flu-week.toml"),
        files: &[],
    },
    Starter {
        name: "campaign",
        about: "Load test: sales calls triple after a television spot",
        command: "stress",
        text: file!("stress/campaign.toml"),
        files: &[],
    },
    Starter {
        name: "bank",
        about: "The bundled day: a bank's service and sales lines, with IVR, trunks and costs",
        command: "run",
        text: file!("default.toml"),
        files: &[],
    },
];
