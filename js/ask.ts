import { type CoreExports, enter, instance } from "./core.js";
import { adopted } from "./errors.js";

/** Asks the core something that needs no options. Throws the errors that it reports. @internal */
export function ask<T>(question: (core: CoreExports) => T): T {
  try {
    return enter(instance(), question);
  } catch (thrown) {
    throw adopted(thrown);
  }
}
