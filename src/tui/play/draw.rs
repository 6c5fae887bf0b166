//! The picture: what a manager sees of the day at one instant. What it says never depends on colours.

use super::MINUTE_NS;
use super::log::spoken;
use super::player::Player;
use super::recording::{MOST_EVENTS, QueuePart};
use crate::report::text::layout::{columns, truncated};
use crate::scenario::{format_fraction, grouped};
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Columns of the words at the left, with the space after them.
const TAG: usize = 8;

/// Columns between two figures.
const GAP: usize = 2;

/// A bar of fewer columns says nothing, one of more is too far to look along.
const BAR: std::ops::RangeInclusive<usize> = 10..=100;

/// Columns of a bar in which calls are dots: more where there is room, as far as another bar needs it.
const DOTS: usize = 30;

/// Lines of the log that come before empty lines.
const LOG: usize = 3;

const IN_USE: &str = "▇";
const FREE: &str = "·";
const CALL: &str = "•";
const IN_TIME: &str = "○";
const LATE: &str = "●";
const TALKING: &str = "▓";
const WRAPPING_UP: &str = "▒";
const IDLE: &str = "░";
const MORE: &str = "…";
const UNDEFINED: &str = "–";

/// Draws the day as it stands: the clock, then who is where, what has been counted, and what happened last.
pub fn draw(frame: &mut Frame<'_>, area: Rect, player: &Player, theme: &Theme) {
    let area = area.intersection(frame.area());
    let mut page = Page {
        buffer: frame.buffer_mut(),
        area,
        y: 0,
    };
    page.day(player, theme);
    let mut sections = [
        lines(player, theme),
        ivr(player, theme),
        queues(player, theme),
        agents(player, theme),
    ];
    let fit = fit(
        &sections,
        page.width().saturating_sub(1),
        natural_bar(player),
    );
    draw_bars(&mut sections, player, theme, fit.bar);

    // The totals, and at least a line of the log.
    let headers = sections.iter().filter(|s| s.is_headed()).count();
    let fixed = page.y + headers + 2;
    let room = page.height().saturating_sub(fixed);
    let wanted = sections.each_ref().map(|section| section.rows.len());
    let rows = shared_out(wanted, room);
    let left = room.saturating_sub(rows.iter().sum());
    // Empty lines before lines, queues, agents, totals and log.
    let mut spare = left.saturating_sub(LOG - 1).min(5);
    let mut empty_line = |page: &mut Page| {
        if spare > 0 {
            spare -= 1;
            page.y += 1;
        }
    };
    for (i, section) in sections.iter().enumerate() {
        let follows = i == 1 && !sections[0].rows.is_empty();
        if section.rows.is_empty() {
            continue;
        }
        if !follows {
            empty_line(&mut page);
        }
        page.section(section, rows[i], &fit, fit.kept[i], theme);
    }
    empty_line(&mut page);
    page.totals(player, theme);
    empty_line(&mut page);
    page.log(player, theme);
}

/// A text in a style.
type Piece = (String, Style);

/// Parts of one kind.
struct Section {
    /// Its word at the left.
    tag: &'static str,
    /// Titles of the figures; none where they speak for themselves.
    headers: Vec<&'static str>,
    /// Figures without which the bar is made shorter; the others are for wide screens.
    needed: usize,
    /// What is said above the bars: the first of them that fits.
    legends: &'static [&'static str],
    rows: Vec<Row>,
}

/// A part.
struct Row {
    name: String,
    bar: Vec<Piece>,
    /// Figures, the most important first.
    figures: Vec<Piece>,
}

impl Section {
    fn is_headed(&self) -> bool {
        !self.rows.is_empty() && self.headers.iter().any(|header| !header.is_empty())
    }

    /// Columns of each figure.
    fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = self.headers.iter().map(|header| columns(header)).collect();
        for row in &self.rows {
            for (width, (text, _)) in widths.iter_mut().zip(&row.figures) {
                *width = (*width).max(columns(text));
            }
        }
        widths
    }
}

