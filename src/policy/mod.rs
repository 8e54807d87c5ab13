//! What to do next. Pure functions over values: no step is taken here.

pub mod action;
pub mod discovery;
pub mod issued;
pub mod preset;
pub mod retry;
