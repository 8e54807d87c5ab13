/** The examples of the README: that they do what it says, and that it shows their very lines. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { run } from "./run.mjs";

const root = new URL("../../../", import.meta.url);
const textOf = (path) => readFileSync(new URL(path, root), "utf8");

describe("the README's lines", () => {
  const blocks = [...textOf("README.md").matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
  const examples = readdirSync(new URL("examples/", root)).filter((name) => name.endsWith(".mjs"));
  const regions = new Map(
    examples.map((name) => {
      const code = textOf(`examples/${name}`);
      return [name, { code, lines: /^\/\/ #region readme\n(.*?)^\/\/ #endregion$/ms.exec(code)?.[1] }];
    }),
  );

  test("are those of every example but the main job, which has none", () => {
    const shown = examples.filter((name) => regions.get(name).lines !== undefined);
    assert.deepEqual(shown, ["errors.mjs", "exchange.mjs", "prepare.mjs", "store.mjs"]);
    assert.deepEqual(
      examples.filter((name) => !shown.includes(name)),
      ["start.mjs"],
    );
  });

  for (const [name, { code, lines }] of regions) {
    if (lines === undefined) continue;
    test(`${name}: letter by letter, below what is imported there`, () => {
      const [block, ...others] = blocks.filter((block) => withoutImport(block).slice(0, 60) === lines.slice(0, 60));
      assert.ok(block, `no block of the README begins as the region of ${name} does`);
      assert.deepEqual(others, []);
      assert.equal(withoutImport(block), lines);
      const imported = block.slice(0, block.length - lines.length).trim();
      assert.ok(code.includes(imported), `${name} does not import: ${imported}`);
    });
  }

  const withoutImport = (code) => code.replace(/^import .*\n\n/, "");
});

describe("what the examples print", () => {
  test("exchange.mjs: the contacts of the user, as the API gives them to the agent", async () => {
    const { code, output, errors } = await run("exchange.mjs");
    assert.equal(code, 0, errors);
    assert.match(output, /user: 'alice'/);
    assert.match(output, /Ada Lovelace/);
  });

  test("errors.mjs: for each mistake its class, its code and what to do", async () => {
    const { code, output, errors } = await run("errors.mjs");
    assert.deepEqual([code, errors], [0, ""]);
    const lines = output.trimEnd().split("\n");
    assert.deepEqual(
      lines.map((line) => /^(.*): (?:\w+ (\w+), so (\d+)|a token for 300 s)/.exec(line)?.slice(1)),
      [
        ["everything is right", undefined, undefined],
        ["a misspelt option", "unknown_option", "500"],
        ["a token that is none", "oauth_error", "401"],
        ["an API closed to this agent", "oauth_error", "403"],
        ["a wrong secret", "client_authentication_failed", "500"],
        ["a server that is not there", "unreachable", "503"],
        ["no time at all", "timeout", "503"],
      ],
      output,
    );
    assert.doesNotMatch(output, /not-a-token/, "what was sent is not shown");
  });

  test("prepare.mjs: two requests by a transport of its own, and a token", async () => {
    const { code, output, errors } = await run("prepare.mjs");
    assert.deepEqual([code, errors], [0, ""]);
    const origin = "http://127\\.0\\.0\\.1:\\d+";
    const expected = [
      `GET ${origin}/\\.well-known/oauth-authorization-server: 200`,
      `discovered ${origin}/token`,
      `POST ${origin}/token: 200`,
      "Bearer token for 300 s, scopes: contacts:read contacts:write",
    ];
    assert.match(output, new RegExp(`^${expected.join("\\n")}\\n$`));
  });

  test("store.mjs: two users, one exchange each however many call, and a credential without its token", async () => {
    const { code, output, errors } = await run("store.mjs");
    assert.deepEqual([code, errors], [0, ""]);
    assert.match(output, /user: 'alice'[^}]*Ada Lovelace[^}]*}\n{\n {2}user: 'bob'[^}]*Grace Hopper/);
    assert.match(output, /^1000 calls for two users: 2 exchanges, 998 calls joined one$/m);
    assert.match(output, /^different tokens: 2$/m);
    assert.match(output, /^one more call: 1 from the cache$/m);
    assert.match(output, /ref: '‹redacted: use token\.expose\(\)›'/);
  });
});