/// Lines in use, by trunk group.
fn lines(player: &Player, theme: &Theme) -> Section {
    let trunks = player.recording().parts().trunks.iter();
    let rows = trunks.zip(&player.scene().trunks).map(|(trunk, now)| {
        let full = now.in_use >= trunk.lines;
        let total = count(trunk.lines);
        let in_use = format!("{:>1$} of {total}", count(now.in_use), total.len());
        let turned_away = format!("{} turned away", grouped(now.turned_away as f64, 0));
        let or_bad = |bad| if bad { theme.bad } else { theme.plain };
        Row {
            name: trunk.name.clone(),
            bar: Vec::new(),
            figures: vec![
                (in_use, or_bad(full)),
                (turned_away, or_bad(now.turned_away > 0)),
            ],
        }
    });
    Section {
        tag: "lines",
        headers: vec!["", ""],
        needed: 2,
        legends: &[],
        rows: rows.collect(),
    }
}

/// Calls in the IVR, by call type.
fn ivr(player: &Player, theme: &Theme) -> Section {
    let types = player.recording().parts().call_types.iter();
    let with_ivr = types.zip(&player.scene().in_ivr).filter(|(t, _)| t.has_ivr);
    let rows = with_ivr.map(|(t, now)| Row {
        name: t.name.clone(),
        bar: dots(CALL, *now as usize, theme.plain),
        figures: vec![(plural(u64::from(*now), "call"), theme.plain)],
    });
    Section {
        tag: "IVR",
        headers: vec![""],
        needed: 1,
        legends: &[],
        rows: rows.collect(),
    }
}

/// Who waits.
fn queues(player: &Player, theme: &Theme) -> Section {
    let (recording, scene) = (player.recording(), player.scene());
    let parts = recording.parts();
    let plain = |n: u64| (grouped(n as f64, 0), theme.plain);
    let targets = parts.queues.iter().map(target);
    let target_width = targets.map(|text| columns(&text)).max().unwrap_or(0);
    let rows = parts.queues.iter().zip(&scene.queues).enumerate();
    let rows = rows.map(|(i, (queue, now))| {
        let longest = scene.longest_wait_ns(i);
        let late = longest.is_some_and(|wait| wait > queue.within_ns);
        let (level, style) = match scene.service_level(parts, i) {
            Some(level) if level >= queue.fraction => (percent(level), theme.good),
            Some(level) => (percent(level), theme.bad),
            None => (UNDEFINED.to_owned(), theme.aside),
        };
        Row {
            name: queue.name.clone(),
            bar: Vec::new(),
            figures: vec![
                plain(u64::from(now.waiting)),
                (
                    longest.map_or(UNDEFINED.to_owned(), spoken),
                    if late { theme.bad } else { theme.plain },
                ),
                (format!("{level}  {:>target_width$}", target(queue)), style),
                plain(now.answered),
                plain(now.abandoned),
                plain(now.turned_away + now.dropped),
            ],
        }
    });
    Section {
        tag: "queues",
        headers: vec![
            "waiting",
            "longest",
            "service level",
            "answered",
            "abandoned",
            "turned away",
        ],
        needed: 3,
        legends: &["○ in time  ● late", "○ ok  ● late", "● late"],
        rows: rows.collect(),
    }
}

/// The target of a queue as the trade writes it: `80/20`.
fn target(queue: &QueuePart) -> String {
    let fraction = format_fraction(queue.fraction);
    let within = grouped(queue.within_ns as f64 / 1e9, 0);
    format!("{}/{within}", fraction.trim_end_matches('%'))
}

fn percent(fraction: f64) -> String {
    format!("{:.1} %", 100.0 * fraction)
}

/// Who answers.
fn agents(player: &Player, theme: &Theme) -> Section {
    let parts = player.recording().parts();
    let interval = parts.interval(player.time_ns());
    let rows = parts.groups.iter().zip(&player.scene().groups);
    let rows = rows.map(|(group, now)| {
        let planned = group.planned(interval);
        let figure = |n: u32| (count(n), theme.plain);
        Row {
            name: group.name.clone(),
            bar: Vec::new(),
            figures: vec![
                figure(now.talking),
                figure(now.wrapping_up),
                figure(now.idle()),
                figure(now.on_duty),
                (planned.map_or(UNDEFINED.to_owned(), count), theme.aside),
            ],
        }
    });
    Section {
        tag: "agents",
        headers: vec!["▓ talking", "▒ wrap-up", "░ idle", "on duty", "planned"],
        needed: 4,
        legends: &[],
        rows: rows.collect(),
    }
}

