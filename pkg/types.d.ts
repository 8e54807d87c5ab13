/**
 * The public types: those written by the core, by name, and those of host objects.
 *
 * Host objects are described by what is needed of them, so that the typings compile without the DOM library.
 */
import type { ClientAuth } from "./auth.js";
import type { OAuthEvent } from "./events.js";
import type * as core from "./generated.js";
export type { Action, Challenge, ClientCredentialsRequest, Endpoints, ErrorCode, ErrorRule, Fault, PresetClientAuth, PresetName, PresetNames, PresetResponse, PresetScope, PresetTarget, ScopeSource, ServerPreset, TokenExchangeRequest, } from "./generated.js";
/** A class of the host by its name, or a description of it where the host's typings are absent. */
type Host<Name extends string, Otherwise> = typeof globalThis extends {
    [K in Name]: {
        prototype: infer T;
    };
} ? T : Otherwise;
/**
 * That of what a member may be which is of this kind. Typings that declare a host's classes as such, as those of Workers do,
 * hide them from `typeof globalThis`; what `fetch` takes and gives names them still.
 */
type Named<From, Member extends string, Kind, Otherwise> = From extends {
    readonly [M in Member]?: infer Value;
} ? [Extract<Value, Kind>] extends [never] ? Otherwise : Extract<Value, Kind> : Otherwise;
/** What is needed of an `AbortSignal`. */
export interface AbortSignalLike {
    /** Whether it has aborted. */
    readonly aborted: boolean;
    /** Why: what a call rejects with. */
    readonly reason?: unknown;
    addEventListener(type: "abort", listener: () => void): void;
    removeEventListener(type: "abort", listener: () => void): void;
}
/** What is needed of `Headers` and `URLSearchParams`. */
export interface PairsLike {
    append(name: string, value: string): void;
    delete(name: string): void;
    get(name: string): string | null;
    has(name: string): boolean;
    set(name: string, value: string): void;
    forEach(callback: (value: string, name: string) => void): void;
}
/** The host's `AbortSignal`. */
export type HostAbortSignal = Host<"AbortSignal", Named<HostRequestInit, "signal", AbortSignalLike, AbortSignalLike>>;
/** The host's `Headers`. */
export type HostHeaders = Host<"Headers", Named<HostResponse, "headers", PairsLike, PairsLike>>;
/** The host's `URLSearchParams`. */
export type HostURLSearchParams = Host<"URLSearchParams", Named<HostRequestInit, "body", PairsLike & {
    sort(): void;
}, PairsLike>>;
/** Names and values: a record, pairs, or an object that lists them as `Headers` and `URLSearchParams` do. */
export type NameValues = Readonly<Record<string, string | readonly string[] | null | undefined>> | Iterable<readonly [string, string]> | {
    forEach(callback: (value: string, name: string) => void): void;
};
/** What the host's `fetch` sends as a body. */
export type HostBody = HostRequestInit extends {
    readonly body?: infer Body;
} ? NonNullable<Body> : unknown;
/**
 * What a `fetch` given by the caller is called with, beside the URL.
 *
 * A request to an authorization server has `method`, `headers`, `redirect` and `signal`, and the form as a text in `body` if it
 * is a POST. A request of `fetchResource` or of a store's `fetch` has whatever its caller gave in `init` as well.
 */
