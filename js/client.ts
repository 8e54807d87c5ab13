import { closed, invalid, type Plain, requireFunctions, requirePlain } from "./arguments.js";
import { authData, authElsewhere } from "./auth.js";
import { brand } from "./brand.js";
import { signalOf } from "./deadline.js";
import type { Finished } from "./driver.js";
import { encodeCall, encodeOptions, encodeParams } from "./encode.js";
import { Engine } from "./engine.js";
import { type EventBase, type OAuthEvent, Reporter, scopesOf } from "./events.js";
import type { ClientCredentialsRequest, TokenExchangeRequest } from "./generated.js";
import { hostOf } from "./host.js";
import { serverMetadata } from "./metadata.js";
import { prepare } from "./prepare.js";
import { refused, resourceRequest, verdictOn } from "./resource.js";
import { type Gap, gapOf, textOf } from "./template.js";
import { TokenResponse } from "./token-response.js";
import type {
  AbortSignalLike,
  CallOptions,
  ClientOptions,
  HostRequestInit,
  HostResponse,
  PreparedRequest,
  ResourceInput,
  ServerMetadata,
} from "./types.js";

/** The operations of a client, not driven: each gives its request for any transport, and reads the answer. */
export interface Prepare {
  /** Rejects with `prepare_unsupported` when the endpoint is not known yet: nothing is discovered here. */
  exchangeToken(params: TokenExchangeRequest, options?: CallOptions): Promise<PreparedRequest<TokenResponse>>;
  /** As `exchangeToken`, for a token for the client itself (RFC 6749 section 4.4). */
  clientCredentials(params?: ClientCredentialsRequest, options?: CallOptions): Promise<PreparedRequest<TokenResponse>>;
  /** The request for the server's metadata (RFC 8414 section 3.1), also while it is remembered. */
  discoverServerMetadata(options?: CallOptions): Promise<PreparedRequest<ServerMetadata>>;
}