/// Columns for which each line and each agent has one of its own.
fn natural_bar(player: &Player) -> usize {
    let parts = player.recording().parts();
    let lines = parts.trunks.iter().map(|trunk| trunk.lines);
    let most = lines.chain([most_agents(player)]).max().unwrap_or(0);
    (most as usize).max(DOTS).min(*BAR.end())
}

/// The most agents that any group has at any time, so that the scale does not change.
fn most_agents(player: &Player) -> u32 {
    let parts = player.recording().parts();
    let planned = parts.groups.iter().flat_map(|group| &group.staff).copied();
    let now = player.scene().groups.iter().map(|group| group.on_duty);
    planned.chain(now).max().unwrap_or(0)
}

/// Fills in the bars that depend on how much room there is.
fn draw_bars(sections: &mut [Section; 4], player: &Player, theme: &Theme, bar: usize) {
    let (recording, scene) = (player.recording(), player.scene());
    let parts = recording.parts();
    let [lines, _, queues, agents] = sections;
    for (row, (trunk, now)) in lines
        .rows
        .iter_mut()
        .zip(parts.trunks.iter().zip(&scene.trunks))
    {
        let cells = (trunk.lines as usize).min(bar);
        let [used, free] = shares([now.in_use, trunk.lines.saturating_sub(now.in_use)], cells);
        let full = now.in_use >= trunk.lines;
        let style = if full { theme.bad } else { theme.baseline };
        row.bar = vec![
            (IN_USE.repeat(used), style),
            (FREE.repeat(free), theme.aside),
        ];
    }
    for (i, row) in queues.rows.iter_mut().enumerate() {
        let within = parts.queues[i].within_ns;
        let waits = recording.waiting(scene, i).take(bar + 1);
        let late = waits.filter(|wait| *wait > within).count();
        let in_time = (scene.queues[i].waiting as usize).min(bar + 1) - late;
        row.bar = dots(LATE, late, theme.bad);
        row.bar.extend(dots(IN_TIME, in_time, theme.plain));
    }
    let most = most_agents(player) as usize;
    for (row, now) in agents.rows.iter_mut().zip(&scene.groups) {
        let on_duty = now.on_duty as usize;
        let cells = if most > bar {
            (on_duty * bar).div_ceil(most)
        } else {
            on_duty
        };
        let cells = shares([now.talking, now.wrapping_up, now.idle()], cells);
        let looks = [
            (TALKING, theme.whatif),
            (WRAPPING_UP, theme.doubt),
            (IDLE, theme.aside),
        ];
        let pieces = looks.iter().zip(cells);
        row.bar = pieces
            .map(|((c, style), n)| (c.repeat(n), *style))
            .collect();
    }
}

fn dots(dot: &str, calls: usize, style: Style) -> Vec<Piece> {
    // More do not fit on any screen.
    vec![(dot.repeat(calls.min(*BAR.end() + 1)), style)]
}

fn count(n: u32) -> String {
    grouped(f64::from(n), 0)
}

fn plural(n: u64, what: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {what}{s}", grouped(n as f64, 0))
}

/// Cells of a bar for each of several counts, by their shares; whatever there is, has one if there are enough.
fn shares<const N: usize>(counts: [u32; N], cells: usize) -> [usize; N] {
    let mut of_rest: u64 = counts.iter().map(|n| u64::from(*n)).sum();
    let mut kinds = counts.iter().filter(|n| **n > 0).count();
    let mut left = cells;
    counts.map(|n| {
        if n == 0 {
            return 0;
        }
        // Rounding goes to those who come after, who are left one each.
        kinds -= 1;
        let exact = left as f64 * f64::from(n) / of_rest as f64;
        let least = left.min(1);
        let most = left.saturating_sub(kinds).max(least);
        let share = (exact.round() as usize).clamp(least, most);
        of_rest -= u64::from(n);
        left -= share;
        share
    })
}

