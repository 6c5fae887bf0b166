//! One day, played as a film: who calls, who waits, who talks, at any speed, forwards and back.
//!
//! | file | what lives there |
//! |---|---|
//! | [`recording`] | what happened on the day, as a compact list |
//! | [`scene`] | how things stand at an instant |
//! | [`log`] | what happened, in words |
//! | [`player`] | where the film stands, and how fast it runs |
//! | [`mod@draw`] | the picture |

pub mod draw;
pub mod log;
pub mod player;
pub mod recording;
pub mod scene;

pub use draw::draw;
pub use player::Player;
pub use recording::Recording;
pub use scene::Scene;

/// Nanoseconds of a second.
const SECOND_NS: i64 = 1_000_000_000;

/// Nanoseconds of a minute.
const MINUTE_NS: i64 = 60 * SECOND_NS;
