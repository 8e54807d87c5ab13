// Runs before `npm pack` and `npm publish`: the package is what the present sources give, or there is none.
import { existsSync, readdirSync } from "node:fs";
import { build } from "./build.mjs";
import { main } from "./lib/main.mjs";
import { at } from "./lib/paths.mjs";

await main(import.meta.url, async () => {
  refuseForeignBuild(at("pkg"));
  await build();
});

/** `wasm-pack build` writes to pkg/ too, with a .gitignore of `*` that makes npm publish an empty package. */
function refuseForeignBuild(pkg) {
  if (!existsSync(pkg)) return;
  const foreign = readdirSync(pkg).filter(
    (name) => name === ".gitignore" || name === "package.json" || /onbehalf/.test(name),
  );
  if (foreign.length > 0) {
    throw new Error(
      `pkg/ holds ${foreign.join(", ")} of another tool. Delete pkg/, run \`npm run build\`, ` +
        "and give wasm-pack another folder: `wasm-pack build --out-dir target/wasm-pack`",
    );
  }
}
