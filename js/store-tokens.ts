import { type Entry, TokenCache } from "./cache.js";
import { Deadline } from "./deadline.js";
import { OAuthError } from "./errors.js";
import type { OAuthEvent } from "./events.js";
import { Flights } from "./flight.js";
import type { Outcome } from "./generated.js";
import type { Slot } from "./store-config.js";
import { StoreReporter } from "./store-report.js";
import type { StoreStats } from "./store-types.js";
import { TokenResponse } from "./token-response.js";
import type { AbortSignalLike } from "./types.js";

/** What a token is asked for with, once both tokens are known. */
export interface Call {
  readonly slot: Slot;
  readonly subject: string;
  readonly actor: string | undefined;
  /** Scopes in place of the configured ones. */
  readonly scope: string | undefined;
  readonly signal: AbortSignalLike | undefined;
  /** How long an exchange may take, in milliseconds. */
  readonly timeLeft: number;
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
  readonly #flights = new Flights<Found>();
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
      inFlight: this.#flights.size,
    };
  }

  /** A token that is remembered, or else the one that an exchange gives. `keep: false` leaves memory alone. */
  get(call: Call, keep: boolean): Promise<Found> | Found {
    const { slot, subject, actor, scope, signal } = call;
    const lane = slot.laneOf(scope);
    if (!keep) return this.#exchange(call, signal, undefined);
    const entry = this.cache.entry(lane, subject, actor);
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

  /** Joins the exchange of an entry, or starts one. */
  async #share(call: Call, entry: Entry): Promise<Found> {
    const { slot, signal } = call;
    const started = performance.now();
    const wait = new Deadline(undefined, signal);
    let joined = true;
    entry.flights++;
    const flight = this.#flights.join(entry, wait, slot.engine.host.timeoutMs, (deadline) => {
      joined = false;
      return this.#exchange(call, deadline.signal, entry);
    });
    if (joined) this.#joins++;
    let failure: unknown;
    try {
      const found = await flight;
      if (joined) this.reporter?.joined(call, entry, started, found.response);
      return found;
    } catch (error) {
      if (joined) this.reporter?.joinFailed(call, entry, started, error);
      failure = error;
    } finally {
      wait.end();
      entry.flights--;
      this.cache.tidy(entry);
    }
    const { response } = entry;
    // The caller has gone, or there is nothing left of the old token.
    if (signal?.aborted || !response || !OAuthError.is(failure)) throw failure;
    if (!failure.retryable) this.refused({ response, entry });
    else if (this.cache.holds(entry.staleUntil)) {
      this.reporter?.hit(call, entry, !this.cache.holds(entry.usableUntil));
      return { slot, response, entry };
    }
    throw failure;
  }

  /** Exchanges a token, and keeps it in an entry. */
  async #exchange(call: Call, signal: AbortSignalLike | undefined, entry: Entry | undefined): Promise<Found> {
    const { slot, subject: subjectToken, actor: actorToken, scope, timeLeft } = call;
    this.#misses++;
    const started = performance.now();
    const params = JSON.stringify({ subjectToken, actorToken, scope });
    try {
      const { value, answer } = await slot.engine.run((raw, now) => raw.start(params, now), timeLeft, signal);
      const { usableUntil, staleUntil, ...token } = (value as Extract<Outcome, { type: "token" }>).token;
      const response = TokenResponse.of(token, answer);
      this.reporter?.exchanged(call, started, response);
      if (entry && usableUntil !== undefined) {
        this.cache.keep(entry, response, Date.now(), usableUntil, staleUntil ?? 0);
      }
      return { slot, response, entry };
    } catch (error) {
      this.reporter?.failed(error, slot.config.ref, { ...call, signal }, started);
      throw error;
    }
  }
}
