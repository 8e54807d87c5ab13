// npm run build: the whole package into pkg/. `--planted-panic` builds the test variant into target/planted-panic/.
import { bundle } from "./build/bundle.mjs";
import { declarations, writeGeneratedTypes } from "./build/types.mjs";
import { buildWasm } from "./build/wasm.mjs";
import { main } from "./lib/main.mjs";
import { planted, release } from "./lib/paths.mjs";
import { setUp } from "./setup.mjs";

/** Each step is skipped when its inputs and outputs are as the last build left them. */
export async function build(variant = release) {
  const started = performance.now();
  const steps = [];
  if (await buildWasm(variant)) steps.push("wasm");
  if (variant === release) {
    writeGeneratedTypes(variant);
    if (await declarations(variant)) steps.push("declarations");
  }
  if (await bundle(variant)) steps.push("bundles");
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return `${variant.name}: ${steps.length > 0 ? steps.join(", ") : "nothing"} rebuilt in ${seconds} s`;
}

await main(import.meta.url, async () => {
  await setUp("build");
  console.log(await build(process.argv.includes("--planted-panic") ? planted : release));
});
