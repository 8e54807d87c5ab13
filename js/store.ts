import { brand } from "./brand.js";
import { type Entry, TokenCache } from "./cache.js";
import type { DisposableWhereKnown } from "./client.js";
import { enter, instance } from "./core.js";
import { credentialOf, listed } from "./credential.js";
import { Deadline } from "./deadline.js";
import { configError, OAuthError } from "./errors.js";
import { Flights, type Start } from "./flight.js";
import type { Outcome } from "./generated.js";
import { INSPECT, type Inspect, printed } from "./redact.js";
import { given, ResourceRequest } from "./resource.js";
import { type Slot, type StoreFunctions, slotsOf } from "./store-config.js";
import { fetchWithToken } from "./store-fetch.js";
import { StoreReporter } from "./store-report.js";
import type {
  Credential,
  CredentialKind,
  FindOptions,
  StoreFetchOptions,
  StoreStats,
  TokenExchangeStoreOptions,
  TokenOptions,
  TokenProvider,
} from "./store-types.js";
import { SubjectStore } from "./store-view.js";
import {
  ask,
  fetchOptions,
  findOptions,
  givenBy,
  NO_SIGNAL,
  refOf,
  rejects,
  tokenOf,
  tokenOptions,
  unavailable,
  type Wanted,
} from "./store-wanted.js";
import { TokenResponse } from "./token-response.js";
import type { AbortSignalLike, HostRequestInit, HostResponse, ResourceInput } from "./types.js";

/** A token, of which configuration it is, and where it is kept, if it is. */
interface Found {
  readonly slot: Slot;
  readonly response: TokenResponse;
  readonly entry: Entry | undefined;
}

