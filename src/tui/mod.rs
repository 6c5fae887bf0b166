//! What-if sessions in the terminal: change a lever, see the difference at once.
//!
//! What a session knows and how it answers to keys is in [`state`], free of input and output; it is drawn by [`draw`], and
//! [`app`] is the loop between the terminal and the work in the background.
//!
//! | file | what lives there |
//! |---|---|
//! | [`lever`] | what can be changed, within which limits, and what it is as a `--set` |
//! | [`setting`] | baseline and what-if, undo and redo, marks |
//! | [`keys`] | every command and its keys |
//! | [`state`] | what a session knows, and how it answers |
//! | [`layout`] | where things are on the screen |
//! | [`draw`] | the screen |
//! | [`tabs`] | the ten tabs of the answer |
//! | [`play`] | a day, played |
//! | [`work`] | simulations and searches in the background |
//! | [`files`] | what a session writes |
//! | [`kept`] | what it leaves for the next one |
//! | [`configuration`] | keys and colours of the user |
//! | [`terminal`] | the terminal, left as it was |
//! | [`app`] | the loop |
//! | [`theme`] | colours |

pub mod app;
pub mod configuration;
pub mod draw;
pub mod files;
pub mod input;
pub mod kept;
pub mod keys;
pub mod layout;
pub mod lever;
pub mod play;
pub mod setting;
pub mod state;
pub mod tabs;
pub mod terminal;
pub mod theme;
pub mod work;
