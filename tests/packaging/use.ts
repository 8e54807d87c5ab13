// Compiled as a user's file by tests/packaging/types.mjs.
import { init } from "onbehalf";
import { init as initSlim } from "onbehalf/slim";

export const ready: Promise<void> = init();
export const slim: Promise<void> = initSlim(new Uint8Array(8));
// @ts-expect-error: not something WebAssembly can be loaded from
init(5);
