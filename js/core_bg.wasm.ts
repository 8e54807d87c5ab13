/**
 * The typing of `onbehalf/core_bg.wasm`, which the build copies beside the file. Nothing imports it.
 *
 * @packageDocumentation
 */
import type { CompiledModule } from "./core.js";

/** The core, compiled, on hosts and through bundlers that make a module of the import of a `.wasm`: for `init`. */
declare const wasm: CompiledModule;
export default wasm;
