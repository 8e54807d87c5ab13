// npm test: everything. `--quick`: without browsers, the packed package and the main job. `--only name,name`: some.
import { parseArgs } from "node:util";
import { runEdge } from "../tests/consumers/edge.mjs";
import { runReadme } from "../tests/consumers/readme.mjs";
import { typeResolution } from "../tests/packaging/types.mjs";
import { build } from "./build.mjs";
import { reproducible } from "./check/reproducible.mjs";
import { checks } from "./check.mjs";
import { main } from "./lib/main.mjs";
import { planted } from "./lib/paths.mjs";
import { runSuites } from "./lib/suites.mjs";
import { setUp } from "./setup.mjs";
import { jsTests, mainJob } from "./suites/js.mjs";
import { keycloakSuite } from "./suites/keycloak.mjs";
import { attwCheck, publintCheck } from "./suites/packaging.mjs";
import { bundlerSuites, runtimeSuites } from "./suites/runtimes.mjs";
import { hostileAnswers, nativeExample, nativeTests, wasmInChromium, wasmInNode } from "./suites/rust.mjs";

const suites = [
  { name: "build", quick: true, run: () => build() },
  { name: "build with planted panic", quick: true, run: () => build(planted) },
  ...checks.map((check) => ({ ...check, quick: true })),
  { name: "rust native", quick: true, run: nativeTests },
  { name: "rust hostile", run: hostileAnswers },
  { name: "rust example", quick: true, run: nativeExample },
  { name: "wasm in node", quick: true, run: wasmInNode },
  { name: "wasm in chromium", run: wasmInChromium },
  { name: "js", quick: true, run: jsTests },
  { name: "publint", run: publintCheck },
  { name: "attw", run: attwCheck },
  { name: "type resolution", run: typeResolution },
  { name: "readme lines", run: runReadme },
  { name: "edge", run: runEdge },
  ...runtimeSuites,
  ...bundlerSuites,
  { name: "keycloak", run: keycloakSuite },
  { name: "reproducible wasm", run: reproducible },
  { name: "main job", run: mainJob },
];

await main(import.meta.url, async () => {
  const { values } = parseArgs({ options: { quick: { type: "boolean" }, only: { type: "string" } } });
  const only = values.only?.split(",");
  const unknown = only?.filter((wanted) => !suites.some(({ name }) => name === wanted)) ?? [];
  if (unknown.length > 0) {
    throw new Error(`no suite ${unknown.join(", ")}. There are: ${suites.map(({ name }) => name).join(", ")}`);
  }
  await setUp(values.quick || only ? "check" : "test");
  const chosen = suites.filter(({ name, quick }) => (only ? only.includes(name) : quick || !values.quick));
  if (!(await runSuites(chosen))) process.exitCode = 1;
});
