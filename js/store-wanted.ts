/**
 * The arguments of a store's methods, checked: what the core does not see.
 *
 * @internal
 */
import { Deadline, signalOf } from "./deadline.js";
import { requirePlain } from "./encode.js";
import { configError, OAuthError, toError } from "./errors.js";
import type { Action } from "./generated.js";
import type { StoreFunctions } from "./store-config.js";
import type { StoreFetchOptions } from "./store-types.js";
import type { AbortSignalLike } from "./types.js";

/** What a call wants. */
export interface Wanted {
  readonly subject?: string | null | undefined;
  readonly actor?: string | undefined;
  /** Scopes, joined by spaces. */
  readonly scope?: string | undefined;
  readonly signal?: AbortSignalLike | undefined;
  readonly cache?: boolean | undefined;
  /** True when the provider was asked already, and `subject` is what it gave. */
  readonly asked?: boolean;
}

/** The name of a configuration. */
export function refOf(ref: unknown): string {
  return tokenOf("ref", ref);
}

/** A string that must be there and not be empty. */
export function tokenOf(field: string, value: unknown): string {
  if (value == null || value === "") throw configError("missing_option", field, `${field} is required`);
  if (typeof value === "string") return value;
  throw configError("invalid_option", field, `${field} must be a string`);
}

/** The options of `findByRef` and `invalidateCache`. */
export function findOptions(options: unknown): Wanted {
  return wanted(options, FIND);
}

/** The options of `getToken`. */
export function tokenOptions(options: unknown): Wanted {
  return wanted(options, TOKEN);
}

/** The options of `fetch`. */
export function fetchOptions(options: unknown): Wanted & Pick<StoreFetchOptions, "stepUp"> {
  const { stepUp } = (options ?? {}) as StoreFetchOptions;
  if (stepUp != null && stepUp !== "throw" && stepUp !== "exchange") {
    throw configError("invalid_option", "stepUp", 'stepUp must be "throw" or "exchange"');
  }
  return { ...wanted(options, FETCH), stepUp };
}

/** There is nobody to act for. */
export function unavailable(ref: string): OAuthError {
  return toError({
    kind: "oauth",
    code: "subject_token_unavailable",
    message: `there is no subject token for ${JSON.stringify(ref)}: nobody is signed in`,
    action: "renew_subject",
    retryable: false,
    fault: "user",
  });
}

/** Whether `findByRef` rejects with a failure; otherwise there is no credential. */
export function rejects(error: unknown, wanted: Wanted | undefined, throws: boolean): boolean {
  if (wanted?.signal?.aborted && error === wanted.signal.reason) return true;
  if (!OAuthError.is(error)) return throws;
  const { code, field, action } = error as OAuthError & { readonly field?: string };
  if (code === "client_closed" || (code === "missing_option" && field === "subjectToken")) return true;
  // A token that the caller has written, rather than a provider, is an argument.
  if (field === "subjectToken" && wanted?.subject !== undefined && !wanted.asked) return true;
  if (field === "actorToken" && wanted?.actor !== undefined) return true;
  return throws && !FOR_THE_USER.has(action);
}

/** The token of a provider, whose wait the caller may end. */
export async function ask(
  functions: StoreFunctions,
  whose: "subject" | "actor",
  ref: string,
  signal: AbortSignalLike | undefined,
): Promise<string | null | undefined> {
  const provide = functions[`${whose}TokenProvider`];
  if (!provide && whose === "actor") return undefined;
  if (!provide) {
    throw configError("missing_option", "subjectToken", "give subjectToken, or the store a subjectTokenProvider");
  }
  if (!signal) return givenBy(whose, await provide(ref, NO_SIGNAL));
  const wait = new Deadline(undefined, signal);
  try {
    return givenBy(whose, await wait.wait(provide(ref, { signal })));
  } finally {
    wait.end();
  }
}

/** What a provider gave, which may be anything. */
export function givenBy(whose: "subject" | "actor", token: unknown): string | null | undefined {
  if (token == null || typeof token === "string") return token;
  throw configError("invalid_option", `${whose}TokenProvider`, `${whose}TokenProvider must give a string or null`);
}

/** What a provider is called with by a call that has no signal. */
export const NO_SIGNAL: { readonly signal?: AbortSignalLike } = Object.freeze({});

function wanted(options: unknown, known: readonly string[]): Wanted {
  if (options == null) return {};
  const given = requirePlain(options, "options");
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) throw configError("unknown_option", name, `there is no option ${name}`);
  }
  const { subjectToken, actorToken, scope, cache } = given;
  if (cache != null && typeof cache !== "boolean") {
    throw configError("invalid_option", "cache", "cache must be true or false");
  }
  return {
    subject: subjectToken == null ? undefined : tokenOf("subjectToken", subjectToken),
    actor: actorToken == null ? undefined : tokenOf("actorToken", actorToken),
    scope: scope == null ? undefined : scopeOf(scope),
    signal: signalOf(options),
    cache: cache ?? undefined,
  };
}

function scopeOf(scope: unknown): string {
  const list = Array.isArray(scope) ? scope : [scope];
  if (list.every((one) => typeof one === "string")) return list.join(" ");
  throw configError("invalid_option", "scope", "scope must be a string or an array of strings");
}

/** What the user, and nobody else, can mend. */
const FOR_THE_USER: ReadonlySet<Action> = new Set<Action>([
  "renew_subject",
  "user_interaction",
  "claims_challenge",
  "denied",
  "step_up",
]);
const FIND = ["subjectToken", "actorToken", "signal", "cache"] as const;
const TOKEN = [...FIND, "scope"] as const;
const FETCH = ["subjectToken", "actorToken", "stepUp"] as const;
