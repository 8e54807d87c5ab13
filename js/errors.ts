/**
 * The error classes, and the one table from the kinds of the core to them.
 *
 * No text or JSON of an error holds a secret: server texts are scrubbed in the core, and of a `cause` only its name and
 * code are printed.
 */
import { brand } from "./brand.js";
import type { Action, Challenge, ErrorCode, ErrorData, ErrorKind, Fault } from "./generated.js";
import { INSPECT, type Inspect } from "./redact.js";
import { isObject } from "./shape.js";

/** What an error is made of. */
export type ErrorInit = Omit<ErrorData, "kind">;

/** What stands beside the fields of an error, and is never printed. */
export interface ErrorContext {
  /** The original failure, by identity. */
  readonly cause?: unknown;
  /** The headers of the answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * The base of every error of this package.
 *
 * `code` is what to branch on: a closed list of ours. `action` says what helps, `retryable` whether the same call may
 * succeed later, `fault` whose it is.
 */
export class OAuthError extends Error {
  static {
    named(this, "OAuthError");
  }

  /** Whether a value is an error of this package, of any copy of it. Narrower classes: `instanceof`. */
  static is(value: unknown): value is OAuthError {
    return value instanceof OAuthError;
  }

  /** What happened. A code never changes its meaning. The README has a table of all codes. */
  declare readonly code: ErrorCode;
  /**
   * What helps, whatever the server:
   *
   * - `renew_subject`: the subject token is expired, revoked or not for us: get a fresh one
   * - `user_interaction`: the user has to act, at `interactionUrl` if there is one
   * - `claims_challenge`: the user has to sign in again with these `claims`
   * - `step_up`: more scopes are needed
   * - `narrow_request`: a scope or target is not allowed: ask for less
   * - `denied`: the server said no, finally
   * - `wait`: try again later, after `retryAfterMs` if there is one
   * - `network`: the server was not reached, or not in time
   * - `server_fault`: the server broke the protocol or fell over
   * - `fix_client_auth`: the client's credentials are refused: replace them
   * - `fix_config`: an option, or the server's configuration of this client, is wrong
   * - `report_bug`: a bug of this package
   */
  declare readonly action: Action;
  /** Whether the same call may succeed later. What is safe to repeat has then been repeated already. */
  declare readonly retryable: boolean;
  /** Whose fault it is: of the configuration, the user, the server, the network, or a bug of this package. */
  declare readonly fault: Fault;
  /** The HTTP status of the answer this is about. */
  declare readonly status?: number;

  readonly #fields: Omit<ErrorInit, "message">;
  readonly #headers: Readonly<Record<string, string>> | undefined;

  /** Errors are made by the package. */
  constructor(init: ErrorInit, context: ErrorContext = {}) {
    super(init.message);
    const { message, kind, ...fields } = init as ErrorData;
    this.#fields = fields;
    this.#headers = context.headers;
    for (const [name, value] of Object.entries(fields)) {
      if (value === undefined) delete fields[name as keyof typeof fields];
      else Object.defineProperty(this, name, { value, enumerable: true });
    }
    // A getter: hosts print and clone a plain `cause`, with all that it holds.
    if ("cause" in context) Object.defineProperty(this, "cause", { get: () => context.cause });
  }

  /**
   * The original failure, by identity: what `fetch` rejected with, for example. Printing and cloning leave it out. It is not
   * cleaned, and loggers that follow causes print it.
   */
  declare readonly cause?: unknown;

  /** The headers of the answer this is about: names in lower case, without `set-cookie`. Not part of the JSON. */
  get headers(): Readonly<Record<string, string>> | undefined {
    return this.#headers;
  }

