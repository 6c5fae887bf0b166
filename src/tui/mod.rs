//! What-if sessions in the terminal: change a lever, see the difference at once.
//!
//! | file | what lives there |
//! |---|---|
//! | [`terminal`] | the terminal: taken, and given back as it was; its input and its signals |
//! | [`theme`] | colours |

pub mod terminal;
pub mod theme;
