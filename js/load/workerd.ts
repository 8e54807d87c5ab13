import module from "./core_bg.wasm";
import type { Loader } from "./loader.js";

/** Cloudflare Workers: compiling bytes is forbidden there, a wasm import is a compiled module. */
export const loader: Loader = { compile: () => module };
