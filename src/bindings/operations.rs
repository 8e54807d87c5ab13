//! The operations under way. JavaScript knows each by its number, from its first step to its last: an object of its own for
//! each would be watched by the garbage collector, which costs more than the operation.

use super::data;
use crate::error::{Bug, Error};
use crate::flow::{Flow, Input, Step};
use crate::time::UnixMillis;
use std::cell::Cell;
use std::mem::ManuallyDrop;

/// An operation that ends with the JSON text of its last step.
pub type Operation = Flow<String>;

#[derive(Default)]
struct Running {
    /// By number. The place of an operation that is being resumed is empty and still its own.
    places: Vec<Option<Operation>>,
    /// The places of operations that have ended, to be used again.
    free: Vec<u32>,
}

thread_local! {
    // Never dropped: a thread of wasm has no end.
    static RUNNING: Cell<ManuallyDrop<Running>> =
        const { Cell::new(ManuallyDrop::new(Running { places: Vec::new(), free: Vec::new() })) };
}

/// Runs an operation to its first step.
pub fn start(operation: Result<Operation, Error>, now: f64) -> String {
    match operation {
        Ok(operation) => run(operation, None, None, now),
        Err(error) => data::step(Step::Done(Err(error)), 0),
    }
}

/// Runs an operation to its next step.
pub fn resume(number: u32, input: Option<Input>, now: f64) -> String {
    match take(number) {
        Some(operation) => run(operation, Some(number), input, now),
        None => data::step(Step::Done(Err(Error::from(Bug::Ended))), 0),
    }
}

/// Ends an operation that nobody will resume.
pub fn abandon(number: u32) {
    if take(number).is_some() {
        with_running(|running| running.free.push(number));
    }
}

fn run(mut operation: Operation, number: Option<u32>, input: Option<Input>, now: f64) -> String {
    let step = operation.resume(input, UnixMillis::from_js(now));
    let number = with_running(|running| match step {
        Step::Done(_) => {
            running.free.extend(number);
            0
        }
        _ => keep(running, operation, number),
    });
    data::step(step, number)
}

/// Keeps an operation, at its number if it has one already.
fn keep(running: &mut Running, operation: Operation, number: Option<u32>) -> u32 {
    let number = number.or_else(|| running.free.pop());
    // From one: a step that is the last has no operation, and says so by zero.
    let number = number.unwrap_or_else(|| u32::try_from(running.places.len()).unwrap_or(u32::MAX).saturating_add(1));
    match running.places.get_mut(place(number)) {
        Some(empty) => *empty = Some(operation),
        None => running.places.push(Some(operation)),
    }
    number
}

/// Takes an operation out of its place.
fn take(number: u32) -> Option<Operation> {
    with_running(|running| running.places.get_mut(place(number)).and_then(Option::take))
}

fn with_running<T>(work: impl FnOnce(&mut Running) -> T) -> T {
    RUNNING.with(|kept| {
        let mut running = kept.take();
        let result = work(&mut running);
        kept.set(running);
        result
    })
}

fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX).wrapping_sub(1)
}
