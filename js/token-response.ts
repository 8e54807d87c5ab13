import { type HeaderRecord, readHeaders } from "./answer.js";
import { invalid, requireOneOf, requirePlain } from "./arguments.js";
import { brand } from "./brand.js";
import { type CoreExports, enter, instance } from "./core.js";
import { parseDocument } from "./document.js";
import type { Answer } from "./driver.js";
import { json, pairs } from "./encode.js";
import { adopted, configError } from "./errors.js";
import type { ScopeSource, TokenSet } from "./generated.js";
import { INSPECT, type Inspect, printed, REDACTED } from "./redact.js";

/** A token with everything that came with it, as plain data: what `expose` gives and `from` takes. It holds secrets. */
export interface ExposedToken {
  accessToken: string;
  tokenType: string;
  issuedTokenType?: string;
  expiresIn?: number;
  expiresAt?: number;
  scope: string[];
  scopeSource: ScopeSource;
  missingScopes: string[];
  refreshToken?: string;
  idToken?: string;
  authorizationDetails?: unknown[];
  issuer: string;
  assumed: string[];
  raw: Readonly<Record<string, unknown>>;
  headers: Readonly<Record<string, string>>;
}

/**
 * What a server gave out (RFC 6749 section 5.1, RFC 8693 section 2.2.1). It cannot be changed.
 *
 * Printing, cloning and spreading it shows no token, and `JSON.stringify` puts a text in place of each that is refused
 * wherever a token is taken. `expose()` gives the plain data.
 */
export class TokenResponse {
  static {
    brand(this, "TokenResponse");
  }

  readonly #token: TokenSet;
  readonly #document: string;
  #headers: Headers | HeaderRecord;
  #raw: Readonly<Record<string, unknown>> | undefined;

  private constructor(token: TokenSet, document: string, headers: Headers | HeaderRecord) {
    Object.freeze(token.scope);
    Object.freeze(token.missingScopes);
    Object.freeze(token.assumed);
    this.#token = token;
    this.#document = document;
    this.#headers = headers;
  }

  /** What the core made of an answer, and the answer. @internal */
  static of(token: TokenSet, answer: Answer | undefined): TokenResponse {
    return new TokenResponse(token, answer?.body ?? "", answer?.headers ?? {});
  }

  /**
   * Makes a token of plain data again, as `expose` gave it.
   *
   * Throws `ConfigError`: `redacted_token` when the data came from `JSON.stringify(token)`.
   */
  static from(plain: ExposedToken): TokenResponse {
    if (typeof plain !== "object" || plain === null) throw invalid("token", "an object");
    const { raw, headers, authorizationDetails, scopeSource } = plain;
    const token: TokenSet = {
      accessToken: text(plain, "accessToken") ?? fail("accessToken"),
      tokenType: text(plain, "tokenType") ?? fail("tokenType"),
      scope: list(plain, "scope"),
      scopeSource: requireOneOf<ScopeSource>("scopeSource", scopeSource, "response", "request", "unknown") ?? "unknown",
      missingScopes: list(plain, "missingScopes"),
      issuer: text(plain, "issuer") ?? "",
      assumed: list(plain, "assumed"),
    };
    for (const name of ["issuedTokenType", "refreshToken", "idToken"] as const) {
      const value = text(plain, name);
      if (value !== undefined) token[name] = value;
    }
    for (const name of ["expiresIn", "expiresAt"] as const) {
      const value = plain[name];
      if (value != null) token[name] = Number.isFinite(value) ? value : fail(name, "a number");
    }
    if (authorizationDetails != null) {
      if (!Array.isArray(authorizationDetails)) fail("authorizationDetails", "an array");
      token.authorizationDetails = written("authorizationDetails", authorizationDetails);
    }
    const document = written("raw", requirePlain(raw ?? {}, "raw"));
    return new TokenResponse(token, document, readHeaders(pairs(headers ?? {}, "headers")));
  }

  get accessToken(): string {
    return this.#token.accessToken;
  }

  /** `Bearer`, `DPoP`, `N_A` (RFC 8693 section 2.2.1), or another one that the preset lists. */
  get tokenType(): string {
    return this.#token.tokenType;
  }

  /** What kind of token it is (RFC 8693 section 3). */
  get issuedTokenType(): string | undefined {
    return this.#token.issuedTokenType;
  }

  /** The lifetime the server named, in seconds. */
  get expiresIn(): number | undefined {
    return this.#token.expiresIn;
  }

