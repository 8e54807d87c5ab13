// A real Keycloak: the cases of tests/servers/keycloak, then the main job, against one server that ends with the suite.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { realms } from "../../tests/servers/keycloak/realm.mjs";
import { main } from "../lib/main.mjs";
import { at } from "../lib/paths.mjs";
import { run } from "../lib/run.mjs";
import { Failure, runSuites } from "../lib/suites.mjs";
import { fetchKeycloak, startKeycloak } from "../servers/keycloak.mjs";
import { writeServerReport } from "../servers/report.mjs";

const results = at("target/servers/keycloak.jsonl");

/** Downloads what is missing: for set-up, so that the suite's seconds are its own. */
export { fetchKeycloak };

export async function keycloakSuite() {
  const server = await startKeycloak({ realms });
  try {
    const cases = await keycloakCases(server);
    return `${cases}\n${await mainJob(server)}`;
  } finally {
    await server.stop();
  }
}

async function keycloakCases({ url, version, log }) {
  mkdirSync(at("target/servers"), { recursive: true });
  rmSync(results, { force: true });
  writeFileSync(results, "");
  const file = at("tests/servers/keycloak/cases.mjs");
  const env = { ONBEHALF_KEYCLOAK: url, ONBEHALF_RESULTS: results };
  const args = ["--test", "--test-reporter=spec", file];
  const { status, output } = await run(process.execPath, args, { quiet: true, env });
  const count = (what) => Number(new RegExp(`^\\S* ?${what} (\\d+)`, "m").exec(output)?.[1] ?? 0);
  const closing = `Keycloak ${version}: tests ${count("tests")}, pass ${count("pass")}, fail ${count("fail")}, skipped ${count("skipped")}`;
  if (status !== 0) throw new Failure(`${closing}, exit ${status}`, `${output}\nKeycloak said last:\n${log()}`);
  const rows = readFileSync(results, "utf8").trim().split("\n").filter(Boolean).map(JSON.parse);
  if (rows.length === 0 || rows.length !== count("pass")) {
    throw new Failure(`${closing}, but ${rows.length} results`, output);
  }
  writeServerReport({ server: "Keycloak", version, results: rows });
  return `${closing}; docs/servers.md written`;
}

async function mainJob({ url }) {
  const args = [at("examples/start.mjs"), `--keycloak=${url}`];
  const { status, output } = await run(process.execPath, args, { quiet: true });
  if (status !== 0) throw new Failure(`examples/start.mjs --keycloak: exit ${status}`, output);
  return output.trim().split("\n").at(-1);
}

await main(import.meta.url, async () => {
  await fetchKeycloak();
  if (!(await runSuites([{ name: "keycloak", run: keycloakSuite }]))) process.exitCode = 1;
});
