// Compiled as a user's ES module by tests/packaging/types.mjs.
import { init as initSlim } from "onbehalf/slim";
import { init as initWeb } from "onbehalf/web";

export const slim: Promise<void> = initSlim(new Uint8Array(8));
export const web: Promise<void> = initWeb(new URL("https://cdn.example/core_bg.wasm"));
