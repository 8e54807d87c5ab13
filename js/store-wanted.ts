/**
 * What a call of a store wants, as its arguments say, and the tokens that it does not name.
 *
 * @internal
 */
import { invalid, refuse, requireOneOf, requirePlain, requireText } from "./arguments.js";
import { type Deadline, signalOf } from "./deadline.js";
import { configError, type OAuthError, toError } from "./errors.js";
import { timedOut } from "./host.js";
import { isObject } from "./shape.js";
import type { Slot } from "./store-config.js";
import { deadlineOf, type ProviderContext } from "./store-context.js";
import type { StoreFetchOptions, TokenExchangeStoreOptions } from "./store-types.js";
import type { AbortSignalLike } from "./types.js";

/** What a call wants. */
export interface Wanted {
  readonly subject?: string | undefined;
  readonly actor?: string | undefined;
  /** Scopes, joined by spaces. */
  readonly scope?: string | undefined;
  /** A claims request as JSON text. */
  readonly claims?: string | undefined;
  readonly signal?: AbortSignalLike | undefined;
  readonly cache?: boolean | undefined;
}

/** What there is of a call that was begun already. It goes on although the store is closed meanwhile. */
export interface Begun {
  readonly slot: Slot;
  /** What the provider of subject tokens gives, when it was asked. */
  readonly asked?: PromiseLike<unknown>;
  /** What it was called with. */
  readonly context?: ProviderContext;
}

/** The name of a configuration. */
export function refOf(ref: unknown): string {
  return requireText("ref", ref);
}

/** The options of a method that takes those of these names. */
export function wantedOf(options: unknown, names: readonly string[]): Wanted {
  if (options == null) return {};
  const given = requirePlain(options, "options");
  for (const name of Object.keys(given)) if (!names.includes(name)) refuse(given, name);
  const { subjectToken, actorToken, scope, cache } = given;
  return {
    subject: subjectToken == null ? undefined : requireText("subjectToken", subjectToken),
    actor: actorToken == null ? undefined : requireText("actorToken", actorToken),
    scope: scope == null ? undefined : scopeOf(scope),
    signal: signalOf(options),
    cache: requireOneOf("cache", cache, true, false),
  };
}

/** The options of `fetch`. */
export function fetchOptions(options: unknown): Wanted & Pick<StoreFetchOptions, "stepUp"> {
  const { stepUp } = (options ?? {}) as StoreFetchOptions;
  return { ...wantedOf(options, FETCH), stepUp: requireOneOf("stepUp", stepUp, "throw", "exchange") };
}

/** Throws the `ConfigError` of a call that acts for nobody: it names no subject token, and nobody can be asked. */
export function requireSubject(subject: string | undefined, { subjectTokenProvider }: TokenProviders): void {
  if (subject !== undefined || subjectTokenProvider) return;
  const message = "`subjectToken` is required, or a `subjectTokenProvider` of the store";
  throw configError("missing_option", "subjectToken", message);
}

/** The tokens of a call: its own, or what the providers give in the time of the call. */
export async function tokensOf(
  providers: TokenProviders,
  ref: string,
  { subject, actor, asked }: Wanted & Partial<Begun>,
  context: ProviderContext,
): Promise<{ subject: string; actor: string | undefined }> {
  let wait: Deadline | undefined;
  const ask = async (name: keyof TokenProviders, asked?: unknown): Promise<string | undefined> => {
    let token = asked ?? providers[name]?.(ref, context);
    if (isObject(token)) {
      wait = deadlineOf(context);
      try {
        token = await wait.wait(token);
      } catch (cause) {
        throw wait.expired ? timedOut(`\`${name}\``, cause) : cause;
      }
    }
    if (token == null || token === "") return undefined;
    if (typeof token === "string") return token;
    throw invalid(name, "a function that gives a string or null");
  };
  try {
    requireSubject(subject, providers);
    subject ??= await ask("subjectTokenProvider", asked);
    if (subject === undefined) throw unavailable(ref);
    actor ??= await ask("actorTokenProvider");
    return { subject, actor };
  } finally {
    wait?.end();
  }
}

/** There is nobody to act for. */
function unavailable(ref: string): OAuthError {
  return toError({
    kind: "oauth",
    code: "subject_token_unavailable",
    message: `there is no subject token for ${JSON.stringify(ref)}: nobody is signed in`,
    action: "renew_subject",
    retryable: false,
    fault: "user",
  });
}

function scopeOf(scope: unknown): string {
  const list = Array.isArray(scope) ? scope : [scope];
  if (list.every((one) => typeof one === "string")) return list.join(" ");
  throw invalid("scope", "a string or an array of strings");
}

type TokenProviders = Pick<TokenExchangeStoreOptions, "subjectTokenProvider" | "actorTokenProvider">;

const TOKENS = ["subjectToken", "actorToken"] as const;
const FETCH = [...TOKENS, "stepUp"] as const;
/** Of `findByRef`. */
export const FIND = [...TOKENS, "signal", "cache"] as const;
/** Of `getToken`. */
export const TOKEN = [...FIND, "scope"] as const;
