import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Runs `work` when the module is the one that was started, and ends with its message, not a stack, when it fails. */
export async function main(moduleUrl, work) {
  if (realpathSync(process.argv[1]) !== fileURLToPath(moduleUrl)) return;
  try {
    await work();
  } catch (error) {
    console.error(
      error.stack?.includes("\n    at ") && error.constructor !== Error ? error.stack : `Error: ${error.message}`,
    );
    process.exitCode = 1;
  }
}
