/**
 * Remembers tokens: by what shapes them, then by actor token, then by subject token. Knows no OAuth.
 *
 * Nested maps, so that no key is ever put together from two, and a token is hashed as it is. The oldest entry goes first,
 * unless it was used since it was last looked at: a mark in place of moving it at each hit.
 *
 * Their order is a ring through the entries themselves. An iterator of a `Set` that waits between two calls would keep every
 * table that the set has outgrown, and with them the tokens of users who have long gone.
 *
 * @internal
 */

import type { Credential } from "./store-types.js";
import type { TokenResponse } from "./token-response.js";

/** A configuration. */
interface Owner {
  readonly identity: string;
}

/** All tokens that only their subjects tell apart. */
export interface Lane {
  /** By subject token. */
  readonly entries: Map<string, Entry>;
  /** The same for those with an actor, by actor token. */
  readonly acting: Map<string, Lane>;
  /** The configurations that use it, by what tells their tokens from those of others. */
  readonly owners: Map<string, Owner>;
  /** True when a configuration keeps hold of it; otherwise it goes with its last entry. */
  pinned: boolean;
  /** Takes it out of the map in which it is, if it holds nothing. */
  prune(): void;
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
  /** False once it was forgotten: then nothing is kept in it any more. */
  attached: boolean;
  /** How many calls are filling it. */
  flights: number;
  /** What the subject is called in events. */
  subjectName: string | undefined;
  /** Whom its tokens are about, once somebody asked. */
  identities: string[] | undefined;
  /** The next ones in the ring of those with a token, itself if it is the only one; so is `newer`. Without a token none. */
  older: Entry | undefined;
  newer: Entry | undefined;
  readonly lane: Lane;
  readonly subject: string;
}

/** A literal, not a class: the members of a literal lie in the object itself, which a lookup among a million notices. */
function made(lane: Lane, subject: string): Entry {
  return {
    usableUntil: 0,
    owner: undefined,
    credential: undefined,
    used: false,
    response: undefined,
    staleUntil: 0,
    attached: true,
    flights: 0,
    subjectName: undefined,
    identities: undefined,
    older: undefined,
    newer: undefined,
    lane,
    subject,
  };
}

