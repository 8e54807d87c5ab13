/**
 * An object of the core with its options, and the operations that run on it.
 *
 * @internal
 */
import { type CoreExports, enter, type Instance, instance, nextStep } from "./core.js";
import { type Begun, drive, type Finished, type Host } from "./driver.js";
import type { AbortSignalLike } from "./types.js";

/** Starts an operation on an object of the core; `now` in milliseconds since the epoch. */
export type Start<Raw> = (raw: Raw, now: number) => string;

/** What can be given back to the core. */
interface Freed {
  free(): void;
}

/** Runs operations on an object of the core that can be made again: when a panic has worn the instance of the last one. */
export class Engine<Raw extends Freed> {
  readonly host: Host;
  readonly #make: (core: CoreExports) => Raw;
  #core: Made<Raw> | undefined;
  #closed = false;

  constructor(host: Host, make: (core: CoreExports) => Raw) {
    this.host = host;
    this.#make = make;
  }

  /** Asks the object of the core. Throws the `ConfigError` for options that it refuses. */
  ask<T>(question: (raw: Raw) => T): T {
    return this.#use(({ instance, raw }) => enter(instance, () => question(raw)));
  }

  /** Starts an operation. */
  begin(start: Start<Raw>, now: number): Begun {
    return this.#use(({ instance, raw }) => ({ instance, step: nextStep(instance, () => start(raw, now)) }));
  }

  /** Starts an operation and runs it to its end. */
  run(start: Start<Raw>, timeoutMs: number | null | undefined, signal: AbortSignalLike | undefined): Promise<Finished> {
    return drive(this.host, this.begin(start, Date.now()), timeoutMs ?? this.host.timeoutMs, signal);
  }

  /**
   * Gives back the object of the core. Operations under way hold what they need of it; what is still to begin has one for
   * that time.
   */
  close(): void {
    this.#closed = true;
    const core = this.#core;
    this.#core = undefined;
    if (core && !core.instance.worn) enter(core.instance, () => core.raw.free());
  }

  #use<T>(use: (core: Made<Raw>) => T): T {
    try {
      return use(this.#current());
    } finally {
      if (this.#closed) this.close();
    }
  }

  #current(): Made<Raw> {
    const current = instance();
    if (this.#core?.instance === current) return this.#core;
    return (this.#core = { instance: current, raw: enter(current, this.#make) });
  }
}

/** An object of the core, and where it lives. */
interface Made<Raw> {
  readonly instance: Instance;
  readonly raw: Raw;
}
