//! What-if sessions in the terminal: change a lever, see the difference at once.
//!
//! | file | what lives there |
//! |---|---|
//! | [`theme`] | colours |

pub mod theme;
