import { ask } from "./ask.js";
import { type Entry, TokenCache } from "./cache.js";
import type { Deadline } from "./deadline.js";
import type { Outcome } from "./driver.js";
import { OAuthError } from "./errors.js";
import type { OAuthEvent } from "./events.js";
import { Flights, GRACE } from "./flight.js";
import { timedOut } from "./host.js";
import type { Slot } from "./store-config.js";
import { deadlineOf, type ProviderContext } from "./store-context.js";
import { StoreReporter } from "./store-report.js";
import type { StoreStats } from "./store-types.js";
import { gapOf } from "./template.js";
import { type TokenDescription, TokenResponse } from "./token-response.js";
import type { AbortSignalLike } from "./types.js";

/** What a token is asked for with, once both tokens are known. */
export interface Call {
  readonly slot: Slot;
  readonly subject: string;
  readonly actor: string | undefined;
  /** Scopes in place of the configured ones. */
  readonly scope: string | undefined;
  /** A claims request in place of the configured one, as JSON text. */
  readonly claims: string | undefined;
  readonly signal: AbortSignalLike | undefined;
  /** When it has to have its token. */
  readonly context: ProviderContext;
}

/** A token, of which configuration it is, and where it is kept, if it is. */
export interface Found {
  readonly slot: Slot;
  readonly response: TokenResponse;
  readonly entry: Entry | undefined;
}

/**
 * The tokens of a store: remembered, on their way, or to be exchanged.
 *
 * @internal
 */
export class StoreTokens {
  readonly cache: TokenCache;
  readonly reporter: StoreReporter | undefined;
  hits = 0;
  closed = false;
  /** By what limits the exchanges: one with others may fail where this one would not. */
  readonly #flights = new Map<string, Flights<Found>>();
  /** Identities whose tokens were forgotten while exchanges were under way. */
  #revoked: string[] = [];
  #misses = 0;
  #joins = 0;
  #evictions = 0;

  constructor(maxEntries: number, onEvent: ((event: OAuthEvent) => unknown) | null | undefined) {
    this.reporter = onEvent ? new StoreReporter(onEvent) : undefined;
    this.cache = new TokenCache(maxEntries, (entry, outcome) => {
      if (outcome === "evicted") this.#evictions++;
      this.reporter?.evicted(entry, outcome);
    });
  }

  get stats(): StoreStats {
    return {
      entries: this.cache.size,
      hits: this.hits,
      misses: this.#misses,
      joins: this.#joins,
      evictions: this.#evictions,
      inFlight: this.#inFlight,
    };
  }

