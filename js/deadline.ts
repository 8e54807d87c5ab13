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
  #watches = false;
  /** By `performance.now()`. */
  readonly #until: number;
  readonly #caller: AbortSignalLike | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reject: ((reason: unknown) => void) | undefined;

  /** Without a time, only `stop` and the caller end it. Neither is looked at before there is something to wait for. */
  constructor(timeoutMs = Number.POSITIVE_INFINITY, caller?: AbortSignalLike) {
    this.#until = performance.now() + timeoutMs;
    this.#caller = caller;
  }

  /** The time left, in milliseconds. */
  get left(): number {
    return this.#until - performance.now();
  }

  get signal(): AbortSignal {
    return (this.#controller ??= new AbortController()).signal;
  }

  /** The result of `work`, or a rejection as soon as the time is up or the caller has gone. */
  wait<T>(work: T | PromiseLike<T>): Promise<T> {
    this.#watch();
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
    if (this.#caller?.aborted) this.stop(this.#caller.reason);
    if (this.left <= 0) this.expire();
    if (this.#stopped) throw this.signal.reason;
  }

  /** Ends what runs. */
  stop(reason: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    (this.#controller ??= new AbortController()).abort(reason);
    this.#reject?.(this.signal.reason);
  }

  /** Lets go of the timer and the caller's signal, until there is something to wait for again. */
  end(): void {
    this.#watches = false;
    clearTimeout(this.#timer);
    if (this.#caller) unwatch(this.#caller, this);
  }

  /** Ends what runs because the time is up. */
  expire(): void {
    if (this.#stopped) return;
    this.expired = true;
    this.stop(new DOMException("The operation timed out.", "TimeoutError"));
  }

  #watch(): void {
    if (this.#watches) return;
    this.#watches = true;
    const { left } = this;
    // Hosts warn of a timer that is set to the past.
    if (left <= 0) this.expire();
    else if (left < Number.POSITIVE_INFINITY) this.#timer = setTimeout(expire, Math.min(left, LONGEST_TIMER), this);
    const caller = this.#caller;
    if (caller?.aborted) this.stop(caller.reason);
    else if (caller) watch(caller, this);
  }
}

// No closure for each operation: nearly all timers are cleared.
function expire(deadline: Deadline): void {
  deadline.expire();
}

/** Stops a deadline when its caller goes: by one listener for all of a signal, for hosts warn of a signal with many. */
function watch(caller: AbortSignalLike, deadline: Deadline): void {
  let watched = WATCHED.get(caller);
  if (!watched) {
    const deadlines = new Set<Deadline>();
    const stop = () => {
      for (const deadline of deadlines) deadline.stop(caller.reason);
    };
    WATCHED.set(caller, (watched = { deadlines, stop }));
    caller.addEventListener("abort", stop);
  }
  watched.deadlines.add(deadline);
}

function unwatch(caller: AbortSignalLike, deadline: Deadline): void {
  const watched = WATCHED.get(caller);
  if (!watched?.deadlines.delete(deadline) || watched.deadlines.size > 0) return;
  WATCHED.delete(caller);
  caller.removeEventListener("abort", watched.stop);
}

const WATCHED = new WeakMap<AbortSignalLike, { readonly deadlines: Set<Deadline>; readonly stop: () => void }>();

/** The caller's signal, if there is one. Throws `ConfigError` for anything that is no signal. @internal */
export function signalOf(options: unknown): AbortSignalLike | undefined {
  const signal = (options as { signal?: AbortSignalLike | null } | null | undefined)?.signal;
  if (signal == null) return undefined;
  const isTarget = typeof signal.addEventListener === "function" && "removeEventListener" in signal;
  if (typeof signal.aborted === "boolean" && isTarget) return signal;
  throw invalid("signal", "an AbortSignal");
}

// A longer one would fire at once.
const LONGEST_TIMER = 0x7fffffff;