  /** When it ends, in milliseconds since the epoch. */
  get expiresAt(): number | undefined {
    return this.#token.expiresAt;
  }

  /** The scopes granted. Frozen. */
  get scope(): string[] {
    return this.#token.scope;
  }

  /** Whether the server named the scopes, or they are those asked for (RFC 6749 section 5.1), or nobody named any. */
  get scopeSource(): ScopeSource {
    return this.#token.scopeSource;
  }

  /** The scopes asked for and not granted. Frozen. */
  get missingScopes(): string[] {
    return this.#token.missingScopes;
  }

  get refreshToken(): string | undefined {
    return this.#token.refreshToken;
  }

  get idToken(): string | undefined {
    return this.#token.idToken;
  }

  /** The authorization details granted (RFC 9396 section 7). Frozen. */
  get authorizationDetails(): unknown[] | undefined {
    const details = this.#token.authorizationDetails;
    return details === undefined ? undefined : (parseDocument(details) as unknown as unknown[]);
  }

  /** The issuer of the server that gave it out. */
  get issuer(): string {
    return this.#token.issuer;
  }

  /** What the server should have said and did not, so that it had to be assumed. Frozen. */
  get assumed(): string[] {
    return this.#token.assumed;
  }

  /** The whole document as it came, frozen and without a prototype. It holds the tokens. */
  get raw(): Readonly<Record<string, unknown>> {
    return (this.#raw ??= parseDocument(this.#document));
  }

  /** The headers of the answer: names in lower case, without `set-cookie`. Frozen. */
  get headers(): Readonly<Record<string, string>> {
    if (!Object.isFrozen(this.#headers)) this.#headers = Object.freeze(readHeaders(this.#headers));
    return this.#headers as HeaderRecord;
  }

  /**
   * The value of an Authorization header with this token (RFC 6750 section 2.1).
   *
   * Throws `ConfigError` for a token that is no access token, and for one that is of no use without a proof.
   */
  authorizationHeader(): string {
    const { accessToken, tokenType, issuedTokenType } = this.#token;
    try {
      return enter(instance(), (core) =>
        (core as WithHeader).authorizationHeader(accessToken, tokenType, issuedTokenType),
      );
    } catch (thrown) {
      throw adopted(thrown);
    }
  }

  /** Everything as plain data, tokens included. */
  expose(): ExposedToken {
    const { raw, headers, authorizationDetails } = this;
    const { authorizationDetails: _, scope, missingScopes, assumed, ...rest } = this.#token;
    const plain: ExposedToken = {
      ...rest,
      scope: [...scope],
      missingScopes: [...missingScopes],
      assumed: [...assumed],
      raw,
      headers,
    };
    if (authorizationDetails) plain.authorizationDetails = authorizationDetails;
    return plain;
  }

  /** Everything but the tokens, the document and the headers, with a text in place of each token. */
  toJSON(): Record<string, unknown> {
    const { raw: _, headers: __, ...shown } = this.expose();
    shown.accessToken = REDACTED;
    if (shown.refreshToken !== undefined) shown.refreshToken = REDACTED;
    if (shown.idToken !== undefined) shown.idToken = REDACTED;
    return shown;
  }

  /** @internal */
  [INSPECT](depth: number, options: object, inspect?: Inspect): unknown {
    return printed("TokenResponse", this.toJSON(), depth, options, inspect);
  }
}

interface WithHeader extends CoreExports {
  authorizationHeader(accessToken: string, tokenType: string, issuedTokenType: string | undefined): string;
}

function text(plain: ExposedToken, name: keyof ExposedToken): string | undefined {
  const value: unknown = plain[name];
  if (value == null) return undefined;
  if (typeof value !== "string" || value === "") return fail(name);
  if (value !== REDACTED) return value;
  throw configError("redacted_token", name, `${name} was redacted by JSON.stringify or inspect: store token.expose()`);
}

function list(plain: ExposedToken, name: keyof ExposedToken): string[] {
  const value: unknown = plain[name] ?? [];
  if (!Array.isArray(value) || value.some((item) => typeof item !== "string")) return fail(name, "an array of strings");
  return [...value];
}

function fail(name: string, what = "a non-empty string"): never {
  throw invalid(name, what);
}

/** The JSON text of a member. As a member it is written, so that an error says where in it the mistake is. */
function written(name: string, value: unknown): string {
  return json({ [name]: value }, name, true).slice(name.length + 4, -1);
}
