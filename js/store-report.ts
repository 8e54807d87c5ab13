import type { Entry } from "./cache.js";
import { OAuthError } from "./errors.js";
import { type OAuthEvent, Reporter } from "./events.js";
import type { Slot } from "./store-config.js";
import type { Call } from "./store-tokens.js";
import type { TokenResponse } from "./token-response.js";

/**
 * Tells of what a store does. There is one only when somebody listens.
 *
 * @internal
 */
export class StoreReporter extends Reporter {
  /** A token was issued. */
  exchanged({ slot, scope, subject }: Call, started: number, { scope: scopes }: TokenResponse): void {
    const base = { ...slot.eventBase(scope), subject: this.nameOf(subject) };
    this.report({ ...base, type: "exchange", scopes, outcome: "ok", durationMs: since(started) });
  }

  /** A remembered token was given out. */
  hit({ slot, scope }: Call, entry: Entry, stale: boolean): void {
    this.#report(slot, entry, scope, { type: "cache", outcome: "ok", durationMs: 0, ...(stale && { stale }) });
  }

  /** A call has waited for the exchange of another. */
  joined({ slot, scope }: Call, entry: Entry, started: number, result: TokenResponse | unknown): void {
    const { accessToken, scope: scopes } = (result ?? {}) as Partial<TokenResponse>;
    const outcome = accessToken ? "ok" : OAuthError.is(result) ? result.code : "failed";
    const { requestedScopes } = slot.eventBase(scope);
    const granted = accessToken ? scopes : requestedScopes;
    this.#report(slot, entry, scope, { type: "join", outcome, durationMs: since(started), scopes: granted ?? [] });
  }

  /** A token was forgotten. */
  evicted(entry: Entry, outcome: OAuthEvent["outcome"]): void {
    const [owner] = entry.lane.owners;
    this.#report((entry.owner ?? owner) as Slot, entry, undefined, { type: "evict", outcome, durationMs: 0 });
  }

  /** There is no token. `slot` is unknown when there is no such configuration, `subject` until it was asked for. */
  failed(error: unknown, ref: string, { slot, scope, subject }: Partial<Call>, started: number): void {
    const base = slot?.eventBase(scope) ?? { ref, issuer: "", resource: [], requestedScopes: [] };
    const named = subject === undefined ? base : { ...base, subject: this.nameOf(subject) };
    this.reportFailure(error, { ...named, durationMs: since(started) });
  }

  /** The scopes are those of the token in the entry, unless `event` has some. */
  #report(
    slot: Slot,
    entry: Entry,
    scope: string | undefined,
    event: Pick<OAuthEvent, "type" | "outcome" | "durationMs"> & Partial<OAuthEvent>,
  ): void {
    const subject = (entry.subjectName ??= this.nameOf(entry.subject));
    const scopes = entry.response?.scope ?? [];
    this.report({ ...slot.eventBase(scope), subject, scopes, ...event });
  }
}

function since(started: number): number {
  return performance.now() - started;
}
