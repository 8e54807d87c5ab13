/**
 * The documentation: that its links lead to files of the package, that the tests SECURITY.md names are there, and that
 * docs/reference.md lists what there is, options and types.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { describe, test } from "node:test";
import { ConfigError, MultiZoneBasicAuth, OAuthClient, TokenExchangeStore } from "onbehalf";

const root = new URL("../../", import.meta.url);
const textOf = (path) => readFileSync(new URL(path, root), "utf8");
const packed = textOf("tests/packaging/files.txt").trimEnd().split("\n");

describe("links", () => {
  /** The anchors of the headings of a document, as code hosts make them. */
  const anchors = (path) =>
    [...textOf(path).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, "")
        .replaceAll(" ", "-"),
    );

  const targets = (path) => [...textOf(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);

  test("those of the README are found", () => {
    assert.ok(targets("README.md").length > 0);
  });

  for (const path of packed.filter((path) => path.endsWith(".md"))) {
    test(`${path}: each leads to a packed file, and to a heading that is there`, () => {
      for (const target of targets(path)) {
        if (/^https:/.test(target)) continue;
        const [file, anchor] = target.split("#");
        const found = file ? posix.join(posix.dirname(path), file) : path;
        assert.ok(packed.includes(found), `${target}: ${found} is not packed`);
        if (anchor) assert.ok(anchors(found).includes(anchor), `${target}: there is no such heading`);
      }
    });
  }
});

describe("SECURITY.md and the tests", () => {
  /** A file is named by its path, or by its first word: that of tests/js, otherwise of tests/native. */
  const fileOf = (name) =>
    [name, `tests/js/${name}.test.mjs`, `tests/native/${name}.rs`].find(
      (path) => /^(tests|src)\/.*\.\w+$/.test(path) && existsSync(new URL(path, root)),
    );
  const rows = textOf("SECURITY.md")
    .split("\n")
    .filter((line) => /^\| (?!attack|---)/.test(line));

  for (const [attack, , tests] of rows.map((row) => row.slice(2, -2).split(" | "))) {
    test(`${attack}: its tests are there`, () => {
      let text = "";
      for (const [, quoted, plain] of tests.matchAll(/`([^`]*)`|([^`]+)/g)) {
        const file = quoted && fileOf(quoted);
        if (file) text = textOf(file);
        else if (quoted && /^\w+$/.test(quoted) && quoted.includes("_")) assert.ok(text.includes(quoted), quoted);
        for (const [name] of plain?.matchAll(/\b[A-Z]\d+\b/g) ?? []) {
          assert.ok(text.includes(name) || text.includes(`${name.toLowerCase()}_`), `${tests}: ${name}`);
        }
      }
      assert.ok(text, `${tests}: no file of this name`);
    });
  }
});