/// Rows for each section, of so many: each gets what it wants, or as much as the others.
fn shared_out<const N: usize>(wanted: [usize; N], room: usize) -> [usize; N] {
    let mut given = [0; N];
    let mut left = room;
    while left > 0 && given != wanted {
        for (given, wanted) in given.iter_mut().zip(wanted) {
            if *given < wanted && left > 0 {
                *given += 1;
                left -= 1;
            }
        }
    }
    given
}

/// How much room there is for what.
struct Fit {
    /// Columns of the names, and of the bars.
    name: usize,
    bar: usize,
    /// Figures shown of each section.
    kept: [usize; 4],
}

/// Fits the sections into `width` columns: figures that are needed, then bars, then other figures.
fn fit(sections: &[Section; 4], width: usize, natural_bar: usize) -> Fit {
    let names = sections.iter().flat_map(|section| &section.rows);
    let longest = names.map(|row| columns(&row.name)).max().unwrap_or(0);
    let name = longest.min((width / 5).max(8));
    let left = 1 + TAG + name + GAP;
    let taken = |section: &Section, kept: usize| -> usize {
        section.widths()[..kept].iter().map(|w| GAP + w).sum()
    };
    // As many as fit beside a bar of that length.
    let most = |section: &Section, bar: usize, most: usize| {
        let fits = |kept: &usize| left + bar + taken(section, *kept) <= width;
        (0..=most).rev().find(fits).unwrap_or(0)
    };
    let needed = sections
        .each_ref()
        .map(|section| most(section, *BAR.start(), section.needed));
    let room = sections.iter().zip(needed);
    let room = room.map(|(section, kept)| width.saturating_sub(left + taken(section, kept)));
    let bar = room.min().unwrap_or(0).min(natural_bar);
    let kept = sections
        .each_ref()
        .map(|section| most(section, bar, section.headers.len()));
    Fit { name, bar, kept }
}

/// What is drawn on, and the line that is next.
struct Page<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
    y: usize,
}

