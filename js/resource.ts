/**
 * Requests to resources with a token: never to another place than asked for, and never again with a body that is gone.
 *
 * @internal
 */
import { checkShape, discard, headerOf, readHeaders } from "./answer.js";
import { enter, instance } from "./core.js";
import { signalOf } from "./deadline.js";
import { configError, type OAuthError, toError } from "./errors.js";
import type { ErrorData } from "./generated.js";
import type {
  AbortSignalLike,
  FetchLike,
  HostRequestInit,
  HostResponse,
  ResourceInput,
  ResponseLike,
} from "./types.js";

/** A request to a resource, without its token. */
export class ResourceRequest {
  readonly url: string;
  readonly origin: string;
  readonly signal: AbortSignalLike | undefined;
  /** Whether it can be sent a second time: a stream is gone after the first. */
  readonly replayable: boolean;
  readonly #init: Record<string, unknown>;
  readonly #headers: Headers;

  /** Takes what `fetch` takes. Throws `ConfigError`, also for an Authorization header: that one is ours. */
  constructor(input: ResourceInput, init: HostRequestInit | null | undefined) {
    const given = (init ?? {}) as RequestInit;
    const request = typeof input === "object" && input !== null && "url" in input ? (input as Request) : undefined;
    const url = parsed(request?.url ?? input);
    if (url.username || url.password) throw invalid("input", "input must not hold a user name or password");
    this.url = url.href;
    this.origin = url.origin;
    this.#headers = headersOf(given.headers ?? request?.headers);
    if (this.#headers.has("authorization")) {
      throw invalid("headers.authorization", "the token goes into the Authorization header: leave it out");
    }
    this.signal = signalOf({ signal: given.signal ?? request?.signal });
    const body = given.body ?? request?.body ?? undefined;
    this.replayable = isReplayable(body);
    this.#init = { ...given, method: given.method ?? request?.method ?? "GET" };
    // A stream can only be sent while it is written.
    if (body !== undefined) Object.assign(this.#init, { body }, this.replayable ? {} : { duplex: "half" });
  }

  /** Sends it with this Authorization header. A redirect comes back as it is: following it would hand the token on. */
  async send(fetch: FetchLike | undefined, authorization: string): Promise<ResponseLike> {
    const call = fetch ?? (globalThis.fetch as FetchLike | undefined);
    if (typeof call !== "function") {
      throw configError("missing_option", "fetch", "this host has no fetch: give one as an option");
    }
    const headers = { ...Object.fromEntries(this.#headers), authorization };
    const { signal } = this;
    let response: ResponseLike;
    try {
      response = await call(this.url, { ...this.#init, headers, redirect: "manual", signal } as never);
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw toError({ ...UNREACHABLE, message: `${this.origin} could not be reached` }, { cause });
    }
    checkShape(response);
    if (response.redirected !== true) return response;
    discard(response);
    throw toError({ ...REDIRECTED, status: response.status });
  }
}

/** What the core makes of an answer that refuses the token it was sent; nothing for any other answer. */
export function refusalOf(response: ResponseLike, sent: string): ErrorData | undefined {
  const { status } = response;
  if (status !== 401 && status !== 403) return undefined;
  const challenge = headerOf(response.headers ?? {}, "www-authenticate") ?? readHeaders(response.headers)[CHALLENGE];
  const refusal = enter(instance(), (core) => core.resourceRefusal(status, challenge ?? "", sent));
  return refusal && JSON.parse(refusal);
}

/** The error of a refusal, whose answer is not read further. */
export function refused(error: ErrorData, response: ResponseLike): OAuthError {
  discard(response);
  return toError(error, { headers: Object.freeze(readHeaders(response.headers)) });
}

/** The answer for the caller: it is of the class that the `fetch` in use gives. */
export function given(response: ResponseLike): HostResponse {
  return response as HostResponse;
}

function parsed(input: unknown): URL {
  try {
    return new URL(String(input));
  } catch {
    throw invalid("input", "input must be an absolute URL, or a Request");
  }
}

function headersOf(source: unknown): Headers {
  try {
    return new Headers(source as HeadersInit | undefined);
  } catch (cause) {
    throw configError("invalid_option", "headers", "headers must be names with values, as fetch takes them", cause);
  }
}

function isReplayable(body: unknown): boolean {
  if (body === undefined || typeof body === "string" || ArrayBuffer.isView(body)) return true;
  return ["ArrayBuffer", "URLSearchParams", "Blob", "File", "FormData"].includes(
    Object.prototype.toString.call(body).slice(8, -1),
  );
}

function invalid(field: string, message: string): OAuthError {
  return configError("invalid_option", field, message);
}

const CHALLENGE = "www-authenticate";
const UNREACHABLE = {
  kind: "network",
  code: "unreachable",
  action: "network",
  retryable: true,
  fault: "network",
} as const;
const REDIRECTED = {
  kind: "http",
  code: "unexpected_redirect",
  action: "server_fault",
  retryable: false,
  fault: "server",
  message: "the fetch in use followed a redirect although it was told not to; the answer is not believed",
} as const;
