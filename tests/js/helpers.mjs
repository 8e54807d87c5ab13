/** What the suites share. Everything is black box: only `import … from "onbehalf"` and the quirk server. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import * as entry from "onbehalf";
import { json, quirkServer } from "../servers/quirk/server.mjs";

/** The exports by name: `onbehalf[className]`. */
export const onbehalf = { ...entry };

export const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

export const GRANT = {
  exchange: "urn:ietf:params:oauth:grant-type:token-exchange",
  clientCredentials: "client_credentials",
};

export const TYPE = {
  accessToken: "urn:ietf:params:oauth:token-type:access_token",
  refreshToken: "urn:ietf:params:oauth:token-type:refresh_token",
  idToken: "urn:ietf:params:oauth:token-type:id_token",
  jwt: "urn:ietf:params:oauth:token-type:jwt",
  saml2: "urn:ietf:params:oauth:token-type:saml2",
  substituteUser: "urn:keycard:params:oauth:token-type:substitute-user",
};

export const SUBJECT = "subject_jwt_token";

/** The issuer of clients whose fetch is a fake. */
export const ISSUER = "https://as.example";

/** The form of a plain exchange. */
export const EXCHANGE = { grant_type: GRANT.exchange, subject_token: SUBJECT, subject_token_type: TYPE.accessToken };

/** The members of a plain success. */
export const SUCCESS = {
  access_token: "issued",
  token_type: "Bearer",
  expires_in: 3600,
  issued_token_type: TYPE.accessToken,
};

/** A plain success, with members added, or taken out by `undefined`. */
export const success = (members = {}, status = 200, headers = {}) => json({ ...SUCCESS, ...members }, status, headers);

/** A server that is closed when the test `t` ends. */
export async function serve(t) {
  const server = await quirkServer();
  t.after(() => server.close());
  return server;
}

/** A server whose token endpoint follows a script, and a client of it that needs no discovery. */
export async function serveToken(t, answers = [success()], options = {}) {
  const server = await serve(t);
  server.on("/token", ...answers);
  const client = new onbehalf.OAuthClient(server.origin, { endpoints: { token: "/token" }, ...options });
  return {
    server,
    client,
    exchange: (params, call) => client.exchangeToken({ subjectToken: SUBJECT, ...params }, call),
  };
}

/**
 * A fetch that records its calls and answers in turn (the last answer repeats). An answer is a function of
 * `(url, init)`, an Error to reject with, an answer of the quirk server, or any value to resolve with as it is.
 */
export function fakeFetch(...answers) {
  async function fetch(...args) {
    fetch.calls.push({ url: args[0], init: args[1], self: this, args });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (typeof answer === "function") return answer(args[0], args[1]);
    if (answer instanceof Error) throw answer;
    return isScripted(answer) ? toResponse(answer) : answer;
  }
  fetch.calls = [];
  return fetch;
}

function isScripted(answer) {
  return Object.getPrototypeOf(answer ?? 0) === Object.prototype && typeof answer.body === "string";
}

export function toResponse({ status = 200, headers = {}, body = "" }) {
  return new Response(body, { status, headers });
}

/** The form of a request as `{ name: [values in order] }`. */
export function fields(request) {
  const form = request.form ?? [...new URLSearchParams(request.init.body)];
  const result = {};
  for (const [name, value] of form) {
    result[name] ??= [];
    result[name].push(value);
  }
  return result;
}

/** Asserts exactly these fields, no other; a value is a string or a list for a repeated field. */
export function assertFields(request, expected) {
  const lists = Object.entries(expected).map(([name, value]) => [name, Array.isArray(value) ? value : [value]]);
  assert.deepEqual(fields(request), Object.fromEntries(lists));
}

/** Asserts equal JSON data; prototypes do not matter. */
export const assertSameData = (actual, expected) => assert.deepEqual(JSON.parse(JSON.stringify(actual)), expected);

/** The reason with which a promise rejects. */
export async function failure(promise) {
  assert.ok(promise instanceof Promise, "a promise is expected");
  let value;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  assert.fail(`resolved with ${inspect(value)} instead of rejecting`);
}

/** What a function throws. */
export function thrown(call) {
  let value;
  try {
    value = call();
  } catch (error) {
    return error;
  }
  assert.fail(`returned ${inspect(value)} instead of throwing`);
}