impl Page<'_> {
    fn width(&self) -> usize {
        usize::from(self.area.width)
    }

    fn height(&self) -> usize {
        usize::from(self.area.height)
    }

    /// Writes into the line from column `x` on, at most `most` columns; what lies outside is not drawn.
    fn put(&mut self, x: usize, text: &str, most: usize, style: Style) {
        if self.y >= self.height() || x >= self.width() {
            return;
        }
        let text = truncated(text, most.min(self.width() - x));
        let (x, y) = (self.area.x + x as u16, self.area.y + self.y as u16);
        self.buffer.set_stringn(x, y, text, most, style);
    }

    /// Writes such that the text ends before column `end`.
    fn put_right(&mut self, end: usize, text: &str, style: Style) {
        self.put(
            end.saturating_sub(columns(text)),
            text,
            columns(text),
            style,
        );
    }

    /// The clock, how it runs, and where in the day that is.
    fn day(&mut self, player: &Player, theme: &Theme) {
        let recording = player.recording();
        let parts = recording.parts();
        let clock = parts.clock(player.time_ns());
        self.put(1, &clock, usize::MAX, theme.heading);
        let (state, style) = match (player.is_at_end(), player.is_paused()) {
            (true, _) if recording.ended_early() => {
                let most = grouped(MOST_EVENTS as f64, 0);
                (
                    format!("■ end of the recording: {most} events"),
                    theme.doubt,
                )
            }
            (true, _) => ("■ end of the day".to_owned(), theme.aside),
            (_, true) => (
                format!("❚❚ paused · {}", speed(player.speed())),
                theme.doubt,
            ),
            (_, false) => (format!("► {}", speed(player.speed())), theme.good),
        };
        let x = 1 + columns(&clock) + 2;
        self.put(x, &state, usize::MAX, style);
        let what = match parts.open_min {
            Some(_) => format!(
                "{} · day {}",
                parts.title,
                grouped(parts.day as f64 + 1.0, 0)
            ),
            None => format!("{} · steady run", parts.title),
        };
        let room = self.width().saturating_sub(x + columns(&state) + 3);
        let what = truncated(&what, room);
        self.put_right(self.width().saturating_sub(1), &what, theme.aside);
        self.y += 1;
        self.day_bar(player, theme);
    }

    /// The day as a line with a tick where an interval begins, and the hours under it.
    fn day_bar(&mut self, player: &Player, theme: &Theme) {
        let recording = player.recording();
        let parts = recording.parts();
        let room = self.width().saturating_sub(2);
        let end = recording.end_ns().max(1);
        let intervals =
            usize::try_from(end / parts.interval_ns + i64::from(end % parts.interval_ns > 0))
                .unwrap_or(usize::MAX);
        // All intervals of the same length, where they can be told apart.
        let each = room / intervals.max(1);
        let (cells, span) = match each {
            0 | 1 => (room, end),
            _ => (each * intervals, parts.interval_ns * intervals as i64),
        };
        let at = |ns: i64| (i128::from(ns) * cells as i128 / i128::from(span)) as usize;
        let here = at(player.time_ns()).min(cells.saturating_sub(1));
        for x in 0..cells {
            let ticks = each > 1 && x % each == 0;
            let closed = x >= at(parts.closing_ns);
            let (line, style) = match (x < here, ticks, closed) {
                _ if x == here => (LATE, theme.changed),
                (true, true, _) => ("┯", theme.focus),
                (true, false, _) => ("━", theme.focus),
                (false, true, _) => ("┬", theme.frame),
                (false, false, true) => ("╌", theme.frame),
                (false, false, false) => ("─", theme.frame),
            };
            self.put(1 + x, line, 1, style);
        }
        self.y += 1;
        // Hours, as many as can be read.
        let hour = 60 * MINUTE_NS;
        let start = i64::from(parts.open_min.unwrap_or(0)) * MINUTE_NS;
        let steps = [1, 2, 3, 4, 6, 12, 24, 168, 1680, 16_800, 168_000, 1_680_000];
        let last = (start + end) / hour;
        let label = |h: i64| format!("{h:02}");
        let wide = columns(&label(last)) + 2;
        let step = steps.into_iter().find(|step| at(step * hour) >= wide);
        if let Some(step) = step {
            let first = (start + hour - 1) / hour;
            let first = (first + step - 1) / step * step;
            let mut h = first;
            while h * hour - start <= end {
                let x = at(h * hour - start);
                if x + columns(&label(h)) <= room {
                    self.put(1 + x, &label(h), usize::MAX, theme.aside);
                }
                h += step;
            }
        }
        self.y += 1;
    }

    /// A section in at most so many rows.
    fn section(&mut self, section: &Section, most: usize, fit: &Fit, kept: usize, theme: &Theme) {
        let widths = section.widths();
        let bar = 1 + TAG + fit.name + GAP;
        if section.is_headed() {
            let mut legends = section.legends.iter();
            if let Some(legend) = legends.find(|legend| columns(legend) <= fit.bar) {
                self.put(bar, legend, fit.bar, theme.aside);
            }
            let mut end = bar + fit.bar;
            for (header, width) in section.headers.iter().zip(&widths).take(kept) {
                end += GAP + width;
                self.put_right(end, header, theme.aside);
            }
            self.y += 1;
        }
        let all = section.rows.len();
        let shown = if all > most {
            most.saturating_sub(1)
        } else {
            all
        };
        if most > 0 {
            self.put(1, section.tag, TAG - 1, theme.heading);
        }
        for row in &section.rows[..shown] {
            self.put(1 + TAG, &row.name, fit.name, theme.plain);
            self.bar(bar, &row.bar, fit.bar, theme);
            let mut end = bar + fit.bar;
            for ((text, style), width) in row.figures.iter().zip(&widths).take(kept) {
                end += GAP + width;
                self.put_right(end, text, *style);
            }
            self.y += 1;
        }
        if shown < all && most > 0 {
            let more = format!("{MORE} and {} more", grouped((all - shown) as f64, 0));
            self.put(1 + TAG, &more, usize::MAX, theme.aside);
            self.y += 1;
        }
    }

    /// A bar, whose end is said to be missing where it is.
    fn bar(&mut self, mut x: usize, pieces: &[Piece], most: usize, theme: &Theme) {
        let end = x + most;
        let whole: usize = pieces.iter().map(|(text, _)| columns(text)).sum();
        for (text, style) in pieces {
            let fits = columns(text).min(end - x);
            let text: String = text.chars().take(fits).collect();
            self.put(x, &text, fits, *style);
            x += fits;
        }
        if whole > most && most > 0 {
            self.put(end - 1, MORE, 1, theme.aside);
        }
    }

    /// What has been counted: callers, and what became of them.
    fn totals(&mut self, player: &Player, theme: &Theme) {
        let scene = player.scene();
        let over = scene.helped + scene.lost + scene.will_call_again;
        let on_the_line = scene.callers.saturating_sub(over);
        let tag = match player.recording().parts().open_min {
            Some(_) => "today",
            None => "so far",
        };
        self.put(1, tag, TAG - 1, theme.heading);
        let figure = |n: u64, what: &str| format!("{} {what}", grouped(n as f64, 0));
        let lost = if scene.lost > 0 {
            theme.bad
        } else {
            theme.plain
        };
        let mut x = 1 + TAG;
        for (before, text, style) in [
            ("", plural(scene.callers, "caller"), theme.plain),
            (": ", figure(scene.helped, "helped"), theme.good),
            (", ", figure(scene.lost, "lost"), lost),
            (
                ", ",
                figure(scene.will_call_again, "will call again"),
                theme.plain,
            ),
            (", ", figure(on_the_line, "on the line"), theme.plain),
            ("  ·  ", plural(scene.attempts, "attempt"), theme.aside),
        ] {
            let width = columns(before) + columns(&text);
            if x + width > self.width() {
                break;
            }
            self.put(x, before, usize::MAX, theme.aside);
            self.put(x + columns(before), &text, usize::MAX, style);
            x += width;
        }
        self.y += 1;
    }

    /// What happened last, as much as fits.
    fn log(&mut self, player: &Player, theme: &Theme) {
        let lines = player.last_events(self.height().saturating_sub(self.y));
        let width = self.width().saturating_sub(2);
        for (i, line) in lines.iter().enumerate() {
            let latest = i + 1 == lines.len();
            let style = if latest { theme.plain } else { theme.aside };
            self.put(1, line, width, style);
            self.y += 1;
        }
    }
}

