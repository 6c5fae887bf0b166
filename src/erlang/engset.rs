//! engset