export interface FetchInit {
    /** GET for a metadata document and POST for a token; the caller's for a resource. */
    readonly method: "GET" | "POST" | (string & {});
    /** All headers, by name. */
    readonly headers: Record<string, string>;
    /** The form of a POST as a text, encoded; the caller's for a resource. */
    readonly body?: HostBody;
    /** There when the body is a stream. */
    readonly duplex?: "half";
    /** A redirect must come back as it is: following it would hand secrets to another host. */
    readonly redirect: "manual";
    /** Aborts when the time is up or the caller has gone. */
    readonly signal: HostAbortSignal;
}
/** What is read of an answer: `status`, and one of `body`, `arrayBuffer()`, `text()`, `json()`. */
export interface ResponseLike {
    /** The HTTP status. */
    readonly status: number;
    /** A `Headers`, a `Map`, pairs or a plain object. */
    readonly headers?: unknown;
    /** True of an answer that came by a redirect: it is not believed. */
    readonly redirected?: boolean;
    /** What kind of answer a page may see; `"opaqueredirect"` is a redirect. */
    readonly type?: string;
    /** True when somebody has read the body: then it is refused. */
    readonly bodyUsed?: boolean;
    /** A stream of bytes, or text. */
    readonly body?: unknown;
    /** The whole body as bytes. */
    arrayBuffer?(): PromiseLike<ArrayBuffer>;
    /** The whole body as text. */
    text?(): PromiseLike<string>;
    /** The whole body, parsed: for objects that have nothing else. */
    json?(): PromiseLike<unknown>;
}
/** The global `fetch`, or anything that can stand in for it. */
export type FetchLike = {
    call(url: string, init: FetchInit): ResponseLike | PromiseLike<ResponseLike>;
}["call"];
/** What a request to a resource goes to: an absolute URL, or a `Request`. */
export type ResourceInput = string | Host<"URL", {
    readonly href: string;
}> | Host<"Request", {
    readonly url: string;
}>;
/** What the host's `fetch` takes as its second argument. */
export type HostRequestInit = typeof globalThis extends {
    fetch: (input: never, init?: infer Init) => unknown;
} ? NonNullable<Init> : Readonly<Record<string, unknown>>;
/** The host's `Response`. */
export type HostResponse = Host<"Response", ResponseLike>;
/** The last argument of every call. */
export interface CallOptions {
    /** Ends the wait of this call; it rejects with `signal.reason` itself. */
    readonly signal?: AbortSignalLike | null | undefined;
    /** Bounds the whole operation, discovery, retries and waits included. Milliseconds; the client's when absent. */
    readonly timeoutMs?: number | null | undefined;
    /** Headers for the requests of this call, over the client's `customHeaders`. */
    readonly headers?: NameValues | null | undefined;
    /** Which of the credentials of a `MultiZoneBasicAuth` to use. Default: those of the zone that is called as the issuer. */
    readonly zone?: string | null | undefined;
}
/** The options of `OAuthClient`. */
export interface ClientOptions {
    /** The id of a public client; may be the https URL of a client id metadata document. */
    readonly clientId?: string | null | undefined;
    /** How the client authenticates. Default: it does not, as a public client. */
    readonly auth?: ClientAuth | null | undefined;
    /** What this server expects and how it answers. Default `"rfc8693"`. */
    readonly preset?: core.PresetName | core.ServerPreset | null | undefined;
    /** Endpoints known in advance: absolute, or a path below the issuer's. They take precedence over discovered ones. */
    readonly endpoints?: {
        readonly [Name in keyof core.Endpoints]?: core.Endpoints[Name] | null | undefined;
    } | null | undefined;
    /** `false`: no discovery. Otherwise how long its results are kept, in milliseconds. Default one hour, and one minute. */
    readonly discovery?: false | {
        /** Milliseconds for which a document is remembered; 0: not at all. Default 3600000. */
        readonly ttlMs?: number | null | undefined;
        /** Milliseconds for which a failure is remembered that would repeat, at most `ttlMs`; 0: not at all. Default 60000. */
        readonly negativeTtlMs?: number | null | undefined;
    } | null | undefined;
    /** Where discovered endpoints may be: a list is in addition to the issuer's own origin. Default `"any"`. */
    readonly endpointOrigins?: "any" | "same-origin" | readonly string[] | null | undefined;
    /** Hosts that may be reached by http, with a port or without. Loopback need not be listed. */
    readonly insecureHosts?: string | readonly string[] | null | undefined;
    /** Sends the requests. It must not follow redirects. Default: the global `fetch`, as it is at the time of each call. */
    readonly fetch?: FetchLike | null | undefined;
    /** Bounds each operation as a whole, and the wait for a resource's answer. Milliseconds, default 30000. */
    readonly timeoutMs?: number | null | undefined;
    /** How often one request is repeated after a failure that may pass; 0: never. Default 3, at most 100. */
    readonly maxRetries?: number | null | undefined;
    /** The longest answer that is read, in bytes after decompression. Default 1048576, at most 67108864. */
    readonly maxResponseBytes?: number | null | undefined;
    /** How far the clocks may differ, in seconds. Default 10, at most 60. */
    readonly clockToleranceSeconds?: number | null | undefined;
    /** The `User-Agent` header. Default `onbehalf/<version>`; in browsers their own. */
    readonly userAgent?: string | null | undefined;
    /** Headers on every request. Those that OAuth or HTTP decide are refused. */
    readonly customHeaders?: NameValues | null | undefined;
    /** The rules to hold the server to. `"fapi2"` makes `issued_token_type` compulsory. Default `"default"`. */
    readonly conformance?: "default" | "mcp" | "fapi2" | null | undefined;
    /** Called synchronously with every event, for audit and tracing. What it throws is ignored. */
    readonly onEvent?: ((event: OAuthEvent) => unknown) | null | undefined;
}
/** The metadata of an authorization server (RFC 8414 section 2). */
export interface ServerMetadata extends Readonly<core.ServerMetadata> {
    /** The whole document as it came, with members this package does not know. */
    readonly raw: Readonly<Record<string, unknown>>;
}
/** A request that the caller sends. It holds the secrets of the call: do not log it. */
export interface PreparedRequest<T> {
    /** Where it goes. */
    readonly url: string;
    /** GET for a metadata document, otherwise POST. */
    readonly method: "GET" | "POST";
    /** All headers that it needs, by name; client authentication may be among them. */
    readonly headers: Record<string, string>;
    /** The form of a POST, encoded (RFC 6749 appendix B), tokens and all. */
    readonly body: string | undefined;
    /**
     * Reads the answer: gives the result, or the request to send next. May be called again.
     *
     * Throws what the same call of the client would reject with.
     */
    parse(status: number, headers: NameValues | null | undefined, body: string | ArrayBuffer | ArrayBufferView): T | PreparedRetry<T>;
}
/** The server wants another request first. */
export interface PreparedRetry<T> {
    /** The request to send next. */
    readonly retry: PreparedRequest<T>;
    /** How long to wait before, in milliseconds. */
    readonly retryAfterMs?: number;
}
