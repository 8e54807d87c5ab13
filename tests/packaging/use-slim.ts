// Compiled as a user's ES module by tests/packaging/types.mjs.
import wasm from "onbehalf/core_bg.wasm";
import { init as initSlim } from "onbehalf/slim";
import { init as initWeb } from "onbehalf/web";

export const slim: Promise<void> = initSlim(new Uint8Array(8));
export const compiled: Promise<void> = initSlim(wasm);
// @ts-expect-error: nothing can be read from it
export const exported: unknown = wasm.exports;
export const web: Promise<void> = initWeb(new URL("https://cdn.example/core_bg.wasm"));
