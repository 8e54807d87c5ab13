/**
 * Checks of arguments, where the core does not see them.
 *
 * @internal
 */
import { type ConfigError, configError } from "./errors.js";
import { isObject } from "./shape.js";

/** A plain object of the caller's. */
export type Plain = Record<string, unknown>;

/** The error for something that is not what it must be. */
export function invalid(field: string, what: string, cause?: unknown): ConfigError {
  return configError("invalid_option", field, `\`${field}\` has to be ${what}`, cause);
}

/** The error for something that must be there. */
export function missing(field: string): ConfigError {
  return configError("missing_option", field, `\`${field}\` is required`);
}

/** Refuses names that are none of the caller's. An option that is null or undefined is absent, whatever its name. */
export function refuse(plain: Plain, ...names: readonly string[]): void {
  for (const name of names)
    if (plain[name] != null) throw configError("unknown_option", name, `there is no option \`${name}\``);
}

/** The error of a call after `close`. */
export function closed(what: "client" | "store"): ConfigError {
  return configError("client_closed", undefined, `this ${what} has been closed`);
}

/** A string that must be there and not be empty. */
export function requireText(field: string, value: unknown): string {
  if (value == null || value === "") throw missing(field);
  if (typeof value === "string") return value;
  throw invalid(field, "a string");
}

/** One of a few values, or nothing. */
export function requireOneOf<T>(field: string, value: unknown, ...allowed: T[]): T | undefined {
  if (value == null) return undefined;
  if (allowed.includes(value as T)) return value as T;
  throw invalid(field, allowed.join(" or "));
}

/** Functions, or nothing, under these names. */
export function requireFunctions(options: object, ...names: readonly string[]): void {
  for (const name of names) {
    const value = (options as Plain)[name];
    if (value != null && typeof value !== "function") throw invalid(name, "a function");
  }
}

/** Arrays, strings and instances of classes have their data elsewhere: it would get lost without a word. */
export function requirePlain(value: unknown, field: string): Plain {
  if (isPlain(value)) return value;
  throw invalid(field, "a plain object");
}

export function isPlain(value: unknown): value is Plain {
  if (!isObject(value) || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  // The second is the prototype of plain objects of any realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
