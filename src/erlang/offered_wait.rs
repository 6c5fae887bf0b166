//! offered_wait
