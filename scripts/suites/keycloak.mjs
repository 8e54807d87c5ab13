// A real Keycloak: the cases of tests/servers/keycloak, then the main job, against one server that ends with the suite.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { realms } from "../../tests/servers/keycloak/realm.mjs";
import { main } from "../lib/main.mjs";
import { nodeTests } from "../lib/node-tests.mjs";
import { at } from "../lib/paths.mjs";
import { Failure, runSuites } from "../lib/suites.mjs";
import { fetchKeycloak, startKeycloak } from "../servers/keycloak.mjs";
import { writeServerReport } from "../servers/report.mjs";
import { mainJob } from "./js.mjs";

const results = at("target/servers/keycloak.jsonl");

/** Downloads what is missing: for set-up, so that the suite's seconds are its own. */
export { fetchKeycloak };

export async function keycloakSuite() {
  const server = await startKeycloak({ realms });
  try {
    const cases = await keycloakCases(server);
    return `${cases}\n${await mainJob(`--keycloak=${server.url}`)}`;
  } finally {
    await server.stop();
  }
}

async function keycloakCases({ url, version, log }) {
  mkdirSync(at("target/servers"), { recursive: true });
  writeFileSync(results, "");
  const env = { ONBEHALF_KEYCLOAK: url, ONBEHALF_RESULTS: results };
  const { closing, pass } = await nodeTests(["tests/servers/keycloak/cases.mjs"], env).catch((error) => {
    error.output = `${error.output}\nKeycloak said last:\n${log()}`;
    throw error;
  });
  const rows = readFileSync(results, "utf8").trim().split("\n").filter(Boolean).map(JSON.parse);
  if (rows.length !== pass) throw new Failure(`${closing}, but ${rows.length} results`);
  writeServerReport({ server: "Keycloak", version, results: rows });
  return `Keycloak ${version}: ${closing}; docs/servers.md written`;
}

await main(import.meta.url, async () => {
  await fetchKeycloak();
  if (!(await runSuites([{ name: "keycloak", run: keycloakSuite }]))) process.exitCode = 1;
});
