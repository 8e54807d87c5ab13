/**
 * Requests to resources with a token: never to another place than asked for, and never again with a body that is gone.
 *
 * @internal
 */
import { checkShape, discard, headerOf, keepHeaders, readHeaders } from "./answer.js";
import { invalid } from "./arguments.js";
import { ask } from "./ask.js";
import { attempt } from "./attempt.js";
import { Deadline, signalOf } from "./deadline.js";
import type { Host } from "./driver.js";
import { inBrowser } from "./encode.js";
import { configError, type OAuthError, toError } from "./errors.js";
import type { ErrorData, OnRefusal, ResourceVerdict } from "./generated.js";
import { fetchOf, networkError, timedOut } from "./host.js";
import { isBytes, isObject, tagOf } from "./shape.js";
import type { AbortSignalLike, HostRequestInit, HostResponse, ResourceInput, ResponseLike } from "./types.js";

/** A request to a resource, without its token. */
export interface ResourceRequest {
  readonly url: string;
  readonly origin: string;
  readonly signal: AbortSignalLike | undefined;
  /** Whether it can be sent a second time: a stream is gone after the first. */
  readonly replayable: boolean;
  /**
   * Sends it with this Authorization header, and waits for the answer as long as `host` says. A redirect comes back as it
   * is: following it would hand the token on.
   */
  send(host: Pick<Host, "fetch" | "timeoutMs">, authorization: string): Promise<HostResponse>;
}

