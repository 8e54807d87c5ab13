// The cases against a running Keycloak: `node scripts/suites/keycloak.mjs`, or `node --test` with this file.
// Not a `*.test.mjs`: the quick suites, which run those, have no such server.
import { after, before } from "node:test";
import { server } from "./helpers.mjs";

before(() => server.start(), { timeout: 600_000 });
after(() => server.stop());

await import("./exchange.mjs");
await import("./errors.mjs");
await import("./clients.mjs");
