/**
 * The options of a store on their way into the core, and its configurations as they are used.
 *
 * @internal
 */
import { invalid, requireFunctions, requirePlain } from "./arguments.js";
import { ask } from "./ask.js";
import { authData } from "./auth.js";
import type { Lane, TokenCache } from "./cache.js";
import { parseDocument } from "./document.js";
import { abandon, failure } from "./driver.js";
import { encodeOptions, json } from "./encode.js";
import { Engine } from "./engine.js";
import { ConfigError, configError } from "./errors.js";
import { type EventBase, scopesOf } from "./events.js";
import type { StoreConfig } from "./generated.js";
import { hostOf } from "./host.js";
import type { TokenExchangeConfig, TokenExchangeStoreOptions, TokenOptions } from "./store-types.js";
import type { FetchLike } from "./types.js";

/** The functions among the options of a store. */
export type StoreFunctions = Pick<TokenExchangeStoreOptions, (typeof FUNCTIONS)[number]>;

/** One configuration of a store. Its client is made at the first exchange. */
export class Slot {
  readonly config: TokenExchangeConfig;
  readonly about: StoreConfig;
  readonly active: boolean;
  readonly engine: Engine;
  /** What bounds an exchange beside what is asked for: where it differs, none is shared. */
  readonly limits: string;
  /** The entries by subject token of the configured scopes, once a token was asked for and if that can be all. */
  hot: Lane["entries"] | undefined;
  /** Whether a subject token and the configured scopes are all that tells tokens of the configuration apart. */
  readonly #plain: boolean;
  readonly #cache: TokenCache;
  /** By scopes; those configured have no name. */
  readonly #fingerprints = new Map<string | undefined, string>();

  constructor(config: TokenExchangeConfig, about: StoreConfig, cache: TokenCache, plain: boolean, text: string) {
    const { tags } = config;
    this.config =
      tags == null ? config : { ...config, tags: Object.freeze(typeof tags === "string" ? [tags] : [...tags]) };
    this.about = about;
    this.active = config.status === "active";
    const host = hostOf(config);
    this.engine = new Engine(host, text);
    this.limits = [host.timeoutMs, host.maxResponseBytes, config.maxRetries].join();
    this.#cache = cache;
    this.#plain = plain && this.active;
  }

  /** What tells its tokens from those of other configurations: those of the same share them. */
  get identity(): string {
    return this.#fingerprint(undefined);
  }

  /** Who is asked for its tokens, as messages name it. */
  get asked(): string {
    return new URL(this.config.tokenEndpoint ?? this.about.issuer).origin;
  }

