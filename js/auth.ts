/**
 * How a client authenticates. These classes keep secrets in private fields and hand them to the core only; they can be
 * made before the WebAssembly is loaded.
 */
import { invalid, missing, refuse, requireOneOf, requirePlain, requireText } from "./arguments.js";
import { ask } from "./ask.js";
import { brand } from "./brand.js";
import { available } from "./core.js";
import { configError } from "./errors.js";
import type { AuthData } from "./generated.js";
import { isObject } from "./shape.js";
import type { HostHeaders, HostURLSearchParams, ServerMetadata } from "./types.js";

/** What a function that authenticates a request is called with. It changes `headers` and `body` in place. */
export interface AuthRequest {
  /** The issuer of the server that is asked (RFC 8414 section 2). */
  readonly issuer: string;
  /** The URL that the request goes to. */
  readonly endpoint: string;
  /** The headers to be sent, for it to add to. */
  readonly headers: HostHeaders;
  /** The form parameters to be sent, for it to add to (RFC 6749 appendix B). They hold the tokens of the call. */
  readonly body: HostURLSearchParams;
  /** The server's metadata, when it is known. */
  readonly metadata?: ServerMetadata;
}

/** Authenticates a request itself. What it throws reaches the caller by identity. */
export type ClientAuthFunction = (request: AuthRequest) => void | PromiseLike<void>;

/** How a client authenticates at its server. */
export type ClientAuth = NoneAuth | BasicAuth | PostAuth | BearerAuth | MultiZoneBasicAuth | ClientAuthFunction;

// Registered, so that objects of another copy of the package are understood.
const AUTH_DATA: unique symbol = Symbol.for("onbehalf.authData") as never;

/** A public client (RFC 6749 section 2.1): it sends its id at most. */
export class NoneAuth {
  static {
    brand(this, "NoneAuth", ({ clientId }) => ({ clientId }));
  }

  readonly #data: AuthData;

  /** Without an id the server is not told who asks. Throws `ConfigError`. */
  constructor(clientId?: string | null) {
    this.#data = { type: "none", ...(clientId != null && { clientId: requireText("clientId", clientId) }) };
  }

  /** The client's id (RFC 6749 section 2.2), if it has one. */
  get clientId(): string | undefined {
    return this.#data.clientId;
  }

  /** @internal */
  [AUTH_DATA](): AuthData {
    return this.#data;
  }
}

/** `client_secret_basic` (RFC 6749 section 2.3.1): id and secret in the Authorization header. */
export class BasicAuth {
  static {
    brand(this, "BasicAuth", ({ clientId }) => ({ clientId }));
  }

  readonly #data: WithClient;

  /**
   * `encoding: "form"` encodes id and secret as RFC 6749 appendix B says; `"raw"` is for servers that do not decode
   * them. Default: as the preset says. Throws `ConfigError`.
   */
  constructor(
    clientId: string,
    clientSecret: string,
    options?: { readonly encoding?: "form" | "raw" | undefined } | null,
  ) {
    const { encoding, ...others } = requirePlain(options ?? {}, "options");
    refuse(others, ...Object.keys(others));
    const form = requireOneOf("encoding", encoding, "form", "raw");
    this.#data = { ...withClient("basic", clientId, clientSecret), ...(form && { encoding: form }) };
  }

  /** The client's id (RFC 6749 section 2.2). */
  get clientId(): string {
    return this.#data.clientId;
  }

  /** @internal */
  [AUTH_DATA](): AuthData {
    return this.#data;
  }
}

/** `client_secret_post` (RFC 6749 section 2.3.1): id and secret in the body. */
export class PostAuth {
  static {
    brand(this, "PostAuth", ({ clientId }) => ({ clientId }));
  }

  readonly #data: WithClient;

  /** Throws `ConfigError`. */
  constructor(clientId: string, clientSecret: string) {
    this.#data = withClient("post", clientId, clientSecret);
  }

  /** The client's id (RFC 6749 section 2.2). */
  get clientId(): string {
    return this.#data.clientId;
  }

  /** @internal */
  [AUTH_DATA](): AuthData {
    return this.#data;
  }
}