/**
 * A client of one authorization server.
 *
 * Its methods reject with an `OAuthError`, or with the caller's own `signal.reason`. They cache nothing but the server's
 * metadata. Making one does no I/O.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: what the interface adds is defined in the static block.
export class OAuthClient {
  static {
    brand(this, "OAuthClient", ({ issuer }) => ({ issuer }));
  }

  readonly #issuer: string;
  readonly #options: ClientOptions;
  readonly #engine: Engine;
  readonly #reporter: Reporter | undefined;
  readonly #clientId: string | undefined;
  #prepare: Prepare | undefined;
  #closed = false;
  /** Whether there are answers that may still have to be read. */
  #handedOut = false;

  /** `issuer` is the issuer identifier as the server's metadata has it (RFC 8414 section 2). Throws `ConfigError`. */
  constructor(issuer: string, options?: ClientOptions | null) {
    const given = options ?? {};
    const { auth, onEvent, clientId } = given;
    requireFunctions(given, "fetch", "onEvent");
    const data = authData(auth);
    const { fetch: _, onEvent: __, ...plain } = requirePlain(given, "options");
    const encoded = encodeOptions(plain, data, { issuer }, "options");
    this.#issuer = issuer;
    this.#options = { ...given };
    this.#clientId = clientId ?? data?.clientId;
    this.#reporter = onEvent ? new Reporter(onEvent) : undefined;
    this.#engine = new Engine(hostOf(given), encoded);
    this.#engine.check();
  }

  /** The issuer identifier, as it was given. */
  get issuer(): string {
    return this.#issuer;
  }

  /** The same operations, for a transport of the caller's own. */
  get prepare(): Prepare {
    return (this.#prepare ??= {
      exchangeToken: (params, options) => OAuthClient.#prepared(this, "exchangeToken", params, options),
      clientCredentials: (params, options) => OAuthClient.#prepared(this, "clientCredentials", params, options),
      discoverServerMetadata: (options) => OAuthClient.#prepared(this, "discoverServerMetadata", undefined, options),
    });
  }

  /**
   * Exchanges a token for another one: on behalf of its subject, for a resource (RFC 8693 section 2). Nothing is remembered:
   * each call is a request.
   *
   * Rejects with `TokenExchangeError` when the server refuses, `AuthenticationError` when it does not accept the client,
   * `OAuthProtocolError` for an answer or metadata that break their rules, `OAuthHttpError` for what is no OAuth answer,
   * `NetworkError` for none or a late one, and `ConfigError` for wrong arguments, before any request.
   */
  exchangeToken(params: TokenExchangeRequest, options?: CallOptions): Promise<TokenResponse> {
    return OAuthClient.#run(this, "exchangeToken", params, options);
  }

  /**
   * Asks for a token for the client itself (RFC 6749 section 4.4). Nothing is remembered: each call is a request. Rejects as
   * `exchangeToken` does, with `OAuthProtocolError` when the server refuses.
   */
  clientCredentials(params?: ClientCredentialsRequest, options?: CallOptions): Promise<TokenResponse> {
    return OAuthClient.#run(this, "clientCredentials", params, options);
  }

  /**
   * The server's metadata (RFC 8414 section 3), from this client's memory while it is fresh: `discovery.ttlMs`. Rejects with
   * `OAuthProtocolError`, of code `discovery_failed` when there is no document and `issuer_mismatch` when it is of another
   * issuer, and otherwise as `exchangeToken` does.
   */
  discoverServerMetadata(options?: CallOptions): Promise<ServerMetadata> {
    return OAuthClient.#run(this, "discoverServerMetadata", undefined, options);
  }

  /**
   * Calls a resource with a token in the Authorization header (RFC 6750 section 2.1). Takes what `fetch` takes; a
   * redirect comes back as it is, so that the token goes nowhere else. The client's `timeoutMs` bounds the wait for the
   * answer; its body is the caller's, and ended by `init.signal` alone.
   *
   * Rejects with `InvalidTokenError` or `InsufficientScopeError` when the resource refuses the token (RFC 6750 section
   * 3.1), with `ConfigError` for an address that may not be spoken to and for an Authorization header of the caller's own.
   */
  fetchResource(token: TokenResponse | string, input: ResourceInput, init?: HostRequestInit): Promise<HostResponse> {
    return OAuthClient.#fetch(this, token, input, init);
  }

  /**
   * A client of another issuer with the same options. Endpoints, secrets and authentication functions stay behind: the
   * first call that would need them rejects with `ConfigError`. Only what a `MultiZoneBasicAuth` has for the zone of this
   * very name goes along.
   */
  forIssuer(issuer: string): OAuthClient {
    OAuthClient.#open(this);
    if (issuer === this.#issuer) return new OAuthClient(issuer, this.#options);
    const { endpoints: _, auth, ...options } = this.#options;
    // Marks what was left behind; it is no authentication that a caller could write.
    return new OAuthClient(issuer, { ...options, auth: authElsewhere(auth, this.#issuer, issuer) } as ClientOptions);
  }

  /**
   * Lets running calls finish and refuses later ones with `client_closed`. May be called twice. Answers to prepared requests
   * can still be read.
   */
  close(): void {
    this.#closed = true;
    // Otherwise the core's memory goes with the last of these requests.
    if (!this.#handedOut) this.#engine.close();
  }

  // Static, and async: a method that was taken off its client rejects as well, rather than to throw.
  static async #run<T>(
    client: OAuthClient,
    operation: keyof Prepare,
    params: unknown,
    options: CallOptions | undefined,
  ): Promise<T> {
    const call = OAuthClient.#call(client, operation, params, options, false);
    const { engine, text, gap, signal } = call;
    const run = () => engine.run(text, gap, options?.timeoutMs, signal);
    if (client.#reporter) return await OAuthClient.#told(client, client.#reporter, call, run);
    return resultOf(await run()) as T;
  }

  static async #prepared<T>(
    client: OAuthClient,
    operation: keyof Prepare,
    params: unknown,
    options: CallOptions | undefined,
  ): Promise<PreparedRequest<T>> {
    const { engine, text, signal } = OAuthClient.#call(client, operation, params, options, true);
    client.#handedOut = true;
    const [, callJson = "", paramsJson] = text.split("\n");
    // Begun again, it goes to the endpoint that it went to, whatever is known of the metadata by then.
    const begin = (now: number, endpoint?: string) => {
      const call = endpoint === undefined ? callJson : JSON.stringify({ ...JSON.parse(callJson), endpoint });
      return engine.begin([operation, call, paramsJson].join("\n"), now);
    };
    const timeoutMs = options?.timeoutMs ?? engine.host.timeoutMs;
    const result = (finished: Finished) => {
      // It may name other endpoints.
      engine.templates.clear();
      return resultOf(finished) as T;
    };
    return prepare({ host: engine.host, timeoutMs, signal, begin, result });
  }

  /** Checks what the core does not see of the arguments of an operation, and writes what it takes. */
  static #call(
    client: OAuthClient,
    operation: keyof Prepare,
    params: unknown,
    options: CallOptions | undefined,
    prepared: boolean,
  ): Call {
    const signal = signalOf(options);
    const repeats = operation === "exchangeToken" && !prepared;
    let gap = options == null && repeats ? client.#engine.templates.like(params) : undefined;
    const paramsJson = gap ? "" : encodeParams(params);
    const text = gap ? textOf(gap, gap.token) : [operation, encodeCall(options, prepared), paramsJson].join("\n");
    if (repeats) gap ??= gapOf(text, (params as Plain | undefined)?.["subjectToken"]);
    return { operation, engine: OAuthClient.#open(client), text, gap, signal };
  }

  static #open(client: OAuthClient): Engine {
    if (client.#closed) throw closed("client");
    return client.#engine;
  }

  /** Reports how an operation ends. */
  static async #told<T>(
    client: OAuthClient,
    reporter: Reporter,
    { operation, text, signal }: Call,
    run: () => Promise<Finished>,
  ): Promise<T> {
    const started = performance.now();
    // Not judged yet: a wrong type is for the core to refuse, and no part of the event.
    const { resource, audience, scope, subjectToken }: Plain = JSON.parse(text.split("\n")[2] ?? "");
    const base: EventBase & Pick<OAuthEvent, "subject"> = {
      operation,
      issuer: client.#issuer,
      ...(client.#clientId !== undefined && { clientId: client.#clientId }),
      resource: [...list(resource), ...list(audience)].filter(Boolean),
      requestedScopes: scopesOf(list(scope)),
      ...(typeof subjectToken === "string" && { subject: reporter.nameOf(subjectToken) }),
    };
    try {
      const result = resultOf(await run());
      const [type, scopes] = result instanceof TokenResponse ? (["exchange", result.scope] as const) : DISCOVERY;
      reporter.report({ ...base, type, scopes, outcome: "ok" }, started);
      return result as T;
    } catch (error) {
      reporter.reportFailure(error, base, started, signal);
      throw error;
    }
  }

  static async #fetch(
    client: OAuthClient,
    token: TokenResponse | string,
    input: ResourceInput,
    init: HostRequestInit | undefined,
  ): Promise<HostResponse> {
    const request = resourceRequest(input, init);
    const { accessToken, tokenType, issuedTokenType } = presented(token);
    const engine = OAuthClient.#open(client);
    const authorization = engine.ask(request.url, accessToken, tokenType, issuedTokenType ?? "");
    if (request.signal?.aborted) throw request.signal.reason;
    const response = await request.send(engine.host, authorization);
    const error = verdictOn(response, accessToken, "fail")?.error;
    if (error) throw refused(error, response);
    return response;
  }
}

// For the typings: `using` where the host's library has it, and nothing where it has not.
export interface OAuthClient extends DisposableWhereKnown {}

/** `{ [Symbol.dispose](): void }` where the TypeScript library in use knows the symbol. */
export type DisposableWhereKnown = SymbolConstructor extends { readonly dispose: infer Dispose extends symbol }
  ? { [K in Dispose]: () => void }
  : object;

/** An operation that is to be started. */
interface Call {
  readonly operation: keyof Prepare;
  readonly engine: Engine;
  /** As the core takes it: its name, its options and its parameters, each on a line. */
  readonly text: string;
  readonly gap: Gap | undefined;
  readonly signal: AbortSignalLike | undefined;
}

/** What an operation came to. */
function resultOf({ value, answer }: Finished): TokenResponse | ServerMetadata {
  return value.type === "token" ? TokenResponse.of(value, answer) : serverMetadata(value);
}

/** A token as the core takes it to present it. */
function presented(token: unknown): Pick<TokenResponse, "accessToken" | "tokenType" | "issuedTokenType"> {
  if (token instanceof TokenResponse) return token;
  if (typeof token === "string") return { accessToken: token, tokenType: "Bearer", issuedTokenType: undefined };
  throw invalid("token", "a TokenResponse or an access token");
}

function list(value: unknown): string[] {
  return [value].flat().filter((one) => typeof one === "string");
}

const DISCOVERY = ["discovery", []] as const;