  get #inFlight(): number {
    return [...this.#flights.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** A token that is remembered, or else the one that an exchange gives. `keep: false` leaves memory alone. */
  get(call: Call, keep: boolean): Promise<Found> | Found {
    const { slot, subject, actor, scope } = call;
    if (!keep || this.closed) return this.#share(call, undefined);
    const entry = this.cache.entry(slot.laneOf(scope), subject, actor);
    const { response } = entry;
    if (!response || !this.cache.holds(entry.usableUntil)) return this.#share(call, entry);
    entry.used = true;
    this.hits++;
    this.reporter?.hit(call, entry, false);
    return { slot, response, entry };
  }

  /** Forgets a token that was refused, unless a newer one has taken its place. */
  refused({ response, entry }: Pick<Found, "response" | "entry">): void {
    if (entry?.response !== response) return;
    this.reporter?.evicted(entry, "refused");
    this.cache.drop(entry);
  }

  /** Forgets all tokens that `matches`, and what is on its way. Gives how many there were. */
  invalidate(matches: (entry: Entry) => boolean): number {
    return this.cache.dropAll((entry) => {
      if (!matches(entry)) return false;
      if (entry.response) this.reporter?.evicted(entry, "invalidated");
      return true;
    });
  }

  /** Forgets the tokens of an identity, also those on their way: whose they are may show only when they come. */
  revoke(identity: string): number {
    if (this.#inFlight === 0 || this.#revoked.length >= MOST_REVOKED) this.#revoked = [];
    this.#revoked.push(identity);
    return this.invalidate((entry) => {
      entry.identities ??= [entry.subject, entry.response?.accessToken ?? ""].map(identityOf);
      return entry.identities.includes(identity);
    });
  }

  /** Forgets all tokens, and keeps no others. */
  close(): void {
    this.closed = true;
    this.invalidate(() => true);
  }

  /** Joins the exchange of an entry, or starts one; without an entry it flies alone. */
  async #share(call: Call, entry: Entry | undefined): Promise<Found> {
    const { slot, signal } = call;
    const started = performance.now();
    const wait = deadlineOf(call.context);
    let joined = false;
    let failure: unknown;
    if (entry) entry.flights++;
    try {
      wait.check();
      joined = true;
      const flight = this.#flightsOf(slot).join(entry ?? {}, wait, slot.engine.host.timeoutMs, (deadline) => {
        joined = false;
        return this.#exchange(call, deadline, entry);
      });
      if (joined) this.#joins++;
      const found = await flight;
      if (joined && entry) this.reporter?.joined(call, entry, started, found.response);
      // What was started for another configuration of the same identity is for this one as well.
      return { ...found, slot };
    } catch (error) {
      failure = wait.expired ? timedOut(slot.asked, error) : error;
      if (joined && entry) this.reporter?.joinFailed(call, entry, started, failure);
    } finally {
      wait.end();
      if (entry) {
        entry.flights--;
        this.cache.tidy(entry);
      }
    }
    // The caller has gone.
    if (signal?.aborted || !OAuthError.is(failure)) throw failure;
    const response = entry?.response;
    if (entry && response) {
      if (!failure.retryable) this.refused({ response, entry });
      else if (this.cache.holds(entry.staleUntil)) {
        this.reporter?.hit(call, entry, !this.cache.holds(entry.usableUntil));
        return { slot, response, entry };
      }
    }
    // What was joined has had its time, and this call has not.
    if (joined && failure.code === "timeout" && wait.left > GRACE) return this.get(call, true);
    throw failure;
  }

  #flightsOf({ limits }: Slot): Flights<Found> {
    let flights = this.#flights.get(limits);
    if (!flights) this.#flights.set(limits, (flights = new Flights()));
    return flights;
  }

  /** Exchanges a token, and keeps it in an entry. It has all the time of its configuration, whatever is left to the caller. */
  async #exchange(call: Call, deadline: Deadline, entry: Entry | undefined): Promise<Found> {
    const { slot, subject: subjectToken, actor: actorToken, scope, claims } = call;
    const { signal } = deadline;
    const revoked = this.#revoked;
    const since = revoked.length;
    this.#misses++;
    const started = performance.now();
    const params = JSON.stringify({ subjectToken, actorToken, scope, claims });
    try {
      const { value, answer } = await slot.engine.run(params, gapOf(params, subjectToken), undefined, signal);
      const { accessToken, description } = value as Extract<Outcome, { type: "token" }>;
      const { usableUntil, staleUntil, ...described } = JSON.parse(description) as TokenDescription;
      const issued = { accessToken: partOf(answer?.body, accessToken), description: described };
      const response = TokenResponse.of(issued, answer);
      this.reporter?.exchanged(call, started, response);
      // Of another list nobody knows what it held.
      const isRevoked =
        revoked !== this.#revoked || (revoked.length > since && revoked.includes(identityOf(accessToken), since));
      if (entry && usableUntil !== undefined && !isRevoked)
        this.cache.keep(entry, response, Date.now(), usableUntil, staleUntil ?? 0);
      return { slot, response, entry };
    } catch (cause) {
      const error = deadline.expired ? timedOut(slot.asked, cause) : cause;
      this.reporter?.failed(error, { ...call, signal }, started);
      throw error;
    }
  }
}

/** Whom a token is about, as the core names identities; one that does not say is about nobody. */
function identityOf(token: string): string {
  return ask("identityOf", token);
}

/**
 * The same text as a part of a longer one that is kept anyway, and not as a part of yet another one. Only its end is searched
 * for: with all of it a server could make the search take as long as it likes.
 */
function partOf(kept = "", text: string): string {
  const end = text.slice(-16);
  const at = kept.indexOf(`${end}"`) + end.length - text.length;
  return at > 0 && kept.startsWith(text, at) ? kept.slice(at, at + text.length) : text;
}

/** Beyond so many, nothing that is on its way is kept: the list stays short. */
const MOST_REVOKED = 256;
