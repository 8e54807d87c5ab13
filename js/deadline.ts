import { invalid } from "./arguments.js";
import type { AbortSignalLike } from "./types.js";

/**
 * The end of one operation: its time limit and its caller's signal, as one signal for the host.
 *
 * Whatever an operation waits for, it waits for here, one thing at a time: a `fetch` that ignores its signal cannot
 * hold it up. `AbortSignal.timeout` and `any` would do the same at several times the cost.
 *
 * @internal
 */
export class Deadline {
  /** Whether the time was up. */
  expired = false;
  // Made when somebody needs it: who only waits for another's call does not.
  #controller: AbortController | undefined;
  #stopped = false;
  readonly #caller: AbortSignalLike | undefined;
  readonly #listener: (() => void) | undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  #reject: ((reason: unknown) => void) | undefined;

  /** Without a time, only `stop` and the caller end it. */
  constructor(timeoutMs?: number, caller?: AbortSignalLike) {
    if (timeoutMs !== undefined) this.#timer = setTimeout(expire, Math.min(timeoutMs, LONGEST_TIMER), this);
    if (!caller) return;
    this.#caller = caller;
    this.#listener = () => this.stop(caller.reason);
    if (caller.aborted) this.#listener();
    else caller.addEventListener("abort", this.#listener);
  }

  get signal(): AbortSignal {
    return (this.#controller ??= new AbortController()).signal;
  }

  /** The result of `work`, or a rejection as soon as the time is up or the caller has gone. */
  wait<T>(work: T | PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#stopped) reject(this.signal.reason);
      this.#reject = reject;
      // Also when it comes too late: nobody else handles its rejection.
      Promise.resolve(work).then(resolve, reject);
    });
  }

  async sleep(ms: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await this.wait(new Promise<void>((resolve) => (timer = setTimeout(resolve, Math.min(ms, LONGEST_TIMER)))));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Throws when it is over. A host may reject because of an abort before our own listener has run. */
  check(): void {
    if (this.#caller?.aborted) this.#listener?.();
    if (this.#stopped) throw this.signal.reason;
  }

  /** Ends what runs. */
  stop(reason: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    (this.#controller ??= new AbortController()).abort(reason);
    this.#reject?.(this.signal.reason);
  }

  /** Lets go of the timer and the caller's signal. */
  end(): void {
    clearTimeout(this.#timer);
    if (this.#listener) this.#caller?.removeEventListener("abort", this.#listener);
  }

  /** Ends what runs because the time is up. */
  expire(): void {
    if (this.#stopped) return;
    this.expired = true;
    this.stop(new DOMException("The operation timed out.", "TimeoutError"));
  }
}

// No closure for each operation: nearly all timers are cleared.
function expire(deadline: Deadline): void {
  deadline.expire();
}

/** The caller's signal, if there is one. Throws `ConfigError` for anything that is no signal. @internal */
export function signalOf(options: unknown): AbortSignalLike | undefined {
  const signal = (options as { signal?: AbortSignalLike | null } | null | undefined)?.signal;
  if (signal == null) return undefined;
  if (typeof signal.aborted === "boolean" && typeof signal.addEventListener === "function") return signal;
  throw invalid("signal", "an AbortSignal");
}

// A longer one would fire at once.
const LONGEST_TIMER = 0x7fffffff;
