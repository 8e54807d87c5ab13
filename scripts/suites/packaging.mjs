// What is shipped is what is tested: everything here takes the packed tarball.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { at } from "../lib/paths.mjs";
import { capture, npmTool, run } from "../lib/run.mjs";
import { Failure } from "../lib/suites.mjs";

let packed;

/** The path of the tarball, packed once per process. */
export function tarball() {
  if (!packed) {
    mkdirSync(at("target/packed"), { recursive: true });
    const [{ filename }] = JSON.parse(
      capture("npm", ["pack", "--json", "--silent", "--pack-destination", at("target/packed")]),
    );
    packed = at("target/packed", filename);
  }
  return packed;
}

export async function publintCheck() {
  const { publint } = await import("publint");
  const { formatMessage } = await import("publint/utils");
  const { messages, pkg } = await publint({
    pack: { tarball: new Uint8Array(readFileSync(tarball())).buffer },
    strict: true,
  });
  const lines = messages.map((message) => `${message.type}: ${formatMessage(message, pkg, { color: false })}`);
  if (lines.length > 0) throw new Failure(`publint: ${lines.length} messages`, lines.join("\n"));
  return "publint: no message";
}

/** attw resolves the typings of each entry as TypeScript does under node10, node16 and bundlers. */
export async function attwCheck() {
  const flags = ["--format", "ascii", "--no-color", "--no-emoji"];
  // `/web` and `/slim` are for hosts of ES modules; node10 knows no sub-paths.
  flags.push("--ignore-rules", "cjs-resolves-to-esm", "no-resolution");
  const [node, args] = npmTool("@arethetypeswrong/cli/dist/index.js", [tarball(), ...flags]);
  const { status, output } = await run(node, args, { quiet: true });
  if (status !== 0) throw new Failure(`attw: exit ${status}`, output);
  return "attw: no problem in the entries . /web /slim /core_bg.wasm";
}

/** Installs the tarball into an empty folder, without a network, and gives the folder to `work`. */
export async function inConsumer(work) {
  const folder = mkdtempSync(join(tmpdir(), "onbehalf-consumer-"));
  try {
    capture("npm", ["init", "--yes"], { cwd: folder });
    capture("npm", ["install", tarball(), "--offline", "--no-audit", "--no-fund"], { cwd: folder });
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