  /** The lane of these scopes, or of the configured ones. Throws `ConfigError` for a scope that cannot be asked for. */
  laneOf(scope: string | undefined): Lane {
    const lane = this.#cache.lane(this.#fingerprint(scope), this, scope === undefined);
    if (scope === undefined && this.#plain) this.hot = lane.entries;
    return lane;
  }

  /** Throws the `ConfigError` of an exchange for tokens or scopes that are none. Any other fault is told of by the calls. */
  check(params: Pick<TokenOptions, "subjectToken" | "actorToken" | "scope">): void {
    const begun = this.engine.begin(JSON.stringify(params), Date.now());
    abandon(begun);
    const { step } = begun;
    if (step.type === "failed" && /^(subjectToken|actorToken|scope)$/.test(step.error.field ?? ""))
      throw failure(step.error, undefined);
  }

  /** What every event of the configuration says. */
  eventBase(scope: string | undefined): EventBase {
    const { issuer, clientId, resource, scopes } = this.about;
    return {
      ref: this.config.ref,
      issuer,
      ...(clientId !== undefined && { clientId }),
      resource,
      requestedScopes: scope === undefined ? scopes : scopesOf([scope]),
    };
  }

  #fingerprint(scope: string | undefined): string {
    let fingerprint = this.#fingerprints.get(scope);
    if (fingerprint === undefined) {
      fingerprint = scope === undefined ? this.engine.ask() : this.engine.ask(scope);
      // Scopes may come from resources: what is remembered of them stays small.
      if (this.#fingerprints.size >= MOST_FINGERPRINTS) this.#fingerprints.clear();
      this.#fingerprints.set(scope, fingerprint);
    }
    return fingerprint;
  }
}

/** Checks the options of a store. Throws `ConfigError` that names the first bad one. Does nothing else. */
export function slotsOf(options: unknown, cache: TokenCache): Map<string, Slot> {
  const plain = requirePlain(options, "options");
  const { configs, ...rest } = plain;
  requireFunctions(rest, ...FUNCTIONS);
  for (const name of FUNCTIONS) delete rest[name];
  const caps = json(rest, "options");
  // Each is written by itself: its exchanges need it alone, and its errors its path.
  const texts = Array.isArray(configs) ? configs.map((config, index) => encodeConfig(config, `configs[${index}]`)) : [];
  // Put together from these texts, for the core checks a store as a whole: writing them a second time would be for nothing.
  const all = Array.isArray(configs)
    ? `{"configs":[${texts.join()}]${caps === "{}" ? "" : ","}${caps.slice(1)}`
    : json({ ...rest, configs }, "options");
  const described = describe(configs, all);
  if (plain["fetch"] != null && plain["fetchFn"] != null) throw invalid("fetchFn", "absent beside `fetch`");
  const fetch = (plain["fetch"] ?? plain["fetchFn"]) as FetchLike | undefined;
  // Then the quick way of `findByRef` would leave something out.
  const plainly =
    plain["subjectTokenProvider"] != null && plain["actorTokenProvider"] == null && plain["onEvent"] == null;
  const slots = new Map<string, Slot>();
  for (const [index, config] of (configs as TokenExchangeConfig[]).entries()) {
    const text = [texts[index], `configs[${index}]`, caps].join("\n");
    const own = { ...config, fetch: config.fetch ?? fetch };
    slots.set(config.ref, new Slot(own, described[index] as StoreConfig, cache, plainly, text));
  }
  return slots;
}

/** Throws the `ConfigError` for what no exchange takes for a token. `field` is where it was given. */
export function checkToken(field: "subjectToken" | "actorToken", token: string, slots: Iterable<Slot>): void {
  try {
    ask("checkToken", token, field);
  } catch (error) {
    // Of some types a token may be longer than of others. Each is asked once: users choose how much there is to look at.
    const types = new Map(Array.from(slots, (slot) => [slot.config[`${field}Type`], slot]));
    for (const slot of types.values()) {
      try {
        slot.check({ subjectToken: "-", [field]: token });
        return;
      } catch {
        // Nor is it for this one.
      }
    }
    throw error;
  }
}

/** Asks the core, unless it has seen the very same configurations: some make a store for each request. */
function describe(configs: unknown, text: string): StoreConfig[] {
  const known = CHECKED.get(configs as object);
  if (known?.text === text) return known.described;
  // Frozen: listeners are handed parts of it.
  const described = parseDocument(ask("describeStore", text)) as unknown as StoreConfig[];
  CHECKED.set(configs as object, { text, described });
  return described;
}

function encodeConfig(config: unknown, path: string): string {
  const plain = requirePlain(config, path);
  return at(path, () => {
    const { fetch, auth, ...rest } = plain;
    requireFunctions(plain, "fetch");
    // What a function does cannot be compared: its tokens are for its own configuration.
    const own = fetch != null || typeof auth === "function" ? rest["ref"] : undefined;
    return encodeOptions(rest, authData(auth), { own }, "");
  });
}

/** Puts a path before the field of an error. */
function at<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    const { code, field: inner = "", message, cause } = thrown;
    const field = inner ? `${path}.${inner}` : path;
    throw configError(
      code,
      field,
      message.replace(`\`${inner}`, () => `\`${field}`),
      cause,
    );
  }
}

const FUNCTIONS = ["subjectTokenProvider", "actorTokenProvider", "fetch", "fetchFn", "onError", "onEvent"] as const;
const CHECKED = new WeakMap<object, { readonly text: string; readonly described: StoreConfig[] }>();
const MOST_FINGERPRINTS = 256;
