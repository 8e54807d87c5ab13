import { table, text } from "onbehalf:wasm-text";
import type { Loader } from "./loader.js";
import { bytesOf } from "./printable.js";

/** The default form: the wasm travels inside the JavaScript file, so that no bundler and no permission can lose it. */
export const loader: Loader = { compile: () => new WebAssembly.Module(bytesOf(text, table)) };
