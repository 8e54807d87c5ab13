// What scripts/build/bundle.mjs puts in place of these imports.

declare module "onbehalf:wasm-text" {
  const text: string;
  export default text;
}

declare module "onbehalf:glue" {
  /** A fresh copy of the wasm-bindgen glue, with module variables of its own. */
  export function createCore(): import("../core.js").CoreExports & {
    initSync(options: { module: WebAssembly.Module }): unknown;
  };
}

declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}
