/**
 * An object of the core with its options, and the operations that run on it.
 *
 * @internal
 */
import { type CoreExports, enter, type Instance, instance, type RawOperation } from "./core.js";
import { drive, type Finished, type Host } from "./driver.js";
import { adopted, configError } from "./errors.js";
import type { AbortSignalLike } from "./types.js";

/** An operation under way, to be given back. */
export interface Running {
  readonly instance: Instance;
  readonly operation: RawOperation;
  free(): void;
}

/** What can be given back to the core. */
interface Freed {
  free(): void;
}

/** Runs operations on an object of the core that can be made again: when a panic has worn the instance of the last one. */
export class Engine<Raw extends Freed> {
  readonly host: Host;
  readonly #make: (core: CoreExports) => Raw;
  #core: { readonly instance: Instance; readonly raw: Raw } | undefined;
  #running = 0;
  #closed = false;

  constructor(host: Host, make: (core: CoreExports) => Raw) {
    this.host = host;
    this.#make = make;
  }

  /** Asks the object of the core. Throws the `ConfigError` for options that it refuses. */
  ask<T>(question: (raw: Raw) => T): T {
    const { instance, raw } = this.#current();
    try {
      return enter(instance, () => question(raw));
    } catch (thrown) {
      throw adopted(thrown);
    }
  }

  /** Makes an operation. Throws `ConfigError` `client_closed` after `close`. */
  begin(start: (raw: Raw) => RawOperation): Running {
    if (this.#closed) throw configError("client_closed", undefined, "this client has been closed");
    const { instance, raw } = this.#current();
    const operation = enter(instance, () => start(raw));
    this.#running++;
    return {
      instance,
      operation,
      free: () => {
        this.#running--;
        if (!instance.worn) enter(instance, () => operation.free());
        this.#release();
      },
    };
  }

  /** Makes an operation and runs it to its end. */
  async run(
    start: (raw: Raw) => RawOperation,
    timeoutMs: number | null | undefined,
    signal: AbortSignalLike | undefined,
  ): Promise<Finished> {
    const running = this.begin(start);
    try {
      return await drive(this.host, running.instance, running.operation, timeoutMs ?? this.host.timeoutMs, signal);
    } finally {
      running.free();
    }
  }

  /** Lets running operations finish and refuses later ones. */
  close(): void {
    this.#closed = true;
    this.#release();
  }

  #current(): { readonly instance: Instance; readonly raw: Raw } {
    const current = instance();
    if (this.#core?.instance === current) return this.#core;
    try {
      return (this.#core = { instance: current, raw: enter(current, this.#make) });
    } catch (thrown) {
      throw adopted(thrown);
    }
  }

  #release(): void {
    if (!this.#closed || this.#running > 0 || !this.#core) return;
    const { instance, raw } = this.#core;
    this.#core = undefined;
    if (!instance.worn) enter(instance, () => raw.free());
  }
}
