import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Failure } from "./suites.mjs";

/** Runs `work` when the module is the one that was started, and ends with its message, not a stack, when it fails. */
export async function main(moduleUrl, work) {
  if (realpathSync(process.argv[1]) !== fileURLToPath(moduleUrl)) return;
  try {
    await work();
  } catch (error) {
    if (error.output) console.error(error.output);
    // Our own messages say enough; anything else is a mistake in a script.
    console.error(error instanceof Failure || error.constructor === Error ? `Error: ${error.message}` : error.stack);
    process.exitCode = 1;
  }
}
