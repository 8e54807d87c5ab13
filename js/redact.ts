/**
 * Stands where a token was. Whatever takes a token refuses this text with code `redacted_token`, so that a token stored
 * by `JSON.stringify` and read back is noticed at once. No header can hold it.
 *
 * @internal
 */
export const REDACTED = "‹redacted: use token.expose()›";

/** What such a text is known by, here as in the core. @internal */
export const REDACTED_MARK = "‹redacted";

/** The method by which Node, Deno and Bun let an object decide how it is printed. @internal */
export const INSPECT: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;

/** What such a method is called with. @internal */
export type Inspect = (value: unknown, options: object) => string;
