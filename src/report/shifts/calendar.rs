//! A plan as a calendar (iCalendar, RFC 5545).
//!
//! One event for each person and shift, in times of the day without a zone (RFC 5545, 3.3.5, form 1): a shift from 06:00 is at
//! 06:00 wherever the calendar is read. Breaks stand in the description: as events of their own they would hide the shift.
//! Written by hand: the text has one kind of component, and the crates for it bring libraries of dates and random identifiers.

use super::view::hours_text;
use crate::scenario::{DAY_MIN, WEEKDAYS, grouped};
use crate::shifts::Shifts;
use crate::shifts::document::{DutyRow, PersonRow};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u32,
    month: u32,
    day: u32,
}

/// Why there is no calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// It is not a date.
    #[error(
        "expected a date YYYY-MM-DD from 1900-01-01 to 2999-12-31, such as 2027-03-01, found {0:?}"
    )]
    NoDate(String),
    /// The plan does not begin on such a day.
    #[error("{date} is a {is}, but the plan begins on a {begins}; the next one is {next}")]
    OtherDay {
        /// The date given.
        date: Date,
        /// Its weekday.
        is: &'static str,
        /// The first day of the plan.
        begins: &'static str,
        /// The next date that is one.
        next: Date,
    },
}

const NAMES: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