/**
 * Exchanges the tokens of users for narrow ones, one per user and target, and remembers them: a `CredentialStore` whose
 * credentials are exchanged when they are asked for (RFC 8693).
 *
 * A token is given out only for the very subject token, actor token and configuration that it was exchanged for. Calls for
 * the same one share one exchange. Use one store for all users, and `forSubject` for each request. Making one does no I/O.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: what the interface adds is defined in the static block.
export class TokenExchangeStore {
  static {
    brand(this, "TokenExchangeStore");
    const dispose: symbol | undefined = (Symbol as { dispose?: symbol }).dispose;
    if (dispose) Object.defineProperty(this.prototype, dispose, { value: this.prototype.close });
  }

  readonly #slots: Map<string, Slot>;
  readonly #cache: TokenCache;
  readonly #flights = new Flights<Found>();
  readonly #functions: StoreFunctions;
  readonly #throws: boolean;
  readonly #reporter: StoreReporter | undefined;
  readonly #provide: TokenProvider | undefined;
  #closed = false;
  #hits = 0;
  #misses = 0;
  #joins = 0;
  #evictions = 0;

  /** Throws `ConfigError` that names the first bad option, such as `configs[2].clientId`. */
  constructor(options: TokenExchangeStoreOptions) {
    const { maxEntries, onEvent } = options ?? {};
    this.#cache = new TokenCache(maxEntries ?? 10_000, (entry, outcome) => {
      if (outcome === "evicted") this.#evictions++;
      this.#reporter?.evicted(entry, outcome);
    });
    this.#slots = slotsOf(options, this.#cache);
    const { subjectTokenProvider, actorTokenProvider, onError } = options;
    this.#functions = { subjectTokenProvider, actorTokenProvider, onError };
    this.#provide = subjectTokenProvider ?? undefined;
    this.#throws = options.onUnavailable === "throw";
    this.#reporter = onEvent ? new StoreReporter(onEvent) : undefined;
  }

  /**
   * The credential of a configuration for whoever is asking, or `null`: unknown or inactive configuration, nobody to act
   * for, or a failure. Why goes to `onError`.
   *
   * Rejects with `ConfigError` for wrong arguments, with the caller's own `signal.reason`, and for nothing else unless
   * `onUnavailable` is `"throw"`: then only what the user has to mend gives `null`.
   */
  findByRef(ref: string, options?: FindOptions): Promise<Credential | null> {
    let asked = false;
    try {
      const slot = this.#slots.get(ref);
      const provide = this.#provide;
      if (options !== undefined || !slot?.hot || !provide || this.#closed) {
        return this.#find(refOf(ref), findOptions(options));
      }
      asked = true;
      // `then`, not `await`: an async function of this size costs a fifth more than a look into a map should.
      return Promise.resolve(provide(ref, NO_SIGNAL)).then(
        (subject) => this.#quick(slot, ref, subject),
        (error) => this.#refuse(error, ref, undefined),
      );
    } catch (error) {
      return Promise.reject(error).catch((thrown) => {
        if (asked) return this.#refuse(thrown, ref, undefined);
        throw thrown;
      });
    }
  }

  /** The token that `findByRef` makes a credential of. Rejects with an `OAuthError` that says what is wrong. */
  async getToken(ref: string, options?: TokenOptions): Promise<TokenResponse> {
    return (await this.#get(refOf(ref), tokenOptions(options))).response;
  }

  /**
   * Calls the resource of a configuration with its token. Takes what `fetch` takes.
   *
   * After a 401 the token is exchanged anew, once, if the body can be sent again. The token goes to the origins of the
   * configuration only: any other is refused with `endpoint_origin` before anything is sent. A redirect comes back as it is.
   */
  async fetch(
    ref: string,
    input: ResourceInput,
    init?: HostRequestInit,
    options?: StoreFetchOptions,
  ): Promise<HostResponse> {
    const { stepUp, ...wanted } = fetchOptions(options);
    const request = new ResourceRequest(input, init);
    const slot = this.#slot(refOf(ref));
    const response = await fetchWithToken(request, slot, stepUp, {
      get: (scope) => this.#get(ref, { ...wanted, scope: scope ?? wanted.scope, signal: request.signal }),
      refused: (found) => this.#forget(found),
    });
    return given(response);
  }

  /** The store as one user sees it, for the time of a request. It shares everything and costs nothing. */
  forSubject(subjectToken: string, options?: { readonly actorToken?: string | null | undefined }): SubjectStore {
    return new SubjectStore(this, tokenOf("subjectToken", subjectToken), options);
  }

  /** The active configurations. `ref` is their name there. */
  async listActive(): Promise<Credential[]> {
    return [...this.#slots.values()].filter(({ active }) => active).map(({ config }) => listed(config));
  }

  /** The active configurations of a kind. */
  async listByKind(kind: CredentialKind): Promise<Credential[]> {
    return (await this.listActive()).filter((credential) => credential.kind === kind);
  }

  /** Forgets the tokens of a configuration, or of all; of one subject, or of all. Gives how many there were. */
  invalidateCache(ref?: string | null, options?: { readonly subjectToken?: string | null | undefined }): number {
    const slot = ref == null ? undefined : this.#slots.get(refOf(ref));
    const { subject } = findOptions(options);
    if (ref != null && !slot) return 0;
    const owns = (entry: Entry) => slot === undefined || entry.lane.owners.has(slot);
    return this.#invalidate((entry) => owns(entry) && (subject === undefined || entry.subject === subject));
  }

  /** Forgets all tokens. Gives how many there were. */
  flushCache(): number {
    return this.#invalidate(() => true);
  }

  /**
   * Forgets the tokens of a user, by issuer and subject of the user's own token or of the exchanged one, where these are
   * JWTs (RFC 7519 section 4.1). Gives how many there were. For logout and revocation notices.
   */
  revokeByIdentity(issuer: string, subject: string): number {
    tokenOf("issuer", issuer);
    tokenOf("subject", subject);
    const { core } = instance();
    const isAbout = (token: string) => enter(instance(), () => core.isAbout(token, issuer, subject));
    return this.#invalidate(
      (entry) => isAbout(entry.subject) || (entry.response !== undefined && isAbout(entry.response.accessToken)),
    );
  }

  /** What the store has done so far. */
  stats(): StoreStats {
    return {
      entries: this.#cache.size,
      hits: this.#hits,
      misses: this.#misses,
      joins: this.#joins,
      evictions: this.#evictions,
      inFlight: this.#flights.size,
    };
  }

  /** Forgets all tokens, lets running calls finish, and refuses later ones with `client_closed`. May be called twice. */
  close(): void {
    this.#closed = true;
    this.flushCache();
    for (const slot of this.#slots.values()) slot.engine.close();
  }

  /** @internal */
  [INSPECT](depth: number, options: object, inspect?: Inspect): unknown {
    const view = { refs: [...this.#slots.keys()], ...this.stats() };
    return printed("TokenExchangeStore", view, depth, options, inspect);
  }

  /** What nearly every lookup needs, and nothing else. */
  #quick(slot: Slot, ref: string, subject: string | null | undefined): Credential | Promise<Credential | null> {
    const entry = slot.hot?.get(subject as string);
    if (entry !== undefined && entry.owner === slot) {
      const now = Date.now();
      if (now < entry.usableUntil && now >= this.#cache.believedFrom) {
        entry.used = true;
        this.#hits++;
        return entry.credential as Credential;
      }
    }
    return this.#find(ref, { subject, asked: true });
  }

  async #find(ref: string, wanted: Wanted): Promise<Credential | null> {
    try {
      return this.#credential(await this.#get(ref, wanted));
    } catch (error) {
      return this.#refuse(error, ref, wanted);
    }
  }

  /** What `findByRef` makes of a failure. */
  #refuse(error: unknown, ref: string, wanted: Wanted | undefined): null {
    if (rejects(error, wanted, this.#throws)) throw error;
    try {
      const result = this.#functions.onError?.(error, { ref }) as Partial<Promise<unknown>> | undefined;
      result?.catch?.(() => {});
    } catch {
      // The failure has been told of; what the listener does with it is its own affair.
    }
    return null;
  }

  #credential({ slot, response, entry }: Found): Credential {
    if (entry?.response !== response) return credentialOf(slot.config, response);
    if (entry.owner === slot) return entry.credential as Credential;
    entry.owner = slot;
    return (entry.credential = credentialOf(slot.config, response));
  }

  /** The configuration of this name. Throws `ConfigError`. */
  #slot(ref: string): Slot {
    if (this.#closed) throw configError("client_closed", undefined, "this store has been closed");
    const slot = this.#slots.get(ref);
    if (!slot)
      throw configError("unknown_ref", "ref", `no configuration of this store has the ref ${JSON.stringify(ref)}`);
    if (slot.active) return slot;
    throw configError("inactive_ref", "ref", `the configuration ${JSON.stringify(ref)} is not active`);
  }

  async #get(ref: string, wanted: Wanted): Promise<Found> {
    const started = performance.now();
    let slot: Slot | undefined;
    let found: Promise<Found> | Found;
    try {
      slot = this.#slot(ref);
      const { signal, scope } = wanted;
      if (signal?.aborted) throw signal.reason;
      const subject = wanted.asked
        ? givenBy("subject", wanted.subject)
        : (wanted.subject ?? (await ask(this.#functions, "subject", ref, signal)));
      if (subject == null || subject === "") throw unavailable(ref);
      const actor = wanted.actor ?? (await ask(this.#functions, "actor", ref, signal)) ?? undefined;
      // A provider may have taken its time.
      if (this.#closed) this.#slot(ref);
      found = this.#lookup(slot, subject, actor === "" ? undefined : actor, scope, wanted);
    } catch (error) {
      this.#reporter?.failed(error, ref, slot, wanted.scope, undefined, started);
      throw error;
    }
    return found;
  }

  #lookup(
    slot: Slot,
    subject: string,
    actor: string | undefined,
    scope: string | undefined,
    { signal, cache }: Wanted,
  ): Promise<Found> | Found {
    const lane = slot.laneOf(scope);
    if (cache === false) return this.#alone(slot, subject, actor, scope, signal);
    const entry = this.#cache.entry(lane, subject, actor);
    const now = Date.now();
    if (entry.response && now < entry.usableUntil && now >= this.#cache.believedFrom) {
      entry.used = true;
      this.#hits++;
      this.#reporter?.hit(slot, entry, scope, false);
      return { slot, response: entry.response, entry };
    }
    return this.#share(slot, entry, scope, signal);
  }

  /** An exchange that is nobody else's business. */
  async #alone(
    slot: Slot,
    subject: string,
    actor: string | undefined,
    scope: string | undefined,
    signal: AbortSignalLike | undefined,
  ): Promise<Found> {
    this.#misses++;
    const { response } = await this.#exchange(slot, subject, actor, scope, signal);
    return { slot, response, entry: undefined };
  }

  /** Joins the exchange of an entry, or starts one. */
  async #share(
    slot: Slot,
    entry: Entry,
    scope: string | undefined,
    signal: AbortSignalLike | undefined,
  ): Promise<Found> {
    const started = performance.now();
    const wait = new Deadline(undefined, signal);
    let joined = true;
    const start = async (flight: Start): Promise<Found> => {
      joined = false;
      this.#misses++;
      const { response, keep } = await this.#exchange(slot, entry.subject, entry.actor, scope, flight.deadline.signal);
      keep(entry);
      return { slot, response, entry };
    };
    entry.flights++;
    const flight = this.#flights.join(entry, wait, slot.timeoutMs, start);
    if (joined) this.#joins++;
    let failure: unknown;
    try {
      const found = await flight;
      if (joined) this.#reporter?.joined(slot, entry, scope, started, found.response);
      return found;
    } catch (error) {
      if (joined) this.#reporter?.joined(slot, entry, scope, started, error);
      failure = error;
    } finally {
      wait.end();
      entry.flights--;
      this.#cache.tidy(entry);
    }
    const { response } = entry;
    // The caller has gone, or there is nothing left of the old token.
    if (signal?.aborted || !response || !OAuthError.is(failure)) throw failure;
    const now = Date.now();
    if (failure.retryable && now < entry.staleUntil && now >= this.#cache.believedFrom) {
      this.#reporter?.hit(slot, entry, scope, now >= entry.usableUntil);
      return { slot, response, entry };
    }
    if (!failure.retryable) this.#forget({ slot, response, entry });
    throw failure;
  }

  async #exchange(
    slot: Slot,
    subjectToken: string,
    actorToken: string | undefined,
    scope: string | undefined,
    signal: AbortSignalLike | undefined,
  ): Promise<{ response: TokenResponse; keep(entry: Entry): void }> {
    const started = performance.now();
    const params = JSON.stringify({ subjectToken, actorToken, scope });
    try {
      const { value, answer } = await slot.engine.run((raw, now) => raw.start(params, now), slot.timeoutMs, signal);
      const { usableUntil, staleUntil, ...token } = (value as Extract<Outcome, { type: "token" }>).token;
      const response = TokenResponse.of(token, answer?.body ?? "", answer?.headers ?? {});
      this.#reporter?.exchanged(slot, scope, subjectToken, started, response);
      const keep = (entry: Entry) => {
        if (usableUntil !== undefined) this.#cache.keep(entry, response, Date.now(), usableUntil, staleUntil ?? 0);
      };
      return { response, keep };
    } catch (error) {
      this.#reporter?.failed(error, slot.config.ref, slot, scope, subjectToken, started);
      throw error;
    }
  }

  /** Forgets a token that was refused, unless a newer one has taken its place. */
  #forget({ response, entry }: Found): void {
    if (entry?.response !== response) return;
    this.#reporter?.evicted(entry, "refused");
    this.#cache.drop(entry);
  }

  #invalidate(matches: (entry: Entry) => boolean): number {
    return this.#cache.dropAll((entry) => {
      if (!matches(entry)) return false;
      if (entry.response) this.#reporter?.evicted(entry, "invalidated");
      return true;
    });
  }
}

// For the typings: `using` where the host's library has it, and nothing where it has not.
export interface TokenExchangeStore extends DisposableWhereKnown {}
