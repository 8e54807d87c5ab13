// What only formats the message of a panic is taken out of the module. A message may hold a value, so the hook of
// src/bindings/panic.rs reads nothing but the place; the standard library links the formatting all the same.
import { NOTHING, replaced, UNREACHABLE } from "../lib/wasm-file.mjs";

/** Names of functions that nothing else calls: what the core shows it writes by src/text.rs. */
const FORMATTING =
  /^<?core::fmt::|^core::str::count::| as core::fmt::(?:Debug|Display|Write)>|panic_handler::FormatStringPayload/;

/**
 * Called for every message with values in it, before the hook is: to trap here would lose the place. It leaves its result,
 * the message, as it was, and nobody looks at it.
 */
const MAKING = /panic_handler::FormatStringPayload as core::panic::PanicPayload>::get$/;

/** The module with nothing in these functions; wasm-opt then drops what they alone use. */
export function withoutPanicTexts(file) {
  return replaced(file, (name) => (MAKING.test(name) ? NOTHING : FORMATTING.test(name) ? UNREACHABLE : undefined));
}
