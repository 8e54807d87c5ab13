/** TokenExchangeStore: what others choose, such as scopes that a resource asks for, does not fill the memory. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runModule } from "./helpers.mjs";

describe("past maxEntries", () => {
  for (const [what, options] of [
    ["scopes of a resource", "{ subjectToken: 'alice', scope: `${index}:` + 'x'.repeat(1000) }"],
    ["actors", "{ subjectToken: 'alice', actorToken: `${index}.` + 'x'.repeat(1000) }"],
    ["subjects", "{ subjectToken: `${index}.` + 'x'.repeat(1000) }"],
  ]) {
    test(`eight thousand ${what} leave a bounded memory`, async () => {
      const { status, stdout, stderr } = await runModule(`
        import { setFlagsFromString } from "node:v8";
        import { runInNewContext } from "node:vm";
        import { TokenExchangeStore } from "onbehalf";
        setFlagsFromString("--expose-gc");
        const gc = runInNewContext("gc");
        const body = JSON.stringify({ access_token: "t", token_type: "Bearer", expires_in: 3600 });
        const answer = { status: 200, headers: { "content-type": "application/json" }, text: async () => body };
        const store = new TokenExchangeStore({
          configs: [{ ref: "a", name: "A", kind: "k", scope: "s", status: "active",
            tokenEndpoint: "https://as.example/token", clientId: "c" }],
          fetch: async () => answer,
          maxEntries: 10,
        });
        let index = 0;
        const memoryAfter = async (calls) => {
          for (const end = index + calls; index < end; index++) await store.getToken("a", ${options});
          gc();
          await new Promise((resolve) => setTimeout(resolve, 20));
          gc();
          const { heapUsed, external } = process.memoryUsage();
          return heapUsed + external;
        };
        const before = await memoryAfter(2000);
        const after = await memoryAfter(6000);
        console.log(store.stats().entries, (after - before) / 6000);
      `);
      const [entries, each] = stdout.split(" ").map(Number);
      assert.deepEqual([status, entries, stderr], [0, 10, ""]);
      assert.ok(each < 150, `${each} bytes stay of each`);
    });
  }
});
