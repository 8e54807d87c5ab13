import type { Loader } from "./loader.js";

/** `onbehalf/slim`: the caller brings the wasm, `init(source)`. */
export const loader: Loader = {};
