import { Deadline } from "./deadline.js";
import type { HostAbortSignal } from "./types.js";

/** The end of the call that a context is for. @internal */
export let deadlineOf: (context: ProviderContext) => Deadline;

/**
 * What a provider is called with. The deadline of the call stands behind it: made when somebody waits, or reads the signal,
 * for most lookups do neither.
 *
 * @internal
 */
export class ProviderContext {
  static {
    deadlineOf = (context) => {
      const end = context.#end;
      return typeof end === "number" ? (context.#end = new Deadline(end)) : end;
    };
  }

  /** The deadline, or how long the call may take. One field: a lookup notices a second one. */
  #end: Deadline | number;

  constructor(end: Deadline | number) {
    this.#end = end;
  }

  /** Aborts when the time of the call is up, or its caller has gone. */
  get signal(): HostAbortSignal {
    return deadlineOf(this).signal as HostAbortSignal;
  }
}
