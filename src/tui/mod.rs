//! What-if sessions in the terminal: change a lever, see the difference at once.
//!
//! | file | what lives there |
//! |---|---|
//! | [`play`] | one day, played as a film |
//! | [`theme`] | colours |

pub mod play;
pub mod theme;
