import module from "./core_bg.wasm?module";
import type { Loader } from "./loader.js";

/** Edge runtimes of frameworks: the module may come from another realm, so nothing may ask for its class. */
export const loader: Loader = { compile: () => module };
