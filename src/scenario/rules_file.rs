//! The file of shift rules that stand alone: for several scenarios, or for the days of a week.

use std::path::PathBuf;

use super::Document;
use super::fields::Checker;
use super::nodes;
use super::problem::ScenarioError;
use super::schema;
use super::shifts::{ShiftRules, WEEKDAYS};
use super::tree::Node;

/// A file of shift rules, of which the scenarios are known, but not the rules: these speak of the scenarios' groups.
#[derive(Debug, Clone)]
pub struct RulesFile {
    /// The scenario of a plan of one day, as written.
    pub scenario: Option<String>,
    /// Those of a week, Monday first; none is a plan of one day.
    pub days: Option<[Option<String>; 7]>,
    document: Document,
}

impl Document {
    /// Whether this is a file of shift rules, not a scenario.
    pub fn is_rules(&self) -> bool {
        let table = self.root.as_table();
        let part = |name: &str| table.and_then(|table| table.get(name));
        let scenario = part("scenario");
        let named = scenario.is_some_and(|node| node.as_text().is_some());
        let written = scenario.is_some_and(|node| node.as_table().is_some());
        // A scenario whose section [scenario] was forgotten has other parts that rules have not.
        let mut others = schema::FILE.keys.iter().map(|key| key.name);
        let is_scenario = written
            || others.any(|name| schema::RULES_FILE.key(name).is_none() && part(name).is_some());
        (named || part("shifts").is_some() || part("days").is_some()) && !is_scenario
    }

    /// A path that the file names, which is relative to it.
    pub fn beside(&self, written: &str) -> PathBuf {
        self.base_dir.join(written)
    }
}

impl RulesFile {
    /// Reads which scenarios a file of shift rules is for.
    ///
    /// # Errors
    /// What is wrong with that, with its places.
    pub fn read(document: &Document) -> Result<Self, ScenarioError> {
        let mut checker = Checker::new(&document.base_dir);
        let read = checker.rules_file(document);
        match read.filter(|_| checker.findings.is_empty()) {
            Some(read) => Ok(read),
            None => Err(document.error(checker.findings, &[])),
        }
    }

    /// A path of the file, which is relative to it.
    pub fn path(&self, written: &str) -> PathBuf {
        self.document.beside(written)
    }

    /// Its rules, for scenarios with these groups and intervals of so many minutes, and warnings about them.
    ///
    /// # Errors
    /// Everything that is wrong with them, with its places.
    pub fn rules(
        &self,
        groups: &[&str],
        interval_min: u32,
    ) -> Result<(ShiftRules, Vec<String>), ScenarioError> {
        let mut checker = Checker::new(&self.document.base_dir);
        let table = self.document.root.as_table();
        let shifts = table.and_then(|table| table.get("shifts"));
        let rules = shifts.and_then(|node| checker.shifts(node, groups, interval_min));
        match rules.filter(|_| checker.findings.is_empty()) {
            Some(rules) => Ok((rules, checker.warnings)),
            None => Err(self.document.error(checker.findings, &[])),
        }
    }
}

impl Checker<'_> {
    fn rules_file(&mut self, document: &Document) -> Option<RulesFile> {
        let f = self.open(&document.root, &schema::RULES_FILE)?;
        let scenario = self.value(&f, "scenario", nodes::file);
        let days = self.nested(&f, "days", |c, _, node| c.week(node));
        // That there are rules; what they say is read when the groups are known.
        self.nested(&f, "shifts", |_, _, _| Some(()));
        if f.has("scenario") && f.has("days") {
            self.find(
                f.span_of("scenario"),
                "`scenario` and `days` exclude each other",
                "is it a plan of one day, or of a week?",
                "leave one of them out",
            );
        }
        let table = document.root.as_table();
        let shifts = table.and_then(|table| table.get("shifts")?.as_table());
        if let Some(day) = shifts.and_then(|shifts| shifts.get("day"))
            && f.has("days")
        {
            self.find(
                day.span,
                "`day` is of a plan of one day",
                "this is a plan of a week",
                "leave it out",
            );
        }
        Some(RulesFile {
            scenario,
            days,
            document: document.clone(),
        })
    }

    fn week(&mut self, node: &Node) -> Option<[Option<String>; 7]> {
        let f = self.open(node, &schema::WEEK)?;
        let days = WEEKDAYS.map(|day| self.value(&f, day, nodes::file));
        if WEEKDAYS.iter().all(|day| !f.has(day)) {
            self.find(
                node.span,
                "there are no days",
                "this table is empty",
                "write for example { mon = \"monday.toml\" }",
            );
        }
        Some(days)
    }
}