/** Takes what `fetch` takes. Throws `ConfigError`, also for an Authorization header: that one is ours. */
export function resourceRequest(input: ResourceInput, init: HostRequestInit | null | undefined): ResourceRequest {
  const given = (init ?? {}) as RequestInit;
  if (typeof given !== "object") throw invalid("init", "what fetch takes");
  const request = isObject(input) && "url" in input ? (input as Request) : undefined;
  const url = made("input", "an absolute URL, or a Request", () => new URL(String(request?.url ?? input)));
  const { href, protocol, username, password } = url;
  // That of a blob is the origin of the page that made it.
  const origin = /^https?:$/.test(protocol) ? url.origin : protocol;
  if (username || password) throw invalid("input", "an address without a user name or password");
  const headers = made(
    "headers",
    "an object, or a list of names with values",
    () => new Headers((given.headers ?? request?.headers) as HeadersInit | undefined),
  );
  for (const name of OURS) {
    const field = `headers.${name}`;
    if (headers.has(name)) throw configError("invalid_option", field, `\`${field}\` is not for the caller to set`);
  }
  // Most hosts leave it out. Where one sends it, a server of several sites would hand the token to the site it names.
  headers.delete("host");
  const signal = signalOf({ signal: given.signal ?? request?.signal });
  const method = String(given.method ?? request?.method ?? "GET");
  // RFC 9110 section 5.6.2. TRACE would give the token back, and CONNECT is for proxies.
  if (!/^(?!(trace|track|connect)$)[!#-'*+.^-`|~\w-]+$/i.test(method))
    throw invalid("method", "a method that fetch sends");
  const bare = /^(get|head)$/i.test(method);
  // Pages show no stream of a Request, or send one by HTTP/2 only.
  const whole = given.body == null && !bare && inBrowser() && request?.arrayBuffer ? request : undefined;
  const body = given.body ?? (whole ? undefined : request?.body) ?? undefined;
  if (body !== undefined && bare) throw invalid("body", `absent from a ${method}`);
  const replayable = isReplayable(body);
  const ours = { ...given, method, redirect: "manual" } as Init;
  if (request) keepManner(ours, request);
  if (body !== undefined) ours.body = body;
  if (!replayable) {
    // A stream can only be sent while it is written, and not be kept alive by the host, as the body of a Request may be.
    ours.duplex = "half";
    if (!given.keepalive) delete ours.keepalive;
  }

  const send: ResourceRequest["send"] = async ({ fetch, timeoutMs }, authorization) => {
    const call = fetchOf(fetch);
    const deadline = new Deadline(timeoutMs, signal);
    const unsent = (cause: unknown): never => {
      // The host's fetch refuses what no request can be made of in the same way as it tells of a bad network.
      if (!fetch) made("init", "what fetch takes", () => new Request(href, { ...ours, body: null, signal: null }));
      throw networkError("unreachable", `${origin} could not be reached`, cause);
    };
    let response: ResponseLike;
    try {
      deadline.check();
      if (whole) ours.body ??= await deadline.wait(whole.arrayBuffer().catch(unreadable));
      const sent = {
        ...ours,
        headers: { ...Object.fromEntries(headers), authorization },
        signal: joined(signal, deadline.signal),
      };
      response = await deadline.wait(attempt(call, href, sent as never).catch(unsent));
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw deadline.expired ? timedOut(origin, cause) : cause;
    } finally {
      deadline.end();
    }
    checkShape(response);
    // It is of the class that the `fetch` in use gives.
    if (response.redirected !== true) return response as HostResponse;
    discard(response);
    throw toError({ ...REDIRECTED, status: response.status });
  };
  return { url: href, origin, signal, replayable, send };
}

/**
 * What a call does about an answer: see `ResourceCall` in the core. Nothing for an answer that refuses no token: it is given
 * back without a call of the core.
 */
export function verdictOn(
  { status, headers }: ResponseLike,
  sent: string,
  onRefusal: OnRefusal,
  scope = "",
  left = 0,
): ResourceVerdict | undefined {
  if (status !== 401 && status !== 403) return undefined;
  const challenge = headerOf(keepHeaders(headers), "www-authenticate") ?? "";
  return JSON.parse(ask("resourceVerdict", `${status}`, `${left}`, onRefusal, scope, challenge, sent));
}

/** The error of a refusal, whose answer is not read further. */
export function refused(error: ErrorData, response: ResponseLike): OAuthError {
  discard(response);
  return toError(error, { headers: readHeaders(response.headers) });
}

/** What ends a request: its deadline, as long as it is waited for, and its caller also while the body is read. */
function joined(caller: AbortSignalLike | undefined, own: AbortSignal): AbortSignalLike {
  if (!caller) return own;
  // A listener of ours could not be taken away again: nobody tells when a body was read.
  return caller instanceof AbortSignal && AbortSignal.any ? AbortSignal.any([caller, own]) : caller;
}

function unreadable(cause: unknown): never {
  throw invalid("input", "a Request whose body can be read", cause);
}

/** What the host makes of an argument. Throws `ConfigError` where it would throw. */
function made<T>(field: string, what: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw invalid(field, what, cause);
  }
}

/**
 * How a Request is to be sent, where the call does not say otherwise. Only what this host's own Request can say and does
 * not say by itself: some hosts refuse what they do not implement, others their own values.
 */
function keepManner(init: Init, request: Request): void {
  const usual = new Request("https://resource.example/");
  for (const name of MANNER) {
    const value = request[name];
    if (init[name] !== undefined || !(name in usual) || value == null || value === usual[name]) continue;
    // As fetch does with a Request that a page is opened by.
    Object.assign(init, { [name]: value === "navigate" ? "same-origin" : value });
  }
}

function isReplayable(body: unknown): boolean {
  if (body === undefined || typeof body === "string" || isBytes(body)) return true;
  return ["URLSearchParams", "Blob", "File", "FormData"].includes(tagOf(body));
}

/** The token goes into the first; the others are between the host and its next hop (RFC 9110 sections 7.6.1 and 10.1.1). */
const OURS = ["authorization", "expect", "keep-alive", "transfer-encoding", "upgrade"] as const;
/** What a Request says of the manner in which it is sent. The redirect mode is not the caller's here. */
const MANNER = ["cache", "credentials", "integrity", "keepalive", "mode", "referrer", "referrerPolicy"] as const;
type Init = RequestInit & { duplex?: "half" };
const REDIRECTED = {
  kind: "http",
  code: "unexpected_redirect",
  action: "server_fault",
  retryable: false,
  fault: "server",
  message: "the fetch in use followed a redirect although it was told not to; the answer is not believed",
} as const;