/** Authenticates by a token that the server gave out for this client (RFC 6750 section 2.1). */
export class BearerAuth {
  static {
    brand(this, "BearerAuth", () => ({}));
  }

  readonly #accessToken: string;

  /** Throws `ConfigError`, also for what can be no token. */
  constructor(accessToken: string) {
    this.#accessToken = requireText("accessToken", accessToken);
    // Before `init` the client sees to it.
    if (available()) ask("checkToken", accessToken, "accessToken");
  }

  /** @internal */
  [AUTH_DATA](): AuthData {
    return { type: "bearer", accessToken: this.#accessToken };
  }
}

/** `client_secret_basic` with one client per zone; the zone comes from `options.zone` of each call. */
export class MultiZoneBasicAuth {
  static {
    brand(this, "MultiZoneBasicAuth", (auth) => ({ zones: auth.getConfiguredZones() }));
  }

  readonly #zones = new Map<string, readonly [id: string, secret: string]>();

  /** Takes `{ zone: [id, secret] }`. Throws `ConfigError`, for an empty record too. */
  constructor(zones: Readonly<Record<string, readonly [id: string, secret: string]>>) {
    if (!isObject(zones)) throw missing("zones");
    for (const [zone, pair] of Object.entries(zones)) {
      const field = `zones.${requireText("zones", zone)}`;
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw invalid(field, "a pair of client id and secret");
      }
      this.#zones.set(zone, [requireText(`${field}[0]`, pair[0]), requireText(`${field}[1]`, pair[1])]);
    }
    if (this.#zones.size === 0) throw missing("zones");
  }

  /** The names of the zones, in the order given. */
  getConfiguredZones(): string[] {
    return [...this.#zones.keys()];
  }

  /** Whether there are credentials for a zone. */
  hasZone(zone: string): boolean {
    return this.#zones.has(zone);
  }

  /** The Authorization header of a zone: it holds the secret. Throws `ConfigError` `unknown_zone`. */
  getHeadersForZone(zone: string): { Authorization: string } {
    const [id, secret] = this.#pair(zone);
    return { Authorization: ask("basicAuthorization", id, secret) };
  }

  /** The credentials of a zone. Throws `ConfigError` `unknown_zone`. */
  getAuthForZone(zone: string): BasicAuth {
    return new BasicAuth(...this.#pair(zone));
  }

  /** @internal */
  [AUTH_DATA](): AuthData {
    return { type: "multi_zone", zones: Array.from(this.#zones, ([zone, [id, secret]]) => [zone, id, secret]) };
  }

  #pair(zone: string): readonly [string, string] {
    const pair = this.#zones.get(zone);
    if (pair) return pair;
    throw configError(
      "unknown_zone",
      "zone",
      `there are no credentials for this zone, only for: ${this.getConfiguredZones().join(", ")}`,
    );
  }
}

/**
 * What crosses to the core. A function stays here: the driver calls it.
 *
 * @internal
 */
export function authData(auth: unknown): AuthData | undefined {
  if (auth == null) return undefined;
  if (typeof auth === "function") return { type: "custom" };
  const data = (auth as { [AUTH_DATA]?: () => AuthData })[AUTH_DATA]?.();
  if (data) return data;
  throw invalid("auth", "a client authentication of onbehalf, or a function");
}

/**
 * What a client of an `other` issuer gets of this authentication: secrets and functions of the first stay behind, and the
 * first call that would need them says so.
 *
 * @internal
 */
export function authElsewhere(auth: unknown, issuer: string, other: string): unknown {
  const data = authData(auth);
  if (data === undefined || data.type === "none" || data.type === "withheld") return auth;
  // Credentials that were given for this very issuer.
  const zones = data.zones?.filter(([zone]) => zone === other);
  const left: AuthData = zones?.length ? { type: "multi_zone", zones } : { type: "withheld", issuer };
  return { [AUTH_DATA]: () => left };
}

type WithClient = AuthData & { readonly clientId: string };

function withClient(type: AuthData["type"], clientId: string, clientSecret: string): WithClient {
  return {
    type,
    clientId: requireText("clientId", clientId),
    clientSecret: requireText("clientSecret", clientSecret),
  };
}