export class TokenCache {
  /** Before this instant a clock was set back, and no token is believed. Milliseconds since the epoch. */
  believedFrom = 0;
  readonly #most: number;
  readonly #onEvict: (entry: Entry, outcome: "evicted" | "expired") => void;
  readonly #lanes = new Map<string, Lane>();
  #size = 0;
  /** Where the ring of entries with a token begins; before it stands the newest. */
  #oldest: Entry | undefined;
  /** Goes around the ring, looking for expired ones. */
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
  lane(fingerprint: string, owner: Owner, pinned: boolean): Lane {
    const lane = laneIn(this.#lanes, fingerprint);
    lane.owners.set(owner.identity, owner);
    lane.pinned ||= pinned;
    return lane;
  }

  /** The entry of a subject and actor, which is made if there is none. */
  entry(lane: Lane, subject: string, actor: string | undefined): Entry {
    const own = actor === undefined ? lane : laneIn(lane.acting, actor, lane);
    let entry = own.entries.get(subject);
    if (!entry) own.entries.set(subject, (entry = made(own, subject)));
    return entry;
  }

  /** Keeps a token in its entry, unless that was forgotten meanwhile. */
  keep(entry: Entry, response: TokenResponse, now: number, usableUntil: number, staleUntil: number): void {
    if (!entry.attached || this.#most === 0) return;
    this.#clear(entry);
    // Kept by a clock that was ahead: nobody knows when these end.
    while (now < this.believedFrom && this.#oldest) this.#forget(this.#oldest, "expired");
    this.believedFrom = now - CLOCK_STEP;
    while (this.#size >= this.#most) this.#evict(now);
    // A listener of these evictions may have forgotten this one too.
    if (!entry.attached) return;
    // A listener may have had the identities of the subject read before there was a token.
    Object.assign(entry, { response, usableUntil, staleUntil, used: false, identities: undefined });
    this.#add(entry);
    // A few are looked at, so that all are while as many are kept anew.
    for (let steps = 2; steps > 0; steps--) {
      const other = this.#broom;
      this.#broom = other?.newer;
      if (other && isExpired(other, now)) this.#forget(other, "expired");
    }
  }

  /** Forgets the token of an entry, and whatever is on its way into it. Gives the number of tokens forgotten. */
  drop(entry: Entry): number {
    const kept = this.#clear(entry) ? 1 : 0;
    entry.attached = false;
    const { lane, subject } = entry;
    if (lane.entries.get(subject) === entry) lane.entries.delete(subject);
    lane.prune();
    return kept;
  }

  /** Lets go of an entry that holds nothing and waits for nothing. */
  tidy(entry: Entry): void {
    if (entry.attached && !entry.response && entry.flights === 0) this.drop(entry);
  }

  /** Forgets all tokens that `matches`, and what is on its way. Gives the number of tokens forgotten. */
  dropAll(matches: (entry: Entry) => boolean, lanes = this.#lanes): number {
    let dropped = 0;
    for (const lane of [...lanes.values()]) {
      dropped += this.dropAll(matches, lane.acting);
      for (const entry of [...lane.entries.values()]) if (matches(entry)) dropped += this.drop(entry);
    }
    return dropped;
  }

  /** Forgets the oldest entry that was not used since it was last looked at. Each look at a used one was paid for by a hit. */
  #evict(now: number): void {
    let entry = this.#oldest;
    while (entry?.used && !isExpired(entry, now)) {
      entry.used = false;
      this.#oldest = entry = entry.newer;
    }
    if (entry) this.#forget(entry, isExpired(entry, now) ? "expired" : "evicted");
  }

  #forget(entry: Entry, outcome: "evicted" | "expired"): void {
    this.#onEvict(entry, outcome);
    this.#clear(entry);
    // Not dropped: a call that is filling it goes on.
    this.tidy(entry);
  }

  /** Puts an entry into the ring, as the newest. */
  #add(entry: Entry): void {
    this.#oldest ??= this.#broom = entry.older = entry.newer = entry;
    const newest = this.#oldest.older as Entry;
    entry.older = newest;
    entry.newer = this.#oldest;
    newest.newer = this.#oldest.older = entry;
    this.#size++;
  }

  /** Takes the token out of an entry, and the entry out of the ring. Gives false when there is none. */
  #clear(entry: Entry): boolean {
    entry.usableUntil = entry.staleUntil = 0;
    entry.response = entry.owner = entry.credential = entry.identities = undefined;
    const { older, newer } = entry;
    if (!older || !newer) return false;
    older.newer = newer;
    newer.older = older;
    entry.older = entry.newer = undefined;
    this.#size--;
    const next = this.#size > 0 ? newer : undefined;
    if (this.#oldest === entry) this.#oldest = next;
    if (this.#broom === entry) this.#broom = next;
    return true;
  }
}

/** The lane of a key, which is made if there is none. One of an actor is of the configurations of the lane it is in. */
function laneIn(lanes: Map<string, Lane>, key: string, parent?: Lane): Lane {
  let lane = lanes.get(key);
  if (!lane) {
    const made: Lane = {
      entries: new Map(),
      acting: new Map(),
      owners: parent?.owners ?? new Map(),
      pinned: false,
      prune() {
        if (made.pinned || made.entries.size > 0 || made.acting.size > 0 || lanes.get(key) !== made) return;
        lanes.delete(key);
        parent?.prune();
      },
    };
    lanes.set(key, (lane = made));
  }
  return lane;
}

function isExpired(entry: Entry, now: number): boolean {
  return now >= entry.usableUntil && now >= entry.staleUntil;
}

/** Clocks are set back by a little all the time, in milliseconds. */
const CLOCK_STEP = 5000;
