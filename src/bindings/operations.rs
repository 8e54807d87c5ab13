//! The operations under way. JavaScript knows each by its number, from its first step to its last: an object of its own for
//! each would be watched by the garbage collector, which costs more than the operation.

use super::data;
use crate::error::{Bug, Error};
use crate::flow::{Flow, Input, Step};
use crate::time::UnixMillis;
use std::cell::Cell;

/// An operation that ends with JSON text.
pub type Operation = Flow<String>;

thread_local! {
    /// By number; the place of an operation that has ended is used again.
    static RUNNING: Cell<Vec<Option<Operation>>> = const { Cell::new(Vec::new()) };
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

/// Takes an operation out of those under way.
pub fn take(number: u32) -> Option<Operation> {
    let mut running = RUNNING.take();
    let operation = running.get_mut(place(number)).and_then(Option::take);
    RUNNING.set(running);
    operation
}

fn run(mut operation: Operation, number: Option<u32>, input: Option<Input>, now: f64) -> String {
    let step = operation.resume(input, UnixMillis::from_js(now));
    let number = match step {
        Step::Done(_) => 0,
        _ => keep(operation, number),
    };
    data::step(step, number)
}

/// Keeps an operation, at its number if it has one already.
fn keep(operation: Operation, number: Option<u32>) -> u32 {
    let mut running = RUNNING.take();
    let free = || running.iter().position(Option::is_none).unwrap_or(running.len());
    let place = number.map_or_else(free, place);
    match running.get_mut(place) {
        Some(slot) => *slot = Some(operation),
        None => running.push(Some(operation)),
    }
    RUNNING.set(running);
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
