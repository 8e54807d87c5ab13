import { type CoreExports, enter, instance } from "./core.js";

/** Asks the core something that needs no options. Throws the errors that it reports. @internal */
export function ask<T>(question: (core: CoreExports) => T): T {
  return enter(instance(), question);
}
