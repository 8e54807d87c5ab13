// npm start: from a fresh clone to the main example, `examples/start.mjs`, which gets the command line arguments.

import { spawnSync } from "node:child_process";
import { build } from "./build.mjs";
import { main } from "./lib/main.mjs";
import { at, root } from "./lib/paths.mjs";
import { setUp } from "./setup.mjs";

await main(import.meta.url, async () => {
  await setUp(process.argv.includes("--keycloak") ? "keycloak" : "build");
  console.log(await build());
  const example = spawnSync(process.execPath, [at("examples/start.mjs"), ...process.argv.slice(2)], {
    cwd: root,
    stdio: "inherit",
  });
  process.exitCode = example.status ?? 1;
});