impl Date {
    fn days_of(year: u32, month: u32) -> u32 {
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        match month {
            2 => 28 + u32::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    /// So many days later.
    #[must_use]
    pub fn plus_days(self, days: usize) -> Self {
        let mut date = self;
        for _ in 0..days {
            date.day += 1;
            if date.day > Self::days_of(date.year, date.month) {
                (date.month, date.day) = (date.month + 1, 1);
            }
            if date.month > 12 {
                (date.year, date.month) = (date.year + 1, 1);
            }
        }
        date
    }

    /// The weekday, Monday is 0 (Sakamoto 1993).
    pub fn weekday(self) -> usize {
        const OFFSETS: [u32; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
        let year = self.year - u32::from(self.month < 3);
        let from_sunday =
            year + year / 4 - year / 100 + year / 400 + OFFSETS[self.month as usize - 1] + self.day;
        ((from_sunday + 6) % 7) as usize
    }

    /// `20270301`
    fn basic(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let number = |part: Option<&str>, digits: usize| {
            let part = part?;
            let good = part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
            good.then(|| part.parse::<u32>().ok()).flatten()
        };
        let mut parts = text.trim().split('-');
        let (year, month, day) = (
            number(parts.next(), 4),
            number(parts.next(), 2),
            number(parts.next(), 2),
        );
        match (year, month, day, parts.next()) {
            (Some(year @ 1900..=2999), Some(month @ 1..=12), Some(day @ 1..), None)
                if day <= Self::days_of(year, month) =>
            {
                Ok(Self { year, month, day })
            }
            _ => Err(CalendarError::NoDate(text.chars().take(40).collect())),
        }
    }
}

/// The days after the first on which a day of the plan is: of a week from Monday.
fn day_of(shifts: &Shifts, first_day: Date) -> Result<impl Fn(&str) -> usize, CalendarError> {
    let index = |name: &str| WEEKDAYS.iter().position(|day| *day == name);
    let cover = shifts.cover.iter().map(|row| row.day.as_str());
    let people = shifts.people.iter().flat_map(|person| &person.days);
    let people = people.map(|duty| duty.day.as_str());
    let mut days: Vec<usize> = cover.chain(people).filter_map(index).collect();
    days.sort_unstable();
    days.dedup();
    // Several days are a week, which begins on Monday; a single one begins on itself.
    let begins = match days[..] {
        [] => None,
        [only] => Some(only),
        _ => Some(0),
    };
    let is = first_day.weekday();
    match begins {
        Some(begins) if begins != is => Err(CalendarError::OtherDay {
            date: first_day,
            is: NAMES[is],
            begins: NAMES[begins],
            next: first_day.plus_days((begins + 7 - is) % 7),
        }),
        _ => Ok(move |name: &str| index(name).map_or(0, |day| day - begins.unwrap_or(day))),
    }
}

/// The plan as a calendar, its first day on a date. Nothing in it depends on when it is made.
///
/// # Errors
/// [`CalendarError::OtherDay`] if the plan does not begin on the weekday of the date.
pub fn calendar(shifts: &Shifts, first_day: Date) -> Result<String, CalendarError> {
    let day_of = day_of(shifts, first_day)?;
    let mut out = Lines::default();
    out.line("BEGIN", "VCALENDAR");
    out.line("VERSION", "2.0");
    out.line("PRODID", "-//acdsim//shifts//EN");
    out.line("CALSCALE", "GREGORIAN");
    // Known to most programs by this name.
    out.line("X-WR-CALNAME", &escaped(&shifts.name));
    // Plans of several names may be in one calendar.
    let plan: String = Sha256::digest(shifts.name.as_bytes())
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let stamp = format!("{}T000000Z", first_day.basic());
    for person in &shifts.people {
        for duty in &person.days {
            let day = first_day.plus_days(day_of(&duty.day));
            let time = |minute: u32| {
                let date = day.plus_days((minute / DAY_MIN) as usize).basic();
                let minute = minute % DAY_MIN;
                format!("{date}T{:02}{:02}00", minute / 60, minute % 60)
            };
            // Without zeros in front: they depend on how many people there are.
            let id = person.id.trim_start_matches('0');
            out.line("BEGIN", "VEVENT");
            out.line(
                "UID",
                &format!("{}-{}-{plan}@acdsim", day.basic(), escaped(id)),
            );
            out.line("DTSTAMP", &stamp);
            out.line("DTSTART", &time(duty.minutes.0));
            out.line("DTEND", &time(duty.minutes.1));
            let summary = format!("{} {}, {}", person.id, duty.shift_type, person.group);
            out.line("SUMMARY", &escaped(&summary));
            out.line("DESCRIPTION", &escaped(&description(person, duty)));
            out.line("END", "VEVENT");
        }
    }
    out.line("END", "VCALENDAR");
    Ok(out.0)
}

fn description(person: &PersonRow, duty: &DutyRow) -> String {
    let mut lines = vec![format!("{} {}", duty.shift_type, hours_text(duty))];
    for of in &duty.breaks {
        let paid = if of.paid { "paid" } else { "unpaid" };
        lines.push(format!("{} {}–{}, {paid}", of.name, of.start, of.end));
    }
    lines.push(format!("Paid: {} h", grouped(duty.paid_h, 2)));
    if let Some(contract) = &person.contract {
        lines.push(format!("Contract: {contract}"));
    }
    lines.join("\n")
}

/// A text value (RFC 5545, 3.3.11).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Content lines (RFC 5545, 3.1): folded at 75 octets, never within a character.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn line(&mut self, name: &str, value: &str) {
        const MOST: usize = 75;
        let mut used = 0;
        for c in format!("{name}:{value}").chars() {
            if used + c.len_utf8() > MOST {
                self.0.push_str("\r\n ");
                used = 1;
            }
            self.0.push(c);
            used += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_and_counted_on() {
        let date = |text: &str| text.parse::<Date>();
        assert_eq!(date("2024-02-29").unwrap().to_string(), "2024-02-29");
        for text in [
            "2023-02-29",
            "1900-02-29",
            "2024-13-01",
            "2024-00-01",
            "2024-04-31",
            "2024-4-01",
            "24-04-01",
            "2024-04-01-01",
            "2024/04/01",
            "",
            "+024-04-01",
            "3000-01-01",
            "1899-12-31",
            "２０２４-04-01",
        ] {
            assert!(date(text).is_err(), "{text}");
        }
        let later = |text: &str, days| date(text).unwrap().plus_days(days).to_string();
        assert_eq!(later("2024-02-28", 1), "2024-02-29");
        assert_eq!(later("2024-02-28", 2), "2024-03-01");
        assert_eq!(later("2023-12-31", 1), "2024-01-01");
        assert_eq!(later("2000-01-01", 366), "2001-01-01");
        for (text, weekday) in [
            ("2026-11-23", 0),
            ("2000-02-29", 1),
            ("1900-01-01", 0),
            ("2024-12-29", 6),
        ] {
            assert_eq!(date(text).unwrap().weekday(), weekday, "{text}");
        }
    }
}