  /** The fields and the message as plain data, without any secret; of the cause its name and code. */
  toJSON(): Record<string, unknown> {
    return { name: this.name, message: this.message, ...this.#shown() };
  }

  /** @internal */
  [INSPECT](depth: number, options: object, inspect?: Inspect): unknown {
    if (depth < 0) return `[${this.name}]`;
    return inspect ? `${this.stack} ${inspect(this.#shown(), options)}` : this.toJSON();
  }

  #shown(): object {
    return "cause" in this ? { ...this.#fields, cause: nameAndCode(this.cause) } : this.#fields;
  }
}

/**
 * The caller's mistake: an option, a parameter, the set-up, or what a function of the caller's gave. Nothing is sent for wrong
 * arguments; other mistakes, such as a `fetch` that gives no readable answer, show only once something was.
 */
export class ConfigError extends OAuthError {
  static {
    named(this, "ConfigError");
  }
  /** What is wrong, as a path: `subjectToken`, `endpoints.token`, `extra.grant_type`. */
  declare readonly field?: string;
}

/** No answer: the server could not be reached, or not in time. `cause` holds what `fetch` rejected with. */
export class NetworkError extends OAuthError {
  static {
    named(this, "NetworkError");
  }
}

/** An answer that is no OAuth answer: an unexpected status, a redirect, or too many bytes. */
export class OAuthHttpError extends OAuthError {
  static {
    named(this, "OAuthHttpError");
  }
  /** The HTTP status of the answer. */
  declare readonly status: number;
  /** How long the server asks to wait, in milliseconds. */
  declare readonly retryAfterMs?: number;
  /** The beginning of the answer, scrubbed of what was sent. */
  declare readonly bodySnippet?: string;
}

/** An OAuth error of the server (RFC 6749 section 5.2), or an answer that breaks the rules of its RFC. */
export class OAuthProtocolError extends OAuthError {
  static {
    named(this, "OAuthProtocolError");
  }
  /** The server's own error code, as it came. */
  declare readonly error?: string;
  /** The server's description, scrubbed of what was sent. */
  declare readonly errorDescription?: string;
  /** The server's page about the error. */
  declare readonly errorUri?: string;
  /** How long the server asks to wait, in milliseconds. */
  declare readonly retryAfterMs?: number;
  /** The challenges of the answer's `WWW-Authenticate` header (RFC 9110 section 11.6.1). */
  declare readonly challenges?: readonly Challenge[];
  /** Where the user has to go first. */
  declare readonly interactionUrl?: string;
  /** The claims the server asks for, to be sent along with the next attempt. */
  declare readonly claims?: string;
}

/** The server refused a token exchange (RFC 8693 section 2.2.2). */
export class TokenExchangeError extends OAuthProtocolError {
  static {
    named(this, "TokenExchangeError");
  }
}

/** The server did not accept this client's authentication (RFC 6749 section 5.2, `invalid_client`). */
export class AuthenticationError extends OAuthProtocolError {
  static {
    named(this, "AuthenticationError");
  }
}

/** The user has to do something before the call can succeed. */
export class UserInteractionRequired extends OAuthError {
  static {
    named(this, "UserInteractionRequired");
  }
  /** Where the user has to go. */
  declare readonly interactionUrl?: string;
}

/** A token was refused (RFC 6750 section 3.1, `invalid_token`). */
export class InvalidTokenError extends OAuthError {
  static {
    named(this, "InvalidTokenError");
  }
  /** The description of whoever refused it, scrubbed. */
  declare readonly errorDescription?: string;
  /** The claims that are asked for, to be sent along with the next attempt. */
  declare readonly claims?: string;
}

/** A token lacks a scope (RFC 6750 section 3.1, `insufficient_scope`). */
export class InsufficientScopeError extends OAuthError {
  static {
    named(this, "InsufficientScopeError");
  }
  /** The scopes that the resource asks for. */
  declare readonly requiredScopes: readonly string[];
  /** The resource's description, scrubbed. */
  declare readonly errorDescription?: string;
}

/** There is no token for a resource. */
export class ResourceAccessError extends OAuthError {
  static {
    named(this, "ResourceAccessError");
  }
}

/** A storage failed, or a record of it cannot be read. */
export class StorageError extends OAuthError {
  static {
    named(this, "StorageError");
  }
}

/** A defect in this package. The call that met it failed; the package keeps working. */
export class InternalError extends OAuthError {
  static {
    named(this, "InternalError");
  }
}

const CLASSES: Readonly<Record<ErrorKind, new (init: ErrorInit, context?: ErrorContext) => OAuthError>> = {
  config: ConfigError,
  network: NetworkError,
  http: OAuthHttpError,
  protocol: OAuthProtocolError,
  token_exchange: TokenExchangeError,
  authentication: AuthenticationError,
  user_interaction: UserInteractionRequired,
  invalid_token: InvalidTokenError,
  insufficient_scope: InsufficientScopeError,
  resource_access: ResourceAccessError,
  storage: StorageError,
  oauth: OAuthError,
  internal: InternalError,
};

/** The error for what the core reported. @internal */
export function toError(data: ErrorData, context?: ErrorContext): OAuthError {
  return new CLASSES[data.kind](data, context);
}

/** A mistake of the caller that is seen on this side of the boundary. @internal */
export function configError(code: ErrorCode, field: string | undefined, message: string, cause?: unknown): ConfigError {
  const init: ErrorInit = { code, message: shown(message), action: "fix_config", retryable: false, fault: "config" };
  if (field !== undefined) init.field = shown(field);
  return new ConfigError(init, cause === undefined ? undefined : { cause });
}

/** As the core escapes what it shows: names may come from a request, and end in a log. */
function shown(text: string): string {
  return text.replace(
    /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    (character) => SHORT[character] ?? `\\u${(65536 + character.charCodeAt(0)).toString(16).slice(1)}`,
  );
}

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A bug of ours that is seen on this side of the boundary. @internal */
export function defect(message: string, cause: unknown): OAuthError {
  return toError(
    { kind: "internal", code: "internal_error", message, action: "report_bug", retryable: false, fault: "bug" },
    { cause },
  );
}

/** The name is a literal on the prototype: bundlers rename classes, and stack traces take it from there. */
function named(type: typeof OAuthError, name: string): void {
  Object.defineProperty(type.prototype, "name", { value: name, writable: true, configurable: true });
  brand(type, name);
}

/** All that is printed of a cause: its message may quote the request it failed with. */
function nameAndCode(cause: unknown): object {
  if (!isObject(cause)) return { name: typeof cause };
  const code = codeOf(cause);
  let name: unknown;
  try {
    name = (cause as Error).name;
  } catch {
    // It has none that can be read.
  }
  return { name: typeof name === "string" ? name : "Error", ...(code && { code }) };
}

/**
 * The code of the innermost cause that has one: the fetch of Node says only "fetch failed", and keeps the system's code
 * below. Codes are words such as `ECONNREFUSED`: any other text may be a secret.
 *
 * @internal
 */
export function codeOf(cause: unknown, depth = 4): string | undefined {
  try {
    const { code, cause: inner } = cause as { code: string; cause?: unknown };
    return (depth > 0 && codeOf(inner, depth - 1)) || /^[A-Z][A-Z0-9_]{1,63}$/.exec(code)?.[0];
  } catch {
    return undefined;
  }
}