/// A speed in words.
fn speed(speed: u32) -> String {
    match speed {
        1 => "real time".to_owned(),
        s if s < 60 => format!("{s} s a second"),
        s if s < 3600 => format!("{} min a second", s / 60),
        s => format!("{} h a second", s / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_there_is_has_a_cell_and_all_are_used() {
        for (counts, cells, expected) in [
            ([16, 3, 3], 22, [16, 3, 3]),
            ([160, 1, 1], 10, [8, 1, 1]),
            ([0, 0, 5], 5, [0, 0, 5]),
            ([5, 0, 0], 3, [3, 0, 0]),
            ([1, 1, 1], 2, [1, 1, 0]),
            ([1, 1, 1], 0, [0, 0, 0]),
            ([0, 0, 0], 7, [0, 0, 0]),
            ([u32::MAX, u32::MAX, 1], 9, [4, 4, 1]),
        ] {
            assert_eq!(shares(counts, cells), expected, "{counts:?} in {cells}");
        }
    }

    #[test]
    fn rows_are_shared_out_evenly() {
        for (wanted, room, expected) in [
            ([1, 1, 2, 2], 10, [1, 1, 2, 2]),
            ([1, 1, 20, 2], 10, [1, 1, 6, 2]),
            ([9, 9, 9, 9], 10, [3, 3, 2, 2]),
            ([9, 0, 9, 9], 2, [1, 0, 1, 0]),
            ([9, 0, 9, 9], 0, [0, 0, 0, 0]),
        ] {
            assert_eq!(shared_out(wanted, room), expected, "{wanted:?} in {room}");
        }
    }

    #[test]
    fn speeds_are_said_in_words() {
        let said = super::super::player::SPEEDS.map(speed);
        let expected = [
            "real time",
            "10 s a second",
            "1 min a second",
            "5 min a second",
            "15 min a second",
            "1 h a second",
        ];
        assert_eq!(said, expected);
    }
}
