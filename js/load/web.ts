import type { Loader } from "./loader.js";

/** `onbehalf/web`: the wasm is a file of its own, compiled while it arrives. */
export const loader: Loader = { source: () => new URL("./core_bg.wasm", import.meta.url) };
