// Compiled as a user's file by tests/packaging/types.mjs.
import { init } from "onbehalf";

export const ready: Promise<void> = init();
// @ts-expect-error: not something WebAssembly can be loaded from
init(5);
