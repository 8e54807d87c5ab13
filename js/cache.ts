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
export class Entry {
  /** Milliseconds since the epoch, 0 without a token; so is `staleUntil`. */
  usableUntil = 0;
  /** The configuration that `credential` is for; without one there is none. */
  owner: object | undefined;
  credential: Credential | undefined;
  used = false;
  response: TokenResponse | undefined;
  staleUntil = 0;
  /** By actor token. */
  actors: Map<string, Entry> | undefined;
  /** False once it was forgotten: then nothing is kept in it any more. */
  attached = true;
  /** How many calls are filling it. */
  flights = 0;
  /** What the subject is called in events. */
  subjectName: string | undefined;
  readonly lane: Lane;
  readonly subject: string;
  readonly actor: string | undefined;

  constructor(lane: Lane, subject: string, actor?: string) {
    this.lane = lane;
    this.subject = subject;
    this.actor = actor;
  }
}

export class TokenCache {
  /** Before this instant a clock was set back, and no token is believed. Milliseconds since the epoch. */
  believedFrom = 0;
  readonly #most: number;
  readonly #onEvict: (entry: Entry, outcome: "evicted" | "expired") => void;
  readonly #lanes = new Map<string, Lane>();
  /** The entries with a token: the oldest first. */
  readonly #kept = new Set<Entry>();
  /** Walks over the oldest ones, each of which goes or becomes the newest. An iterator that stays needs no search for them. */
  readonly #front = around(this.#kept);
  /** Walks around, looking for expired ones. */
  readonly #broom = around(this.#kept);

  constructor(most: number, onEvict: (entry: Entry, outcome: "evicted" | "expired") => void) {
    this.#most = most;
    this.#onEvict = onEvict;
  }

  /** How many tokens are kept. */
  get size(): number {
    return this.#kept.size;
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
    if (!own) lane.entries.set(subject, (own = new Entry(lane, subject)));
    if (actor === undefined) return own;
    own.actors ??= new Map();
    let entry = own.actors.get(actor);
    if (!entry) own.actors.set(actor, (entry = new Entry(lane, subject, actor)));
    return entry;
  }

  /** Keeps a token in its entry, unless that was forgotten meanwhile. */
  keep(entry: Entry, response: TokenResponse, now: number, usableUntil: number, staleUntil: number): void {
    if (!entry.attached || this.#most === 0) return;
    this.#clear(entry);
    // Kept by a clock that was ahead: nobody knows when these end.
    if (now < this.believedFrom) for (const old of this.#kept) this.#forget(old, "expired");
    this.believedFrom = now - CLOCK_STEP;
    while (this.#kept.size >= this.#most) this.#evict(now);
    // A listener of these evictions may have forgotten this one too.
    if (!entry.attached) return;
    Object.assign(entry, { response, usableUntil, staleUntil, used: false });
    this.#kept.add(entry);
    // A few are looked at, so that all are while as many are kept anew.
    for (let steps = 2; steps > 0; steps--) {
      const other = this.#broom();
      if (other && isExpired(other, now)) this.#forget(other, "expired");
    }
  }

  /** Forgets the token of an entry, and whatever is on its way into it. Gives the number of tokens forgotten. */
  drop(entry: Entry): number {
    const kept = this.#clear(entry) ? 1 : 0;
    entry.attached = false;
    const { lane, subject, actor } = entry;
    const own = lane.entries.get(subject);
    if (actor === undefined) {
      if (own === entry) {
        lane.entries.delete(subject);
        // Those with an actor stay: they hang on a new one.
        if (entry.actors?.size) {
          const heir = new Entry(lane, subject);
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
    for (let chances = CHANCES; ; chances--) {
      const entry = this.#front();
      if (!entry) return;
      const expired = isExpired(entry, now);
      if (!entry.used || expired || chances === 0) {
        this.#forget(entry, expired ? "expired" : "evicted");
        return;
      }
      entry.used = false;
      this.#kept.delete(entry);
      this.#kept.add(entry);
    }
  }

  #forget(entry: Entry, outcome: "evicted" | "expired"): void {
    this.#onEvict(entry, outcome);
    this.#clear(entry);
    // Not dropped: a call that is filling it goes on.
    this.tidy(entry);
  }

  /** Takes the token out of an entry. Gives false when there is none. */
  #clear(entry: Entry): boolean {
    entry.usableUntil = entry.staleUntil = 0;
    entry.response = entry.owner = entry.credential = undefined;
    return this.#kept.delete(entry);
  }
}

/** Gives one after the other of a set that changes, and begins again after its end; nothing in an empty set only. */
function around<T>(set: Set<T>): () => T | undefined {
  let walk = set.values();
  return () => {
    const { done, value } = walk.next();
    return done ? (walk = set.values()).next().value : value;
  };
}

function isExpired(entry: Entry, now: number): boolean {
  return now >= entry.usableUntil && now >= entry.staleUntil;
}

/** So many used entries are passed over for one that was not, before the oldest goes after all. */
const CHANCES = 64;

/** Clocks are set back by a little all the time, in milliseconds. */
const CLOCK_STEP = 5000;
