/** TokenExchangeStore: what the constructor refuses, and what it does not do. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fakeFetch, onbehalf, runModule, success, thrown, throwsConfig } from "./helpers.mjs";
import { CRM, crmConfig } from "./store-helpers.mjs";

const server = { origin: "https://as.example" };
const construct = (options) => new onbehalf.TokenExchangeStore(options);
const withConfig = (members) => ({ configs: [crmConfig(server), crmConfig(server, { ref: "second", ...members })] });

describe("the constructor", () => {
  test("names a bad option by its path", () => {
    for (const [options, code, field] of [
      [undefined, "invalid_option", "options"],
      [{}, "missing_option", "configs"],
      [{ configs: null }, "missing_option", "configs"],
      [{ configs: "x" }, "invalid_option", "configs"],
      [{ configs: () => [] }, "invalid_option", "configs"],
      [{ configs: [7] }, "invalid_option", "configs[0]"],
      [{ configs: [], storage: {} }, "unknown_option", "storage"],
      [{ configs: [], subjectTokenProvider: "x" }, "invalid_option", "subjectTokenProvider"],
      [{ configs: [], onEvent: {} }, "invalid_option", "onEvent"],
      [{ configs: [], fetch: {} }, "invalid_option", "fetch"],
      [{ configs: [], fetchFn: 1 }, "invalid_option", "fetchFn"],
      [{ configs: [], fetch: () => {}, fetchFn: () => {} }, "invalid_option", "fetchFn"],
      [{ configs: [], maxEntries: -1 }, "invalid_option", "maxEntries"],
      [{ configs: [], maxEntries: () => 1 }, "invalid_option", "maxEntries"],
      [{ configs: [], skewSeconds: 1.5 }, "invalid_option", "skewSeconds"],
      [{ configs: [], maxExpiresInSeconds: "1" }, "invalid_option", "maxExpiresInSeconds"],
      [{ configs: [], defaultExpiresInSeconds: Number.NaN }, "invalid_option", "defaultExpiresInSeconds"],
      [{ configs: [], onUnavailable: "reject" }, "invalid_option", "onUnavailable"],
      [withConfig({ ref: CRM }), "invalid_option", "configs[1].ref"],
      [withConfig({ ref: undefined }), "missing_option", "configs[1].ref"],
      [withConfig({ name: "" }), "invalid_option", "configs[1].name"],
      [withConfig({ kind: null }), "missing_option", "configs[1].kind"],
      [withConfig({ scope: undefined }), "missing_option", "configs[1].scope"],
      [withConfig({ status: 1 }), "invalid_option", "configs[1].status"],
      [withConfig({ clientId: undefined }), "missing_option", "configs[1].clientId"],
      [withConfig({ clientSecret: "" }), "invalid_option", "configs[1].clientSecret"],
      [withConfig({ tokenEndpoint: undefined }), "missing_option", "configs[1].tokenEndpoint"],
      [withConfig({ tokenEndpoint: "http://as.example/t" }), "insecure_url", "configs[1].tokenEndpoint"],
      [withConfig({ tokenEndpoint: undefined, issuer: "as" }), "invalid_option", "configs[1].issuer"],
      [withConfig({ auth: new onbehalf.NoneAuth() }), "invalid_option", "configs[1].clientSecret"],
      [withConfig({ auth: "x", clientSecret: null }), "invalid_option", "configs[1].auth"],
      [withConfig({ fetch: "x" }), "invalid_option", "configs[1].fetch"],
      [withConfig({ tenant: () => {} }), "unknown_option", "configs[1].tenant"],
      [withConfig({ own: "x" }), "unknown_option", "configs[1].own"],
      [withConfig({ extraParams: { grant_type: "x" } }), "invalid_option", "configs[1].extraParams.grant_type"],
      [withConfig({ extraParams: { Client_Id: "x" } }), "invalid_option", "configs[1].extraParams.Client_Id"],
      [withConfig({ extraParams: { a: 7 } }), "invalid_option", "configs[1].extraParams.a"],
      [withConfig({ extraParams: { requested_token_use: "on_behalf_of" } }), "invalid_option", "configs[1].audience"],
      [withConfig({ audience: [7] }), "invalid_option", "configs[1].audience[0]"],
      [withConfig({ resource: "crm" }), "invalid_option", "configs[1].resource"],
      [
        withConfig({ customHeaders: { Authorization: "x" } }),
        "invalid_option",
        "configs[1].customHeaders.Authorization",
      ],
      [withConfig({ timeoutMs: 0 }), "invalid_option", "configs[1].timeoutMs"],
      [withConfig({ preset: "nope" }), "unknown_preset", "configs[1].preset"],
      [withConfig({ origins: ["crm"] }), "invalid_endpoint", "configs[1].origins[0]"],
    ]) {
      throwsConfig(() => construct(options), code, field);
    }
  });

  test("what a getter of a configuration throws is thrown as it is", () => {
    const reason = new Error("not now");
    const config = Object.defineProperty(crmConfig(server), "audience", {
      enumerable: true,
      get() {
        throw reason;
      },
    });
    assert.equal(
      thrown(() => construct({ configs: [config] })),
      reason,
    );
  });

  test("null and undefined options are absent ones", () => {
    construct({
      configs: [crmConfig(server, { tags: null, preset: undefined, audience: null })],
      subjectTokenProvider: null,
      maxEntries: undefined,
      onUnavailable: null,
      fetch: null,
    });
  });

  test("a message holds no secret", () => {
    const error = throwsConfig(() =>
      construct(withConfig({ clientSecret: "planted-secret", tenant: "planted-secret" })),
    );
    assert.ok(!`${error.stack}${JSON.stringify(error)}`.includes("planted-secret"));
  });

  test("a configuration that is changed later changes nothing, and one changed before a second store counts", async () => {
    const fetch = fakeFetch(success());
    const config = { ...crmConfig(server), audience: ["one"], tags: ["t"] };
    const configs = [config];
    const options = { configs, fetch, subjectTokenProvider: () => "t" };
    const first = construct(options);
    config.audience.push("two");
    config.name = "changed";
    config.tags.push("u");
    const credential = await first.findByRef(CRM);
    assert.deepEqual([credential.name, credential.tags], ["CRM Service Token", ["t"]]);
    await construct(options).findByRef(CRM);
    const audiences = fetch.calls.map(({ init }) => new URLSearchParams(init.body).getAll("audience"));
    assert.deepEqual(audiences, [["one"], ["one", "two"]]);
    config.clientId = "";
    throwsConfig(() => construct(options), undefined, "configs[0].clientId");
  });

  test("does no I/O, starts no timer and draws no randomness, as the scope of a Worker's module demands", async () => {
    const { status, stdout, stderr } = await runModule(`
      import { init, TokenExchangeStore } from "onbehalf";
      await init();
      const refuse = (name) => () => { throw new Error(name + " in a constructor"); };
      for (const name of ["fetch", "setTimeout", "setInterval", "queueMicrotask"]) globalThis[name] = refuse(name);
      crypto.getRandomValues = refuse("randomness");
      Math.random = refuse("randomness");
      new TokenExchangeStore({
        configs: [{ ref: "a", name: "A", kind: "k", scope: "s", status: "active", issuer: "https://as.example", clientId: "c" }],
        onEvent() {}, onError() {}, subjectTokenProvider: () => "t",
      });
      console.log("made");
    `);
    assert.deepEqual([status, stdout.trim(), stderr], [0, "made", ""]);
  });

  test("a store per request leaves nothing behind", async () => {
    const { status, stdout, stderr } = await runModule(`
      import { setFlagsFromString } from "node:v8";
      import { runInNewContext } from "node:vm";
      import { TokenExchangeStore } from "onbehalf";
      setFlagsFromString("--expose-gc");
      const gc = runInNewContext("gc");
      const body = JSON.stringify({ access_token: "t", token_type: "Bearer", expires_in: 3600 });
      const configs = [{ ref: "a", name: "A", kind: "k", scope: "s", status: "active",
        tokenEndpoint: "https://as.example/token", clientId: "c", clientSecret: "x".repeat(1000) }];
      const memory = async (rounds) => {
        for (let round = 0; round < rounds; round++) {
          const fetch = async () => new Response(body, { headers: { "content-type": "application/json" } });
          const store = new TokenExchangeStore({ configs, fetch, subjectTokenProvider: () => "t" + round });
          if ((await store.findByRef("a"))?.ref !== "t") throw new Error("no token");
          if (round % 500 === 0) { gc(); await new Promise((resolve) => setTimeout(resolve, 5)); }
        }
        gc();
        await new Promise((resolve) => setTimeout(resolve, 20));
        gc();
        const { heapUsed, external } = process.memoryUsage();
        return heapUsed + external;
      };
      await memory(1500);
      const before = await memory(10);
      const after = await memory(4000);
      console.log((after - before) / 4000);
    `);
    assert.equal(status, 0, stderr);
    assert.ok(Number(stdout) < 400, `${stdout.trim()} bytes stay of each store`);
  });
});
