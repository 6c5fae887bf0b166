//! Where the files of `acdsim shifts` go.

use super::Arguments;
use super::input::{Input, Source};
use crate::cli::{Failure, say};
use crate::experiment::calibrate::Prepared;
use crate::report;
use crate::report::files::Place;
use crate::scenario::WEEKDAYS;
use crate::shifts::{self, Shiftwork};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// Where the files go that were asked for.
pub struct Places {
    page: Option<Place>,
    plots: Option<Place>,
    csv: Option<Place>,
    calendar: Option<Place>,
    program: Option<Place>,
    /// The scenario of a day, or the folder of those of a week.
    scenario: Option<Place>,
}

impl Places {
    /// Finds and checks the places of all files.
    pub fn new(arguments: &Arguments, input: &Input) -> Result<Self, Failure> {
        let force = arguments.force;
        let place = |flag: &Option<Option<PathBuf>>, ending: &str| {
            Place::asked(flag, (&input.name, input.seed, ending), force)
        };
        let given = |flag: &Option<PathBuf>| flag.as_ref().map(|path| Place::given(path, force));
        let places = Self {
            page: place(&arguments.report, "-shifts.html"),
            plots: place(&arguments.plots, "-shifts-plots"),
            csv: place(&arguments.csv, "-shifts-csv"),
            calendar: given(&arguments.ics),
            program: given(&arguments.write_lp),
            scenario: given(&arguments.write),
        };
        let calls = |(_, source): &(Option<usize>, Source)| matches!(source, Source::Scenario(_));
        if places.scenario.is_some() && !input.days.iter().any(calls) {
            return Err(Failure::bad_input(
                "--write writes scenarios, and there is none: the agents needed come from a file\n  help: --csv writes the plan",
            ));
        }
        let week = input.days.len() > 1;
        let scenario = places.scenario.as_ref();
        let files = [&places.page, &places.calendar, &places.program]
            .into_iter()
            .flatten();
        for file in files.chain(scenario.filter(|_| !week)) {
            file.may_save_file()?;
        }
        let folders = [&places.plots, &places.csv].into_iter().flatten();
        for folder in folders.chain(scenario.filter(|_| week)) {
            folder.may_save_folder()?;
        }
        if let (Some(first), Some(weekday)) = (&arguments.first_day, input.days[0].0)
            && first.weekday() != weekday
        {
            return Err(Failure::bad_input(format!(
                "--first-day {first} is a {}, but the plan begins on a {}",
                WEEKDAYS[first.weekday()],
                WEEKDAYS[weekday]
            )));
        }
        Ok(places)
    }

    /// Writes every file that was asked for, and says on stderr where it is.
    pub fn write(
        &self,
        arguments: &Arguments,
        (input, prepared): (&Input, &[Option<Prepared>]),
        answer: &shifts::Answer,
        stop: &AtomicBool,
    ) -> Result<(), Failure> {
        let document = &answer.shifts;
        if let Some(place) = &self.scenario {
            let path = self.write_scenarios(place, (input, prepared), answer, stop)?;
            say(format!("Scenario: {}", path.display()));
        }
        if let Some(place) = &self.page {
            let scenario = match prepared {
                [Some(only)] => Some(&only.loaded.scenario),
                _ => None,
            };
            let path =
                place.save_file(|out| report::shifts::page(document, scenario, stop, out))?;
            say(format!("Report: {}", path.display()));
        }
        if let Some(place) = &self.plots {
            let path =
                place.save_folder(stop, |folder| report::shifts::write_plots(document, folder))?;
            say(format!("Plots: {}", path.display()));
        }
        if let Some(place) = &self.csv {
            let path =
                place.save_folder(stop, |folder| report::shifts::write_csv(document, folder))?;
            say(format!("CSV files: {}", path.display()));
        }
        if let (Some(place), Some(first)) = (&self.calendar, arguments.first_day) {
            let text = report::shifts::calendar(document, first).map_err(Failure::bad_input)?;
            let path = place.save_file(|out| out.write_all(text.as_bytes()))?;
            say(format!("Calendar: {}", path.display()));
        }
        if let Some(place) = &self.program {
            let text = Shiftwork::new(&answer.task).and_then(|work| work.lp_file());
            let text = text.map_err(Failure::bad_input)?;
            let path = place.save_file(|out| out.write_all(text.as_bytes()))?;
            say(format!("Program: {}", path.display()));
        }
        Ok(())
    }

    fn write_scenarios(
        &self,
        place: &Place,
        (input, prepared): (&Input, &[Option<Prepared>]),
        answer: &shifts::Answer,
        stop: &AtomicBool,
    ) -> Result<PathBuf, Failure> {
        let text = |day: usize, out: &Path| -> Result<Option<String>, report::scenario::Error> {
            let (Source::Scenario(document), Some(prepared)) = (&input.days[day].1, &prepared[day])
            else {
                return Ok(None);
            };
            let scenario = &prepared.loaded.scenario;
            let written = shifts::written(&answer.task, &answer.plan, day, scenario);
            let from = (&**document, prepared.calibration.as_ref());
            report::scenario::text(&written, from, out).map(|(text, _)| Some(text))
        };
        if let [_] = input.days.as_slice() {
            let text = text(0, place.path())?.unwrap_or_default();
            return Ok(place.save_file(|out| out.write_all(text.as_bytes()))?);
        }
        // All that can fail before the folder is begun.
        let mut files = Vec::new();
        for (day, weekday) in WEEKDAYS.iter().enumerate() {
            let name = format!("{weekday}.toml");
            if let Some(text) = text(day, &place.path().join(&name))? {
                files.push((name, text));
            }
        }
        let path = place.save_folder(stop, |folder| {
            files.iter().try_for_each(|(name, text)| {
                folder.write(name, |out| out.write_all(text.as_bytes()))
            })
        })?;
        Ok(path)
    }
}
