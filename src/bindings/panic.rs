//! What is known of a panic after it has trapped the instance.

use crate::text::{decimal, fill};
use std::cell::Cell;
use std::mem::ManuallyDrop;

thread_local! {
    static LOCATION: Cell<ManuallyDrop<String>> = const { Cell::new(ManuallyDrop::new(String::new())) };
}

/// Keeps the place of a panic, and nothing of its message, which may hold a value.
pub fn set_hook() {
    std::panic::set_hook(Box::new(|info| {
        if let Some(place) = info.location() {
            let line = decimal(place.line().into());
            LOCATION.with(|kept| kept.set(ManuallyDrop::new(fill("{}:{}", &[place.file(), &line]))));
        }
    }));
}

/// See `panicLocation`.
pub fn location() -> String {
    LOCATION.with(|kept| {
        let location = kept.take();
        kept.set(location.clone());
        ManuallyDrop::into_inner(location)
    })
}

/// An operation that panics at its first step.
#[cfg(feature = "planted-panic")]
#[expect(clippy::panic, reason = "that is what the feature is for")]
pub fn planted<T: 'static>() -> crate::flow::Flow<T> {
    // With a message that has to be formatted, as nearly all of them have.
    crate::flow::Flow::new(|io| async move { panic!("planted at {}", io.now().0) })
}
