import type { Entry } from "./cache.js";
import { OAuthError } from "./errors.js";
import { type OAuthEvent, Reporter } from "./events.js";
import type { Slot } from "./store-config.js";
import type { TokenResponse } from "./token-response.js";

/**
 * Tells of what a store does. There is one only when somebody listens.
 *
 * @internal
 */
export class StoreReporter {
  readonly #reporter: Reporter;

  constructor(listener: (event: OAuthEvent) => unknown) {
    this.#reporter = new Reporter(listener);
  }

  /** A token was issued. */
  exchanged(
    slot: Slot,
    scope: string | undefined,
    subject: string,
    started: number,
    { scope: scopes }: TokenResponse,
  ): void {
    const event = { ...slot.eventBase(scope), subject: this.#reporter.nameOf(subject), durationMs: since(started) };
    this.#reporter.report({ ...event, type: "exchange", scopes, outcome: "ok" });
  }

  /** A remembered token was given out. */
  hit(slot: Slot, entry: Entry, scope: string | undefined, stale: boolean): void {
    const scopes = entry.response?.scope ?? [];
    const event = { ...this.#about(slot, entry, scope), type: "cache", scopes, outcome: "ok", durationMs: 0 } as const;
    this.#reporter.report(stale ? { ...event, stale } : event);
  }

  /** A call has waited for the exchange of another. */
  joined(slot: Slot, entry: Entry, scope: string | undefined, started: number, result: TokenResponse | unknown): void {
    const event = { ...this.#about(slot, entry, scope), type: "join", durationMs: since(started) } as const;
    const token = result as Partial<TokenResponse> | undefined;
    if (token?.accessToken) this.#reporter.report({ ...event, scopes: token.scope ?? [], outcome: "ok" });
    else
      this.#reporter.report({
        ...event,
        scopes: event.requestedScopes,
        outcome: OAuthError.is(result) ? result.code : "failed",
      });
  }

  /** A token was forgotten. */
  evicted(entry: Entry, outcome: OAuthEvent["outcome"]): void {
    const [owner] = entry.lane.owners;
    const event = this.#about((entry.owner ?? owner) as Slot, entry, undefined);
    this.#reporter.report({ ...event, type: "evict", scopes: entry.response?.scope ?? [], outcome, durationMs: 0 });
  }

  /** There is no token. `slot` is unknown when there is no such configuration. */
  failed(
    error: unknown,
    ref: string,
    slot: Slot | undefined,
    scope: string | undefined,
    subject: string | undefined,
    started: number,
  ): void {
    const base = slot?.eventBase(scope) ?? { ref, issuer: "", resource: [], requestedScopes: [] };
    const named = subject === undefined ? base : { ...base, subject: this.#reporter.nameOf(subject) };
    this.#reporter.reportFailure(error, { ...named, durationMs: since(started) });
  }

  #about(slot: Slot, entry: Entry, scope: string | undefined) {
    entry.subjectName ??= this.#reporter.nameOf(entry.subject);
    return { ...slot.eventBase(scope), subject: entry.subjectName };
  }
}

function since(started: number): number {
  return performance.now() - started;
}
