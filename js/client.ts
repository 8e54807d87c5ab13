import { authData, authElsewhere, type ClientAuthFunction } from "./auth.js";
import { brand } from "./brand.js";
import { enter, type Instance, instance, type RawClient } from "./core.js";
import { signalOf } from "./deadline.js";
import { type Answer, drive, type Host } from "./driver.js";
import { encodeCall, encodeClient, encodeParams } from "./encode.js";
import { adopted, configError } from "./errors.js";
import { Flights } from "./flight.js";
import type { ClientCredentialsRequest, Outcome, TokenExchangeRequest } from "./generated.js";
import { serverMetadata } from "./metadata.js";
import { prepare, type Running } from "./prepare.js";
import { INSPECT, type Inspect, printed } from "./redact.js";
import { TokenResponse } from "./token-response.js";
import type { CallOptions, ClientOptions, PreparedRequest, ServerMetadata } from "./types.js";

/** The operations of a client, not driven: each gives its request for any transport, and reads the answer. */
export interface Prepare {
  /** Rejects with `prepare_unsupported` when the endpoint is not known yet: nothing is discovered here. */
  exchangeToken(params: TokenExchangeRequest, options?: CallOptions): Promise<PreparedRequest<TokenResponse>>;
  clientCredentials(params?: ClientCredentialsRequest, options?: CallOptions): Promise<PreparedRequest<TokenResponse>>;
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
    brand(this, "OAuthClient");
    // By name where the host knows it: the typings say the same.
    const dispose: symbol | undefined = (Symbol as { dispose?: symbol }).dispose;
    if (dispose) Object.defineProperty(this.prototype, dispose, { value: this.prototype.close });
  }

  readonly #issuer: string;
  readonly #options: ClientOptions;
  readonly #encoded: string;
  readonly #host: Host;
  #core: { readonly instance: Instance; readonly raw: RawClient } | undefined;
  #running = 0;
  #closed = false;
  #prepare: Prepare | undefined;

  /** `issuer` is the issuer identifier as the server's metadata has it (RFC 8414 section 2). Throws `ConfigError`. */
  constructor(issuer: string, options?: ClientOptions | null) {
    const { auth, fetch, timeoutMs, maxResponseBytes } = options ?? {};
    if (fetch != null && typeof fetch !== "function") {
      throw configError("invalid_option", "fetch", "fetch must be a function");
    }
    this.#issuer = issuer;
    this.#options = { ...options };
    this.#encoded = encodeClient(issuer, options, authData(auth));
    this.#raw();
    this.#host = {
      fetch: fetch ?? undefined,
      authenticate: typeof auth === "function" ? (auth as ClientAuthFunction) : undefined,
      timeoutMs: timeoutMs ?? 30_000,
      maxResponseBytes: maxResponseBytes ?? 1_048_576,
      flights: new Flights(),
    };
  }

  get issuer(): string {
    return this.#issuer;
  }

  /** The same operations, for a transport of the caller's own. */
  get prepare(): Prepare {
    return (this.#prepare ??= {
      exchangeToken: (params, options) => OAuthClient.#prepared(this, EXCHANGE, params, options),
      clientCredentials: (params, options) => OAuthClient.#prepared(this, CREDENTIALS, params, options),
      discoverServerMetadata: (options) => OAuthClient.#prepared(this, DISCOVER, undefined, options),
    });
  }

  /** Exchanges a token for another one: on behalf of its subject, for a resource (RFC 8693 section 2). */
  exchangeToken(params: TokenExchangeRequest, options?: CallOptions): Promise<TokenResponse> {
    return OAuthClient.#run(this, EXCHANGE, params, options);
  }

  /** Asks for a token for the client itself (RFC 6749 section 4.4). */
  clientCredentials(params?: ClientCredentialsRequest, options?: CallOptions): Promise<TokenResponse> {
    return OAuthClient.#run(this, CREDENTIALS, params, options);
  }

  /** The server's metadata (RFC 8414 section 3), from this client's memory while it is fresh. */
  discoverServerMetadata(options?: CallOptions): Promise<ServerMetadata> {
    return OAuthClient.#run(this, DISCOVER, undefined, options);
  }

  /**
   * A client of another issuer with the same options. Endpoints, secrets and authentication functions stay behind: the
   * first call that would need them rejects with `ConfigError`.
   */
  forIssuer(issuer: string): OAuthClient {
    const { endpoints: _, auth, ...options } = this.#options;
    // Marks what was left behind; it is no authentication that a caller could write.
    return new OAuthClient(issuer, { ...options, auth: authElsewhere(auth, this.#issuer) } as ClientOptions);
  }

  /** Lets running calls finish and refuses later ones with `client_closed`. May be called twice. */
  close(): void {
    this.#closed = true;
    this.#release();
  }

  /** @internal */
  [INSPECT](depth: number, options: object, inspect?: Inspect): unknown {
    return printed("OAuthClient", { issuer: this.#issuer }, depth, options, inspect);
  }

  // Static, and async: a method that was taken off its client rejects as well, rather than to throw.
  static async #run<T>(
    client: OAuthClient,
    operation: Operation<T>,
    params: unknown,
    options?: CallOptions,
  ): Promise<T> {
    const signal = signalOf(options);
    const paramsJson = encodeParams(params);
    const callJson = encodeCall(options, false);
    if (signal?.aborted) throw signal.reason;
    const running = client.#begin(operation.name, paramsJson, callJson);
    try {
      const timeoutMs = options?.timeoutMs ?? client.#host.timeoutMs;
      const { value, answer } = await drive(client.#host, running.instance, running.operation, timeoutMs, signal);
      return operation.result(value, answer);
    } finally {
      running.free();
    }
  }

  static async #prepared<T>(
    client: OAuthClient,
    operation: Operation<T>,
    params: unknown,
    options?: CallOptions,
  ): Promise<PreparedRequest<T>> {
    const signal = signalOf(options);
    const paramsJson = encodeParams(params);
    const callJson = encodeCall(options, true);
    if (signal?.aborted) throw signal.reason;
    return prepare({
      host: client.#host,
      timeoutMs: options?.timeoutMs ?? client.#host.timeoutMs,
      signal,
      begin: () => client.#begin(operation.name, paramsJson, callJson),
      result: operation.result,
    });
  }

  #begin(name: string, paramsJson: string, callJson: string): Running {
    if (this.#closed) throw configError("client_closed", undefined, "this client has been closed");
    const { instance, raw } = this.#raw();
    const operation = enter(instance, () => raw.operation(name, paramsJson, callJson));
    this.#running++;
    return {
      instance,
      operation,
      free: () => {
        this.#running--;
        if (!instance.worn) enter(instance, () => operation.free());
        this.#release();
      },
    };
  }

  /** The client of the core: made anew when a panic has worn the instance of the last one. */
  #raw(): { readonly instance: Instance; readonly raw: RawClient } {
    const current = instance();
    if (this.#core?.instance === current) return this.#core;
    try {
      const raw = enter(current, (core) => new core.Client(this.#encoded));
      return (this.#core = { instance: current, raw });
    } catch (thrown) {
      throw adopted(thrown);
    }
  }

  #release(): void {
    if (!this.#closed || this.#running > 0 || !this.#core) return;
    const { instance, raw } = this.#core;
    this.#core = undefined;
    if (!instance.worn) enter(instance, () => raw.free());
  }
}

// For the typings: `using` where the host's library has it, and nothing where it has not.
export interface OAuthClient extends DisposableWhereKnown {}

/** `{ [Symbol.dispose](): void }` where the TypeScript library in use knows the symbol. */
export type DisposableWhereKnown = SymbolConstructor extends { readonly dispose: infer Dispose extends symbol }
  ? { [K in Dispose]: () => void }
  : object;

interface Operation<T> {
  readonly name: string;
  result(value: Outcome, answer: Answer | undefined): T;
}

const EXCHANGE: Operation<TokenResponse> = { name: "exchange_token", result: token };
const CREDENTIALS: Operation<TokenResponse> = { name: "client_credentials", result: token };
const DISCOVER: Operation<ServerMetadata> = { name: "discover_server_metadata", result: metadata };

function token(value: Outcome, answer: Answer | undefined): TokenResponse {
  const { token } = value as Extract<Outcome, { type: "token" }>;
  return TokenResponse.of(token, answer?.body ?? "", answer?.headers ?? {});
}

function metadata(value: Outcome): ServerMetadata {
  return serverMetadata(value as Extract<Outcome, { type: "metadata" }>);
}
