// The main job: an agent calls an API on behalf of two users, with tokens made for exactly that.
//
//   node examples/start.mjs                     starts a real authorization server and a CRM API, and runs against them
//   node examples/start.mjs --keycloak          the same against Keycloak, which Maven fetches once (177 MB; needs Java 17)
//   node examples/start.mjs --keycloak=URL      the same against a Keycloak that runs (administrator admin, password admin)
//   ISSUER=… CLIENT_ID=… CLIENT_SECRET=… SUBJECT_TOKEN=… AUDIENCE=… node examples/start.mjs
//                                               makes the same exchange at your own server (optional: SCOPE, PRESET)
import { createReport } from "./lib/console.mjs";
import { runDemo } from "./lib/main-job.mjs";
import { exchangeAtOwnServer, ownServerSettings } from "./lib/own-server.mjs";

const report = createReport();
const [, keycloak, url] = /^(--keycloak)(?:=(.*))?$/.exec(process.argv[2]) ?? [];
const own = ownServerSettings(process.env);

if (keycloak) {
  const { startKeycloakServer } = await import("./lib/keycloak-server.mjs");
  process.exitCode = await runDemo(report, { start: () => startKeycloakServer({ url }) });
} else if (own.missing.length > 0) {
  report.heading("To run against your own server, a few settings are still missing.");
  for (const { name, meaning, given } of own.explained) {
    report.print(`  ${given ? "given  " : "missing"}  ${name.padEnd(14)} ${meaning}`);
  }
  report.print("Set the missing ones, or none of them to run against the built-in server.");
  process.exitCode = 2;
} else {
  process.exitCode = await (own.settings ? exchangeAtOwnServer(report, own.settings) : runDemo(report));
}