/** The first cells of a table of docs/reference.md: of the one in this section whose head begins with this cell. */
function listed(section, head) {
  const text = textOf("docs/reference.md").split(/^## /m);
  const rows = text.find((part) => part.startsWith(`${section}\n`)).split("\n");
  const first = rows.findIndex((row, at) => row.startsWith(`| ${head} |`) && rows[at + 1].startsWith("|---"));
  const length = rows.slice(first).findIndex((row) => !row.startsWith("|"));
  const cells = rows.slice(first + 2, first + length).map((row) => row.split(" | ")[0]);
  const names = cells.flatMap((cell) => [...cell.matchAll(/`([\w.]+)/g)].map(([, name]) => name));
  assert.ok(names.length > 0, `${section}, ${head}: there is no such table`);
  return names;
}

const typings = ["types", "store-types", "generated", "events", "auth"]
  .map((name) => textOf(`pkg/${name}.d.ts`))
  .join();

/** The members of an interface of the typings, with those that it takes from others. */
function members(name) {
  const [, head, body] = new RegExp(`^export (?:interface|declare class) ${name}\\b(.*?)\\{\n(.*?)^\\}`, "ms").exec(
    typings,
  );
  const own = [...body.matchAll(/^ {4}(?:readonly )?(\w+)\??[:(]/gm)].map(([, name]) => name);
  const picked = [...head.matchAll(/"(\w+)"/g)].map(([, name]) => name);
  const parents = [...head.matchAll(/extends (\w+) $/g)].flatMap(([, parent]) => members(parent));
  return [...new Set([...parents, ...picked, ...own])].filter((name) => name !== "constructor");
}

/** Server metadata: what the core reads of it, and the document itself. */
function metadataMembers() {
  const generated = textOf("pkg/generated.d.ts");
  const [, body] = /^export interface ServerMetadata \{\n(.*?)^\}/ms.exec(generated);
  return [...[...body.matchAll(/^ {4}(\w+)\??:/gm)].map(([, name]) => name), ...members("ServerMetadata")];
}

/** Those of a preset, of which some are objects: their members stand behind a point. */
function presetMembers() {
  const nested = { names: "Names", target: "Target", scope: "Scope", clientAuth: "ClientAuth", response: "Response" };
  return members("ServerPreset").flatMap((name) =>
    nested[name] ? members(`Preset${nested[name]}`).map((inner) => `${name}.${inner}`) : [name],
  );
}

describe("docs/reference.md and the typings", () => {
  for (const [section, head, expected] of [
    ["OAuthClient", "option", () => members("ClientOptions")],
    ["OAuthClient", "`endpoints`", () => members("Endpoints")],
    ["Call options", "option", () => members("CallOptions")],
    ["exchangeToken", "parameter", () => members("TokenExchangeRequest")],
    ["clientCredentials", "parameter", () => members("ClientCredentialsRequest")],
    ["Server metadata", "member", metadataMembers],
    ["Client authentication", "method", () => members("MultiZoneBasicAuth")],
    ["Client authentication", "member", () => members("AuthRequest")],
    ["TokenExchangeStore", "option", () => members("TokenExchangeStoreOptions")],
    ["A configuration", "option", () => members("TokenExchangeConfig")],
    ["Calls of a store", "option", () => [...new Set([...members("TokenOptions"), ...members("StoreFetchOptions")])]],
    ["A preset", "member", presetMembers],
    ["A preset", "`errors[]`", () => members("ErrorRule")],
    ["Events", "member", () => members("OAuthEvent")],
  ]) {
    test(`${section}, ${head}: nothing is missing`, () => {
      const names = expected();
      assert.ok(names.length >= 3, "the typings were read");
      const found = listed(section, head);
      assert.deepEqual(
        names.filter((name) => !found.includes(name)),
        [],
      );
      assert.equal(new Set(found).size, found.length, "nothing stands there twice");
    });
  }
});

describe("docs/reference.md and the exported types", () => {
  /** What `import type` finds in these typings, classes and values apart. */
  function exported(file) {
    const text = textOf(`pkg/${file}.d.ts`);
    const lists = [...text.matchAll(/^export (type )?\{([^}]*)\}/gm)].flatMap(([, all, names]) =>
      names.split(",").flatMap((name) => (all ? name : (/^\s*type (.*)/.exec(name)?.[1] ?? []))),
    );
    const own = [...text.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) => name);
    const others = [...text.matchAll(/^export type \* from "\.\/([\w-]+)\.js"/gm)].flatMap(([, file]) =>
      exported(file),
    );
    return [...lists.map((name) => name.trim()).filter(Boolean), ...own, ...others];
  }

  test("each is named, once, and no other", () => {
    const names = exported("index").sort();
    assert.ok(names.includes("OAuthEvent") && names.includes("FetchLike") && names.includes("Action"));
    const lines = textOf("docs/reference.md")
      .match(/^Types: .*?\.$/gms)
      .join();
    assert.deepEqual([...lines.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort(), names);
  });
});

describe("docs/reference.md and the code", () => {
  const ISSUER = "https://as.example";
  const config = { ref: "r", name: "n", kind: "k", scope: "s", status: "active", issuer: ISSUER, clientId: "c" };
  const client = new OAuthClient(ISSUER, { discovery: false, endpoints: { token: "/token" } });
  /** An option of this name, with a value that none can have. */
  const wrong = (path) => path.split(".").reduceRight((value, name) => ({ [name]: value }), 1n);

  for (const [section, head, give] of [
    ["OAuthClient", "option", (option) => new OAuthClient(ISSUER, option)],
    ["OAuthClient", "`endpoints`", (endpoints) => new OAuthClient(ISSUER, { endpoints })],
    ["OAuthClient", "`discovery`", (discovery) => new OAuthClient(ISSUER, { discovery })],
    ["Call options", "option", (option) => client.prepare.exchangeToken({ subjectToken: "t" }, option)],
    ["exchangeToken", "parameter", (option) => client.prepare.exchangeToken({ subjectToken: "t", ...option })],
    ["clientCredentials", "parameter", (option) => client.prepare.clientCredentials(option)],
    ["TokenExchangeStore", "option", (option) => new TokenExchangeStore({ configs: [config], ...option })],
    ["A configuration", "option", (option) => new TokenExchangeStore({ configs: [{ ...config, ...option }] })],
    ["A preset", "member", (option) => new OAuthClient(ISSUER, { preset: { id: "p", ...option } })],
    [
      "A preset",
      "`errors[]`",
      (rule) => new OAuthClient(ISSUER, { preset: { id: "p", errors: [{ action: "wait", ...rule }] } }),
    ],
  ]) {
    test(`${section}, ${head}: each is an option there is`, async () => {
      await assert.rejects(async () => give(wrong("nobody")), { code: "unknown_option" });
      for (const name of listed(section, head)) {
        const error = await (async () => give(wrong(name)))().catch((error) => error);
        assert.ok(error instanceof ConfigError, `${name}: its value was taken`);
        assert.ok(error.code !== "unknown_option" || !error.field.endsWith(name), error.message);
      }
    });
  }

  test("MultiZoneBasicAuth has the methods listed", () => {
    const auth = new MultiZoneBasicAuth({ zone: ["id", "secret"] });
    for (const name of listed("Client authentication", "method")) assert.equal(typeof auth[name], "function", name);
  });
});
