import { tell } from "./attempt.js";
import { Deadline } from "./deadline.js";
import { loader } from "./load/inline.js";

/** Makes a call. It ends when all who wait for it have gone, and has no time limit: each of them has one. */
type Fly<T> = (deadline: Deadline) => Promise<T>;

/** How a shared call ended: its promise never rejects, so that a failure without a listener stays silent. */
type Outcome<T> = { readonly ok: T } | { readonly error: unknown };

interface Flight<T> {
  readonly promise: Promise<Outcome<T>>;
  /** When joiners with time left stop believing in it, in milliseconds since the epoch. */
  readonly deadline: number;
  readonly own: Deadline;
  settled: boolean;
  waiting: number;
}

/**
 * Shares calls that are under way, by key: a text, or an object by its identity. Nothing is kept of a settled one.
 *
 * Whether a result may still be remembered is no question of this class: the store asks its cache, from which an
 * invalidation takes the very object that is the key.
 *
 * Whoever waits is bound by its own time. Some hosts bind a promise to the request in which it was made, and it never
 * settles once that request has ended. So a call is handed to such a host, to outlive its request. Where that cannot be
 * done, or is not enough, a joiner waits for another's call at most until that one's time is up, and makes its own in what
 * is left of its time.
 *
 * @internal
 */
export class Flights<T> {
  readonly #running = new Map<unknown, Flight<T>>();

  get size(): number {
    return this.#running.size;
  }

  /**
   * Joins the call of this key or starts one, and gives its result. `wait` ends the wait of this caller only; `timeoutMs`
   * is how long a call of this kind may take.
   */
  async join(key: unknown, wait: Deadline, timeoutMs: number, fly: Fly<T>): Promise<T> {
    for (;;) {
      const running = this.#running.get(key);
      const now = Date.now();
      const flight = running && running.deadline > now ? running : this.#begin(key, timeoutMs, fly);
      flight.waiting++;
      // Whoever starts a call is bound by its own deadline; only those who join need a limit.
      const left = flight.deadline - now;
      const limit = flight === running && wait.left > left ? new Deadline(left) : undefined;
      try {
        const outcome = await wait.wait(limit ? limit.wait(flight.promise) : flight.promise);
        if ("ok" in outcome) return outcome.ok;
        throw outcome.error;
      } catch (error) {
        if (!limit?.expired) throw error;
      } finally {
        limit?.end();
        flight.waiting--;
        if (flight.waiting === 0 && !flight.settled) this.#abandon(key, flight, wait.expired);
      }
      this.#remove(key, flight);
      wait.check();
    }
  }

  #begin(key: unknown, timeoutMs: number, fly: Fly<T>): Flight<T> {
    const own = new Deadline();
    const call = fly(own);
    const flight: Flight<T> = {
      promise: call.then(
        (ok) => this.#settle(key, flight, { ok }),
        (error) => this.#settle(key, flight, { error }),
      ),
      deadline: Date.now() + timeoutMs + GRACE,
      own,
      settled: false,
      waiting: 0,
    };
    this.#running.set(key, flight);
    if (loader.keep) tell(loader.keep, flight.promise, undefined);
    return flight;
  }

  #settle(key: unknown, flight: Flight<T>, outcome: Outcome<T>): Outcome<T> {
    flight.settled = true;
    this.#remove(key, flight);
    return outcome;
  }

  /** Ends a call that nobody waits for any more: `late` when the last one had no time left, rather than gone away. */
  #abandon(key: unknown, flight: Flight<T>, late: boolean): void {
    this.#remove(key, flight);
    try {
      if (late) flight.own.expire();
      else flight.own.stop(undefined);
    } catch {
      // workerd refuses to end what another request has begun: it ends with that request, or in its own time.
    }
  }

  #remove(key: unknown, flight: Flight<T>): void {
    if (this.#running.get(key) === flight) this.#running.delete(key);
  }
}

/** A call that has had its time says so itself within this time, in milliseconds. Less is no time for another call. */
export const GRACE = 20;
