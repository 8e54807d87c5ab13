import { closed, requireText } from "./arguments.js";
import { ask } from "./ask.js";
import { attempt, nothing, tell } from "./attempt.js";
import { brand } from "./brand.js";
import type { Entry } from "./cache.js";
import type { DisposableWhereKnown } from "./client.js";
import { credentialOf, listed } from "./credential.js";
import { Deadline } from "./deadline.js";
import { configError, OAuthError } from "./errors.js";
import { resourceRequest } from "./resource.js";
import { checkToken, type Slot, type StoreFunctions, slotsOf } from "./store-config.js";
import { ProviderContext } from "./store-context.js";
import { fetchWithToken } from "./store-fetch.js";
import { type Found, StoreTokens } from "./store-tokens.js";
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
  type Begun,
  FIND,
  fetchOptions,
  refOf,
  requireSubject,
  TOKEN,
  tokensOf,
  type Wanted,
  wantedOf,
} from "./store-wanted.js";
import type { TokenResponse } from "./token-response.js";
import type { HostRequestInit, HostResponse, ResourceInput } from "./types.js";

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
    brand(this, "TokenExchangeStore", (store) => ({ refs: [...store.#slots.keys()], ...store.stats() }));
  }

  readonly #slots: Map<string, Slot>;
  readonly #tokens: StoreTokens;
  readonly #functions: StoreFunctions;
  readonly #throws: boolean;

  /** Throws `ConfigError` that names the first bad option, such as `configs[2].clientId`. */
  constructor(options: TokenExchangeStoreOptions) {
    const { maxEntries, onEvent } = options ?? {};
    this.#tokens = new StoreTokens(maxEntries ?? 10_000, onEvent);
    this.#slots = slotsOf(options, this.#tokens.cache);
    const { subjectTokenProvider, actorTokenProvider, onError, onUnavailable } = options;
    this.#functions = { subjectTokenProvider, actorTokenProvider, onError };
    this.#throws = onUnavailable === "throw";
  }

  /**
   * The credential of a configuration for whoever is asking, or `null`: unknown or inactive configuration, nobody to act
   * for or to ask for one, a token that is not sent as a bearer token, or a failure. Why goes to `onError`.
   *
   * Rejects with `ConfigError` for wrong arguments, with the caller's own `signal.reason`, and for nothing else unless
   * `onUnavailable` is `"throw"`: then only what the user has to mend gives `null`.
   */
  findByRef(ref: string, options?: FindOptions): Promise<Credential | null> {
    // No async function: one of this size costs a fifth more than a look into a map should.
    try {
      const slot = this.#slots.get(ref);
      const hot = slot?.hot;
      if (options !== undefined || !slot || !hot) return this.#find(ref, options);
      let subject: unknown;
      const context = new ProviderContext(slot.engine.host.timeoutMs);
      const asked = attempt(this.#functions.subjectTokenProvider as TokenProvider, ref, context);
      asked.then((given) => {
        subject = given;
      }, nothing);
      // By then a provider that has its token at hand was heard. One that takes its time costs a timer, which is too much
      // for every lookup.
      return SETTLED.then(() => {
        const entry = hot.get(subject as string);
        if (!entry || entry.owner !== slot || !this.#tokens.cache.holds(entry.usableUntil))
          return this.#find(ref, undefined, { slot, asked, context });
        entry.used = true;
        this.#tokens.hits++;
        return entry.credential as Credential;
      });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * The token that `findByRef` makes a credential of, remembered or exchanged. Rejects with an `OAuthError` that says what is
   * wrong: as `exchangeToken` of a client does, or of code `unknown_ref`, `inactive_ref` or `subject_token_unavailable`. What
   * a provider of tokens throws, and `signal.reason`, come as they are.
   */
  async getToken(ref: string, options?: TokenOptions): Promise<TokenResponse> {
    return (await this.#get(refOf(ref), wantedOf(options, TOKEN))).response;
  }

  /**
   * Calls the resource of a configuration with its token. Takes what `fetch` takes.
   *
   * After a 401 the token is exchanged anew, once, if the body can be sent again, with the claims that the resource asks for
   * if it does. The token goes to the origins of the configuration only: any other is refused with `endpoint_origin` before
   * anything is sent. A redirect comes back as it is.
   *
   * The configuration's `timeoutMs` bounds the wait for a token, and again the wait for each answer; the body of the answer is
   * the caller's, and ended by `init.signal` alone. That signal ends every wait, with its own reason.
   *
   * Rejects as `getToken` does, and with `InsufficientScopeError` when `options.stepUp` says so (RFC 6750 section 3.1).
   */
  async fetch(
    ref: string,
    input: ResourceInput,
    init?: HostRequestInit,
    options?: StoreFetchOptions,
  ): Promise<HostResponse> {
    const { stepUp, ...wanted } = fetchOptions(options);
    const request = resourceRequest(input, init);
    const { signal } = request;
    const name = refOf(ref);
    const started = performance.now();
    // Whether a failure is told of by who asks for the token; else it is one of the call with the last token.
    let asks = false;
    let used: Pick<Wanted, "subject" | "scope"> = wanted;
    try {
      const slot = this.#slot(name);
      const get = async (scope: string | undefined, claims: string | undefined) => {
        asks = true;
        const found = await this.#get(name, { ...wanted, slot, scope, claims, signal });
        asks = false;
        used = { subject: found.entry?.subject ?? wanted.subject, scope };
        return found;
      };
      return await fetchWithToken(request, slot, stepUp, get, (found) => this.#tokens.refused(found));
    } catch (error) {
      if (!asks) this.#tokens.reporter?.failed(error, { ...used, slot: this.#slots.get(name), signal }, started);
      throw error;
    }
  }

  /**
   * The store as one user sees it, for the time of a request. It shares everything and costs nothing. `subjectToken` is the
   * token alone, without `Bearer `, which the caller has verified; `options.actorToken` is that of the party that acts.
   *
   * Throws `ConfigError` for what can be no token.
   */
  forSubject(subjectToken: string, options?: { readonly actorToken?: string | null | undefined }): SubjectStore {
    return new SubjectStore(this, requireText("subjectToken", subjectToken), options, this.#slots);
  }

  /** The active configurations. `ref` is their name there, never a token. Rejects with `client_closed` after `close`. */
  async listActive(): Promise<Credential[]> {
    if (this.#tokens.closed) throw closed("store");
    return [...this.#slots.values()].filter(({ active }) => active).map(({ config }) => listed(config));
  }

  /** The active configurations of a kind. As `listActive`. */
  async listByKind(kind: CredentialKind): Promise<Credential[]> {
    requireText("kind", kind);
    return (await this.listActive()).filter((credential) => credential.kind === kind);
  }

  /**
   * Forgets the tokens of a configuration, or of all; of one subject, or of all. Gives how many there were.
   *
   * Throws `ConfigError` for what can be no token.
   */
  invalidateCache(ref?: string | null, options?: { readonly subjectToken?: string | null | undefined }): number {
    const slot = ref == null ? undefined : this.#slots.get(refOf(ref));
    const { subject } = wantedOf(options, ["subjectToken"]);
    if (subject !== undefined) checkToken("subjectToken", subject, this.#slots.values());
    if (ref != null && !slot) return 0;
    const owns = (entry: Entry) => slot === undefined || entry.lane.owners.has(slot.identity);
    return this.#tokens.invalidate((entry) => owns(entry) && (subject === undefined || entry.subject === subject));
  }

  /** Forgets all tokens. Gives how many there were. */
  flushCache(): number {
    return this.#tokens.invalidate(() => true);
  }

  /**
   * Forgets the tokens of a user, by issuer and subject of the user's own token or of the exchanged one, where these are
   * JWTs (RFC 7519 section 4.1), and those on their way once they are seen to be this user's. Gives how many there were. For
   * logout and revocation notices.
   */
  revokeByIdentity(issuer: string, subject: string): number {
    requireText("issuer", issuer);
    requireText("subject", subject);
    return this.#tokens.revoke(ask("identity", issuer, subject));
  }

  /** What the store has done so far. */
  stats(): StoreStats {
    return this.#tokens.stats;
  }

  /**
   * Forgets all tokens, lets running calls finish, and refuses later ones with `client_closed`. May be called twice. What
   * forgets and what counts answers still: there is nothing left.
   */
  close(): void {
    this.#tokens.close();
    for (const slot of this.#slots.values()) {
      slot.engine.close();
      slot.hot = undefined;
    }
  }

  async #find(ref: string, options: unknown, begun?: Begun): Promise<Credential | null> {
    const wanted = { ...wantedOf(options, FIND), ...begun };
    const name = refOf(ref);
    const refused = this.#tokens.closed && !begun;
    try {
      return this.#credential(await this.#get(name, wanted));
    } catch (error) {
      const { signal } = wanted;
      if (refused || (signal?.aborted && error === signal.reason)) throw error;
      // Whose mistake it is does not show in the error: one from inside a provider looks the same.
      const slot = this.#slots.get(name);
      if (slot?.active) this.#check(slot, wanted);
      if (this.#throws && !(OAuthError.is(error) && error.fault === "user")) throw error;
      const { onError } = this.#functions;
      if (onError) tell(onError, error, { ref });
      return null;
    }
  }

  #credential({ slot, response, entry }: Found): Credential {
    if (entry?.response !== response) return credentialOf(slot.config, response);
    if (entry.owner !== slot) {
      entry.credential = credentialOf(slot.config, response);
      entry.owner = slot;
    }
    return entry.credential as Credential;
  }

  /** The configuration of this name, for a call that begins. Throws `ConfigError`. */
  #slot(ref: string): Slot {
    if (this.#tokens.closed) throw closed("store");
    const slot = this.#slots.get(ref);
    // What is no name of a configuration may be a token: the `ref` of a Credential is one.
    if (!slot) throw configError("unknown_ref", "ref", "no configuration of this store has this `ref`");
    if (slot.active) return slot;
    throw configError("inactive_ref", "ref", `the configuration ${JSON.stringify(ref)} is not active`);
  }

  /** Throws the `ConfigError` for what is wrong with the tokens and scopes of a call. */
  #check(slot: Slot, { subject, actor, scope }: Wanted): void {
    // What a provider gives is no argument.
    if ((subject ?? actor ?? scope) !== undefined)
      slot.check({ subjectToken: subject ?? "-", actorToken: actor, scope });
  }

  async #get(ref: string, wanted: Wanted & Partial<Begun>): Promise<Found> {
    const started = performance.now();
    const { signal, scope, claims, cache } = wanted;
    let found: Promise<Found> | Found;
    try {
      const slot = wanted.slot ?? this.#slot(ref);
      if (signal?.aborted) {
        // For one who has gone no provider is asked.
        requireSubject(wanted.subject, this.#functions);
        this.#check(slot, wanted);
        throw signal.reason;
      }
      const context = wanted.context ?? new ProviderContext(new Deadline(slot.engine.host.timeoutMs, signal));
      const tokens = await tokensOf(this.#functions, ref, wanted, context);
      if (signal?.aborted) throw signal.reason;
      found = this.#tokens.get({ ...tokens, slot, scope, claims, signal, context }, cache !== false);
    } catch (error) {
      this.#tokens.reporter?.failed(error, { slot: this.#slots.get(ref), scope, signal }, started);
      throw error;
    }
    return found;
  }
}

const SETTLED = Promise.resolve();

// For the typings: `using` where the host's library has it, and nothing where it has not.
export interface TokenExchangeStore extends DisposableWhereKnown {}
