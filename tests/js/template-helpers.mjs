/** What the suites of exchanges that are begun without the core share. */
import assert from "node:assert/strict";
import { BasicAuth, OAuthClient, OAuthError } from "onbehalf";
import { fakeFetch, fields, ISSUER, success, toResponse } from "./helpers.mjs";

export const subject = (name) => `${name}.${"eyJhbGciOiJub25lIn0".repeat(3)}_-`;

export const subjectOf = ({ body }) => fields({ init: { body } }).subject_token[0];

/** Answers with a token that names the subject of the request. */
export const naming = (_, init) => toResponse(success({ access_token: `for-${subjectOf(init)}` }));

export const clientOf = (fetch, options) =>
  new OAuthClient(ISSUER, {
    auth: new BasicAuth("agent", "agent-secret"),
    endpoints: { token: "/token" },
    fetch,
    ...options,
  });

/** A client with this `fetch` that has made two exchanges of these parameters over another: it knows their template. */
export async function warm(fetch, options = {}, params = {}, call = undefined) {
  let current = fakeFetch(success());
  const client = clientOf((...args) => current(...args), options);
  for (const name of ["first", "second"]) {
    await client.exchangeToken({ ...params, subjectToken: subject(name) }, call);
  }
  current = fetch;
  return client;
}

/** Whether the core was asked to begin: only then does a request come out of it, as JSON text. */
export async function asksTheCore(t, call) {
  const parse = t.mock.method(JSON, "parse");
  try {
    await call();
    return parse.mock.calls.some(({ result }) => result?.type === "send");
  } finally {
    parse.mock.restore();
  }
}

/** What can be told of an outcome. */
export async function outcomeOf(promise) {
  try {
    return { token: (await promise).expose() };
  } catch (error) {
    assert.ok(OAuthError.is(error), String(error?.stack));
    return { error: error.toJSON(), message: error.message, cause: String(error.cause) };
  }
}

export const sent = (fetch) => fetch.calls.map(({ url, init: { signal: _, ...init } }) => ({ url, ...init }));
