import { nothing } from "../attempt.js";
import module from "./core_bg.wasm";
import type { Loader } from "./loader.js";

let waitUntil: Loader["keep"];
// Put together, so that no bundler looks for a module that only the runtime has. Older ones lack it, or the function.
const workers = ["cloudflare", "workers"].join(":");
import(workers).then((given) => {
  waitUntil = given.waitUntil;
}, nothing);

/** Cloudflare Workers: compiling bytes is forbidden there, a wasm import is a compiled module. */
export const loader: Loader = { compile: () => module, keep: (work) => waitUntil?.(work) };
