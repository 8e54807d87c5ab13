/**
 * Remembers tokens: by what shapes them, then by subject token, then by actor token. Knows no OAuth.
 *
 * Nested maps, so that no key is ever put together from two, and a token is hashed as it is. The oldest entry goes first,
 * unless it was used since it was last looked at: a mark in place of moving it at each hit.
 *
 * @internal
 */

import type { Credential } from "./store-types.js";
import type { TokenResponse } from "./token-response.js";

/** All tokens that only their subjects and actors tell apart. */
export interface Lane {
  readonly fingerprint: string;
  /** By subject token: the entry without an actor, which holds those with one. */
  readonly entries: Map<string, Entry>;
  /** The configurations that use it. */
  readonly owners: Set<object>;
  /** True when a configuration keeps hold of it; otherwise it goes with its last entry. */
  pinned: boolean;
}

/** The place of one token, also while it is being exchanged. What every lookup reads stands first. */
export interface Entry {
  /** Milliseconds since the epoch, 0 without a token; so is `staleUntil`. */
  usableUntil: number;
  /** The configuration that `credential` is for; without one there is none. */
  owner: object | undefined;
  credential: Credential | undefined;
  used: boolean;
  response: TokenResponse | undefined;
  staleUntil: number;
  readonly lane: Lane;
  readonly subject: string;
  readonly actor: string | undefined;
  /** By actor token. */
  actors: Map<string, Entry> | undefined;
  /** False once it was forgotten: then nothing is kept in it any more. */
  attached: boolean;
  /** How many calls are filling it. */
  flights: number;
  /** What the subject is called in events. */
  subjectName: string | undefined;
  older: Entry | undefined;
  newer: Entry | undefined;
}

export class TokenCache {
  /** Before this instant a clock was set back, and no token is believed. Milliseconds since the epoch. */
  believedFrom = 0;
  readonly #most: number;
  readonly #onEvict: (entry: Entry, outcome: "evicted" | "expired") => void;
  readonly #lanes = new Map<string, Lane>();
  #size = 0;
  #oldest: Entry | undefined;
  #newest: Entry | undefined;
  /** Walks from the oldest to the newest, looking for expired ones. */
  #broom: Entry | undefined;

  constructor(most: number, onEvict: (entry: Entry, outcome: "evicted" | "expired") => void) {
    this.#most = most;
    this.#onEvict = onEvict;
  }

  /** How many tokens are kept. */
  get size(): number {
    return this.#size;
  }

  /** Whether this instant is still to come, by a clock that is believed. */
  holds(until: number): boolean {
    const now = Date.now();
    return now < until && now >= this.believedFrom;
  }

  /** The lane of a fingerprint, for a configuration. One that is not to be `pinned` must be used at once. */
  lane(fingerprint: string, owner: object, pinned: boolean): Lane {
    let lane = this.#lanes.get(fingerprint);
    if (!lane) {
      lane = { fingerprint, entries: new Map(), owners: new Set(), pinned };
      this.#lanes.set(fingerprint, lane);
    }
    lane.owners.add(owner);
    lane.pinned ||= pinned;
    return lane;
  }

  /** The entry of a subject and actor, which is made if there is none. */
  entry(lane: Lane, subject: string, actor: string | undefined): Entry {
    let own = lane.entries.get(subject);
    if (!own) lane.entries.set(subject, (own = made(lane, subject, undefined)));
    if (actor === undefined) return own;
    own.actors ??= new Map();
    let entry = own.actors.get(actor);
    if (!entry) own.actors.set(actor, (entry = made(lane, subject, actor)));
    return entry;
  }

