// Where things are, relative to the checkout, whatever the current directory.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const at = (...parts) => join(root, ...parts);

/** The published build. */
export const release = {
  name: "release",
  features: ["npm"],
  wasmDir: at("target/onbehalf/release"),
  outDir: at("pkg"),
};

/** The same package over a core that can be told to panic: for the tests of panic containment, never published. */
export const planted = {
  name: "planted-panic",
  features: ["planted-panic"],
  wasmDir: at("target/onbehalf/planted-panic"),
  outDir: at("target/planted-panic"),
};
