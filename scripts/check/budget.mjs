// What a user transfers for the default entry when the wasm is a file of its own.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { release } from "../lib/paths.mjs";
import { Failure } from "../lib/suites.mjs";

/**
 * Brotli bytes of wasm, glue and facade: what there is and a little room. The aim was 45 KB; docs/decisions.md says what
 * was tried and why it is more. Lower this whenever something gets smaller.
 */
export const limit = 74_200;

export function brotli(file) {
  const data = readFileSync(join(release.outDir, file));
  return brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
}

/** What the default entry weighs, as a sentence, and whether that is within the limit. */
export function weigh() {
  const wasm = brotli("core_bg.wasm");
  // The default entry without the wasm in it: the same facade and glue.
  const script = brotli("workerd.js");
  const line = `${wasm + script} bytes brotli (wasm ${wasm} + glue and facade ${script}), limit ${limit}`;
  return { line, within: wasm + script <= limit };
}

export function budgetCheck() {
  const { line, within } = weigh();
  if (!within) throw new Failure(`over budget: ${line}. See npm run size`);
  return line;
}