  /** Keeps a token in its entry, unless that was forgotten meanwhile. */
  keep(entry: Entry, response: TokenResponse, now: number, usableUntil: number, staleUntil: number): void {
    if (!entry.attached || this.#most === 0) return;
    if (entry.response) this.#unlink(entry);
    // Kept by a clock that was ahead: nobody knows when these end.
    if (now < this.believedFrom) this.#forgetAll();
    this.believedFrom = now - CLOCK_STEP;
    while (this.#size >= this.#most) this.#evict(now);
    // A listener of these evictions may have forgotten this one too.
    if (!entry.attached) return;
    Object.assign(entry, { response, usableUntil, staleUntil, used: false });
    this.#link(entry);
    this.#sweep(now);
  }

  /** Forgets the token of an entry, and whatever is on its way into it. Gives the number of tokens forgotten. */
  drop(entry: Entry): number {
    const kept = entry.response ? 1 : 0;
    if (kept) this.#unlink(entry);
    entry.attached = false;
    const { lane, subject, actor } = entry;
    const own = lane.entries.get(subject);
    if (actor === undefined) {
      if (own === entry) {
        lane.entries.delete(subject);
        // Those with an actor stay: they hang on a new one.
        if (entry.actors?.size) {
          const heir = made(lane, subject, undefined);
          heir.actors = entry.actors;
          lane.entries.set(subject, heir);
        }
      }
    } else if (own?.actors?.get(actor) === entry) {
      own.actors.delete(actor);
      if (own.actors.size === 0) own.actors = undefined;
      this.tidy(own);
    }
    if (lane.entries.size === 0 && !lane.pinned) this.#lanes.delete(lane.fingerprint);
    return kept;
  }

  /** Lets go of an entry that holds nothing and waits for nothing. */
  tidy(entry: Entry): void {
    if (entry.attached && !entry.response && entry.flights === 0 && !entry.actors) this.drop(entry);
  }

  /** Forgets all tokens that `matches`, and what is on its way. Gives the number of tokens forgotten. */
  dropAll(matches: (entry: Entry) => boolean): number {
    let dropped = 0;
    const visit = (entry: Entry): void => {
      if (entry.actors) for (const inner of [...entry.actors.values()]) visit(inner);
      if (matches(entry)) dropped += this.drop(entry);
    };
    for (const lane of [...this.#lanes.values()]) for (const entry of [...lane.entries.values()]) visit(entry);
    return dropped;
  }

  #evict(now: number): void {
    for (let chances = CHANCES; this.#oldest; chances--) {
      const entry = this.#oldest;
      const expired = isExpired(entry, now);
      if (!entry.used || expired || chances === 0) {
        this.#forget(entry, expired ? "expired" : "evicted");
        return;
      }
      entry.used = false;
      this.#unlink(entry, entry.response);
      this.#link(entry);
    }
  }

  /** Looks at a few entries, so that all are looked at while as many are kept anew. */
  #sweep(now: number): void {
    for (let steps = 2; steps > 0; steps--) {
      const entry = this.#broom ?? this.#oldest;
      this.#broom = entry?.newer;
      if (entry && isExpired(entry, now)) this.#forget(entry, "expired");
    }
  }

  #forgetAll(): void {
    while (this.#oldest) this.#forget(this.#oldest, "expired");
  }

  #forget(entry: Entry, outcome: "evicted" | "expired"): void {
    this.#onEvict(entry, outcome);
    // The listener may have forgotten it.
    if (entry.response) this.#unlink(entry);
    // Not dropped: a call that is filling it goes on.
    this.tidy(entry);
  }

  #link(entry: Entry): void {
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest) this.#newest.newer = entry;
    else this.#oldest = entry;
    this.#newest = entry;
    this.#size++;
  }

  #unlink(entry: Entry, response?: TokenResponse): void {
    if (this.#broom === entry) this.#broom = entry.newer;
    if (entry.older) entry.older.newer = entry.newer;
    else this.#oldest = entry.newer;
    if (entry.newer) entry.newer.older = entry.older;
    else this.#newest = entry.older;
    entry.older = entry.newer = undefined;
    entry.response = response;
    if (!response) {
      entry.usableUntil = entry.staleUntil = 0;
      entry.owner = entry.credential = undefined;
    }
    this.#size--;
  }
}

function made(lane: Lane, subject: string, actor: string | undefined): Entry {
  return {
    usableUntil: 0,
    owner: undefined,
    credential: undefined,
    used: false,
    response: undefined,
    staleUntil: 0,
    lane,
    subject,
    actor,
    actors: undefined,
    attached: true,
    flights: 0,
    subjectName: undefined,
    older: undefined,
    newer: undefined,
  };
}

function isExpired(entry: Entry, now: number): boolean {
  return now >= entry.usableUntil && now >= entry.staleUntil;
}

/** So many used entries are passed over for one that was not, before the oldest goes after all. */
const CHANCES = 64;

/** Clocks are set back by a little all the time, in milliseconds. */
const CLOCK_STEP = 5000;
