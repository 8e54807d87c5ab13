/**
 * The quirk server: a scripted authorization server on a free port of 127.0.0.1.
 * It records every request and answers exactly what the script says, however odd. It knows no OAuth.
 *
 *     const server = await quirkServer();
 *     server.on("/token", { status: 503 }, json({ access_token: "a" }));   // in turn; the last one repeats
 *     server.enqueue({ close: true });                                     // once, for a path without a script
 *     const issuer = server.metadata("/tenant");                           // serves RFC 8414 metadata
 *     server.requests[0].form                                              // [["grant_type", "…"], …]
 *     await server.close();                                                // cuts what is still open
 *
 * A path that has neither script nor queue answers 404 with an empty body.
 */
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";

/**
 * @typedef {object} Answer
 * @property {number} [status] 200 when absent
 * @property {Record<string, string | string[]>} [headers]
 * @property {string | Uint8Array} [body] sent as it is, with no content type of its own
 * @property {boolean} [gzip] compress the body and say so
 * @property {number} [delayMs] wait before the first byte
 * @property {{ bytes: number, everyMs: number }} [drip] send the body in pieces
 * @property {string} [endless] repeat this text until the client goes away
 * @property {number} [cutAfter] announce the whole length, send this many bytes, cut the connection
 * @property {boolean} [close] cut the connection without an answer
 * @property {boolean} [hang] never answer
 *
 * @typedef {object} RecordedRequest
 * @property {string} method
 * @property {string} path without the query
 * @property {string} query with its question mark, or ""
 * @property {Record<string, string>} headers names in lower case
 * @property {string} body
 * @property {[string, string][]} form the body's pairs in their order; [] when it is not a form
 * @property {Promise<boolean>} gone resolves when the exchange is over: true = the client left before the end
 */

/** An answer with a JSON body. */
export function json(value, status = 200, headers = {}) {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) };
}

/** An answer that sends the client elsewhere. */
export function redirect(location, status = 302) {
  return { status, headers: { location } };
}

const WELL_KNOWN = {
  inserted: (path) => `/.well-known/oauth-authorization-server${path}`,
  openid: (path) => `/.well-known/openid-configuration${path}`,
  appended: (path) => `${path}/.well-known/openid-configuration`,
};

/** The three places where an issuer's metadata may be, in the order in which they are asked for. */
export function wellKnownPaths(issuerPath = "") {
  const paths = Object.values(WELL_KNOWN).map((place) => place(issuerPath));
  return [...new Set(paths)];
}

/** An origin of 127.0.0.1 at which nobody listens: connections are refused. */
export async function closedOrigin() {
  const server = await quirkServer();
  await server.close();
  return server.origin;
}

/** Starts a server. */
export async function quirkServer() {
  const server = new QuirkServer();
  await server.listen();
  return server;
}

class QuirkServer {
  /** @type {RecordedRequest[]} */
  requests = [];
  origin = "";
  #scripts = new Map();
  #queue = [];
  #stop = new AbortController();
  #watchers = new Set();
  #http = createServer({ keepAliveTimeout: 1000 }, (request, response) => this.#serve(request, response));

  listen() {
    return new Promise((resolve, reject) => {
      this.#http.once("error", reject);
      this.#http.listen(0, "127.0.0.1", () => {
        this.origin = `http://127.0.0.1:${this.#http.address().port}`;
        resolve();
      });
    });
  }

  /** Sets the script of a path: answers given in turn, the last one for ever; or a function of the request. */
  on(path, ...answers) {
    this.#scripts.set(path, answers);
    return this;
  }

  /** Queues answers for the next requests to paths without a script. */
  enqueue(...answers) {
    this.#queue.push(...answers);
    return this;
  }

  /** Serves metadata of the issuer at `path` ("" = root) and returns the issuer. `undefined` takes a member out. */
  metadata(path = "", members = {}, place = "inserted") {
    const issuer = this.origin + path;
    this.on(WELL_KNOWN[place](path), json({ issuer, token_endpoint: `${issuer}/token`, ...members }));
    return issuer;
  }

  /** The requests seen at one path. */
  at(path) {
    return this.requests.filter((request) => request.path === path);
  }

  /** Resolves when the server has seen `count` requests (at `path`, if given). */
  async seen(count, path) {
    const enough = () => (path === undefined ? this.requests : this.at(path)).length >= count;
    while (!enough()) {
      await new Promise((resolve) => this.#watchers.add(resolve));
    }
  }

  /** Forgets what was recorded; scripts stay. */
  forget() {
    this.requests.length = 0;
  }

  async close() {
    this.#stop.abort();
    const closed = new Promise((resolve) => this.#http.close(resolve));
    this.#http.closeAllConnections();
    await closed;
  }

  async #serve(request, response) {
    const gone = new Promise((resolve) => response.once("close", () => resolve(!response.writableFinished)));
    response.on("error", () => {});
    try {
      const recorded = await record(request, gone);
      this.requests.push(recorded);
      for (const wake of this.#watchers) wake();
      this.#watchers.clear();
      await this.#answer(await this.#next(recorded), response);
    } catch {
      response.destroy();
    }
  }

  async #next(recorded) {
    const script = this.#scripts.get(recorded.path);
    const answer = script ? (script.length > 1 ? script.shift() : script[0]) : this.#queue.shift();
    return (typeof answer === "function" ? await answer(recorded) : answer) ?? { status: 404 };
  }

  async #answer(answer, response) {
    const { status = 200, headers = {}, delayMs, drip, endless, cutAfter } = answer;
    const signal = this.#stop.signal;
    if (delayMs) await sleep(delayMs, undefined, { signal });
    if (answer.hang) return;
    if (answer.close) {
      response.destroy();
      return;
    }
    let body = Buffer.from(answer.body ?? "");
    if (answer.gzip) body = gzipSync(body);
    const encoding = answer.gzip ? { "content-encoding": "gzip" } : {};
    const length = drip || endless !== undefined ? {} : { "content-length": String(body.length) };
    response.writeHead(status, { ...length, ...encoding, ...headers });
    if (endless !== undefined) {
      await writeEndlessly(response, endless);
    } else if (cutAfter !== undefined) {
      response.write(body.subarray(0, cutAfter), () => response.destroy());
    } else if (drip) {
      for (let at = 0; at < body.length && !response.destroyed; at += drip.bytes) {
        response.write(body.subarray(at, at + drip.bytes));
        await sleep(drip.everyMs, undefined, { signal });
      }
      response.end();
    } else {
      response.end(body);
    }
  }
}

async function record(request, gone) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString("utf8");
  const url = new URL(request.url, "http://quirk.invalid");
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers["content-type"] ?? "");
  return {
    method: request.method,
    path: url.pathname,
    query: url.search,
    headers: { ...request.headers },
    body,
    form: isForm ? [...new URLSearchParams(body)] : [],
    gone,
  };
}

async function writeEndlessly(response, text) {
  const chunk = Buffer.from(text.repeat(Math.ceil(16_384 / text.length)));
  while (!response.destroyed) {
    if (!response.write(chunk)) {
      await new Promise((resolve) => {
        response.once("drain", resolve);
        response.once("close", resolve);
      });
    }
  }
}
