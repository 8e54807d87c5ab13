/**
 * An object of the core with its options, and the operations that run on it.
 *
 * @internal
 */
import { enter, type Instance, instance, nextStep, type RawStarter, type RawTemplate } from "./core.js";
import { type Begun, drive, type Finished, type Host } from "./driver.js";
import { type Gap, Templates, textOf } from "./template.js";
import type { AbortSignalLike } from "./types.js";

/** Runs operations on an object of the core that can be made again: when a panic has worn the instance of the last one. */
export class Engine {
  readonly host: Host;
  readonly templates = new Templates();
  readonly #text: string;
  #core: Made | undefined;
  #closed = false;

  /** `text` is what the object of the core is made of. */
  constructor(host: Host, text: string) {
    this.host = host;
    this.#text = text;
  }

  /** Throws the `ConfigError` for options that the core refuses. */
  check(): void {
    this.#use(() => {});
  }

  /**
   * Asks the object of the core: a client for the `Authorization` value that presents a token, by an address, the token, its
   * type and its issued type; a configuration for what tells its tokens from others, with other scopes if there are any.
   */
  ask(...question: string[]): string {
    return this.#use(({ instance, raw }) => enter(instance, () => raw.ask(JSON.stringify(question))));
  }

  /** Starts an operation; `now` in milliseconds since the epoch. */
  begin(operation: string, now: number): Begun {
    return this.#use(({ instance, raw }) => ({ instance, step: nextStep(instance, () => raw.start(operation, now)) }));
  }

  /** Starts an operation and runs it to its end. `gap` is where an exchange differs from others like it. */
  run(
    operation: string,
    gap: Gap | undefined,
    timeoutMs: number | null | undefined,
    signal: AbortSignalLike | undefined,
  ): Promise<Finished> {
    const now = Date.now();
    let begun = gap && this.templates.begin(gap, now);
    if (!begun) {
      begun = this.begin(operation, now);
      // A stand-in: what is kept for others must not hold the token.
      if (gap) this.templates.seen(gap, now, begun, () => this.#template(textOf(gap, "-"), now));
    }
    return drive(this.host, begun, timeoutMs ?? this.host.timeoutMs, signal);
  }

  #template(operation: string, now: number): RawTemplate | undefined {
    return this.#use(({ instance, raw }) => enter(instance, () => raw.template(operation, now)));
  }

  /**
   * Gives back the object of the core. Operations under way hold what they need of it; a prepared answer that is read later
   * builds one for that time.
   */
  close(): void {
    this.#closed = true;
    this.templates.clear();
    const core = this.#core;
    this.#core = undefined;
    if (core && !core.instance.worn) enter(core.instance, () => core.raw.free());
  }

  #use<T>(use: (core: Made) => T): T {
    try {
      return use(this.#current());
    } finally {
      if (this.#closed) this.close();
    }
  }

  #current(): Made {
    const current = instance();
    if (this.#core?.instance === current) return this.#core;
    return (this.#core = { instance: current, raw: enter(current, (core) => new core.Starter(this.#text)) });
  }
}

/** An object of the core, and where it lives. */
interface Made {
  readonly instance: Instance;
  readonly raw: RawStarter;
}
