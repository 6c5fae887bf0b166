//! Where the film stands, and how fast it runs. It has no clock of its own: [`Player::advance`] is told what time it is.

use super::MINUTE_NS;
use super::log;
use super::recording::Recording;
use super::scene::Scene;
use std::sync::Arc;
use std::time::Duration;

/// Speeds, in simulated seconds per second.
pub const SPEEDS: [u32; 6] = [1, 10, 60, 300, 900, 3600];

/// Which of them a film begins with: a minute a second.
const FIRST_SPEED: usize = 2;

/// Plays a recording.
#[derive(Debug, Clone)]
pub struct Player {
    recording: Arc<Recording>,
    scene: Scene,
    paused: bool,
    /// Index into [`SPEEDS`].
    speed: usize,
}

impl Player {
    /// At opening, playing.
    pub fn new(recording: Arc<Recording>) -> Self {
        Self {
            scene: recording.scene_at(0),
            recording,
            paused: false,
            speed: FIRST_SPEED,
        }
    }

    /// What is played.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// How things stand now.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// The time, in nanoseconds since opening.
    pub fn time_ns(&self) -> i64 {
        self.scene.now_ns
    }

    /// Nothing moves: somebody wanted it so, or it is the end.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// The recording has been played to its end.
    pub fn is_at_end(&self) -> bool {
        self.time_ns() >= self.recording.end_ns()
            && self.scene.happened() == self.recording.events()
    }

    /// Simulated seconds per second.
    pub fn speed(&self) -> u32 {
        SPEEDS[self.speed]
    }

    /// What happened last, in words, the latest at the end.
    pub fn last_events(&self, most: usize) -> Vec<String> {
        log::last_events(&self.recording, self.scene.happened(), most)
    }

    /// Lets time pass: `elapsed` of the one who watches, so `speed` times as much on the day. Nothing while paused; pauses
    /// at the end.
    pub fn advance(&mut self, elapsed: Duration) {
        if self.paused || elapsed.is_zero() {
            return;
        }
        let passed = elapsed.as_nanos() * u128::from(self.speed());
        let passed = i64::try_from(passed).unwrap_or(i64::MAX);
        let until = self.time_ns().saturating_add(passed);
        let until = until.min(self.recording.end_ns());
        while self.next_event_ns().is_some_and(|at| at <= until) {
            self.scene.step(&self.recording);
        }
        self.scene.now_ns = until;
        self.paused = self.is_at_end();
    }

    /// Stops, or goes on; at the end it begins again.
    pub fn toggle_pause(&mut self) {
        if self.paused && self.is_at_end() {
            self.seek_to(0);
        }
        self.paused = !self.paused;
    }

    /// Pauses after what happens next; when nothing does any more, at the end. What happens to one call at one instant is
    /// one step, as it is one line of [`Player::last_events`].
    pub fn step(&mut self) {
        self.paused = true;
        let happened = self.scene.happened();
        let after = log::after(&self.recording, happened);
        if after == happened {
            self.scene.now_ns = self.recording.end_ns();
        }
        while self.scene.happened() < after {
            self.scene.step(&self.recording);
        }
    }

    /// Pauses after what happened last before now, at opening where nothing did.
    pub fn step_back(&mut self) {
        self.paused = true;
        let happened = self.scene.happened();
        let last = happened
            .checked_sub(1)
            .and_then(|last| self.recording.time_of(last));
        self.scene = self
            .recording
            .scene_after(match last < Some(self.time_ns()) {
                // Time has passed since then.
                true => happened,
                false => log::before(&self.recording, happened),
            });
    }

    /// Goes to a time, or the nearest there is. It plays on if it played.
    pub fn seek_to(&mut self, ns: i64) {
        let at = ns.clamp(0, self.recording.end_ns());
        self.scene = self.recording.scene_at(at);
    }

    /// Goes on by so many minutes, or back.
    pub fn jump(&mut self, minutes: i64) {
        let by = minutes.saturating_mul(MINUTE_NS);
        self.seek_to(self.time_ns().saturating_add(by));
    }

    /// Goes to the start of the next interval, in a steady run to the next whole hour.
    pub fn next_interval(&mut self) {
        let width = self.recording.parts().interval_ns;
        let next = self.time_ns() / width + 1;
        self.seek_to(next.saturating_mul(width));
    }

    /// Goes to the start of the interval, at its start to that of the one before.
    pub fn previous_interval(&mut self) {
        let width = self.recording.parts().interval_ns;
        let start = (self.time_ns() - 1).max(0) / width;
        self.seek_to(start * width);
    }

    /// Plays faster, if it can.
    pub fn faster(&mut self) {
        self.speed = (self.speed + 1).min(SPEEDS.len() - 1);
    }

    /// Plays slower, if it can.
    pub fn slower(&mut self) {
        self.speed = self.speed.saturating_sub(1);
    }

    fn next_event_ns(&self) -> Option<i64> {
        self.recording.time_of(self.scene.happened())
    }
}
