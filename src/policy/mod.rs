//! What to do next. Pure functions over values: no step is taken here.

pub mod action;
pub mod cache;
pub mod discovery;
pub mod issued;
pub mod preset;
pub mod resource;
pub mod retry;
