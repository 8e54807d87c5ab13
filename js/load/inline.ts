import text from "onbehalf:wasm-text";
import { bytesOf } from "./hex.js";
import type { Loader } from "./loader.js";

/** The default form: the wasm travels inside the JavaScript file, so that no bundler and no permission can lose it. */
export const loader: Loader = { compile: () => new WebAssembly.Module(bytesOf(text)) };