/** Asserts class, literal name (but for the base class) and every expected member of one of our errors; returns it. */
export function assertError(error, className, expected = {}) {
  const text = `${error?.stack ?? inspect(error)}`;
  assert.ok(onbehalf[className], `onbehalf exports ${className}`);
  assert.ok(error instanceof onbehalf[className], `${className} expected, got ${text}`);
  assert.ok(error instanceof Error && error instanceof onbehalf.OAuthError && onbehalf.OAuthError.is(error), text);
  if (className !== "OAuthError") assert.equal(error.name, className, text);
  for (const [key, value] of Object.entries(expected)) {
    if (value instanceof RegExp) assert.match(String(error[key]), value, `${key}: ${text}`);
    else assert.deepEqual(error[key], value, `${key}: ${text}`);
  }
  return error;
}

/** Awaits a rejection with one of our errors. */
export const rejects = async (promise, className, expected) => assertError(await failure(promise), className, expected);

/** A promise-returning call that must reject with a ConfigError, and must not throw synchronously. */
export async function rejectsConfig(call, code, field) {
  return rejects(call(), "ConfigError", configError(code, field));
}

/** A constructor or synchronous function that must throw a ConfigError. */
export function throwsConfig(call, code, field) {
  return assertError(thrown(call), "ConfigError", configError(code, field));
}

/** What every ConfigError is, with code and field where the contract fixes them. */
function configError(code, field) {
  const expected = { retryable: false, action: "fix_config", fault: "config" };
  if (code !== undefined) expected.code = code;
  if (field !== undefined) expected.field = field;
  return expected;
}

/** Every way in which a value is commonly turned into text. */
export function renderings(value) {
  const inspectOptions = { depth: Infinity, maxArrayLength: null, maxStringLength: null, breakLength: Infinity };
  const views = {
    "JSON.stringify": () => JSON.stringify(value),
    "JSON.stringify, nested": () => JSON.stringify({ nested: [value] }),
    String: () => String(value),
    template: () => `${value}`,
    inspect: () => inspect(value, inspectOptions),
    "inspect, showHidden": () => inspect(value, { ...inspectOptions, showHidden: true }),
    "inspect, customInspect off": () => inspect(value, { ...inspectOptions, customInspect: false, showHidden: true }),
    "inspect, nested at depth 0": () => inspect({ nested: { value } }, { depth: 0 }),
    "inspect, nested": () => inspect({ nested: [value] }, { ...inspectOptions, showHidden: true }),
    structuredClone: () => inspect(structuredClone(value), { ...inspectOptions, showHidden: true }),
    spread: () => JSON.stringify({ ...value }) + inspect({ ...value }, inspectOptions),
    "own members": () => ownMembers(value),
    stack: () => String(value?.stack),
  };
  return Object.entries(views).map(([name, view]) => {
    try {
      return [name, String(view())];
    } catch (error) {
      return [name, String(error?.message)];
    }
  });
}

function ownMembers(value) {
  const described = Object.entries(Object.getOwnPropertyDescriptors(value));
  return described.map(([key, own]) => `${key}=${typeof own.value === "object" ? "" : String(own.value)}`).join();
}

/** Asserts that no rendering of the value holds one of the secrets. */
export function assertRedacted(value, secrets, label = "value") {
  for (const [name, text] of renderings(value)) {
    for (const secret of secrets) {
      assert.ok(!text.includes(secret), `${label}: ${name} shows ${secret}: ${text.slice(0, 2000)}`);
    }
  }
}

/** `Basic …` over two parts that are already encoded. */
export const basic = (id, secret) => `Basic ${Buffer.from(`${id}:${secret}`, "utf8").toString("base64")}`;

/** Runs a module in a process of its own, in this directory so that it finds the package by its name. */
export async function runModule(script) {
  const args = ["--input-type=module", "-e", script];
  const child = spawn(process.execPath, args, {
    cwd: new URL(".", import.meta.url),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) {
    child[name].setEncoding("utf8").on("data", (text) => {
      output[name] += text;
    });
  }
  const status = await new Promise((resolve) => child.once("close", resolve));
  return { ...output, status };
}
