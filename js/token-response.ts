import { type HeaderRecord, readHeaders } from "./answer.js";
import { invalid, requireOneOf, requirePlain, requireText } from "./arguments.js";
import { ask } from "./ask.js";
import { brand } from "./brand.js";
import { parseDocument } from "./document.js";
import type { Answer } from "./driver.js";
import { json, pairs } from "./encode.js";
import { configError } from "./errors.js";
import type { ScopeSource, TokenSet } from "./generated.js";
import { REDACTED, REDACTED_MARK } from "./redact.js";
import { isObject } from "./shape.js";
import type { NameValues } from "./types.js";

/** A token with everything that came with it, as plain data: what `expose` gives and `from` takes. It holds secrets. */
export interface ExposedToken {
  /** What was issued. The members are those of `TokenResponse`. */
  accessToken: string;
  /** `Bearer`, `DPoP`, `N_A`, or another one that the preset lists. */
  tokenType: string;
  /** What kind of token it is (RFC 8693 section 3). */
  issuedTokenType?: string;
  /** The lifetime the server named, in seconds. */
  expiresIn?: number;
  /** When it ends, in milliseconds since the epoch. */
  expiresAt?: number;
  /** The scopes granted. */
  scope: string[];
  /** How these are known. */
  scopeSource: ScopeSource;
  /** The scopes asked for and not granted. */
  missingScopes: string[];
  /** A refresh token (RFC 6749 section 1.5). */
  refreshToken?: string;
  /** An ID token, not verified (OpenID Connect Core section 2). */
  idToken?: string;
  /** The authorization details granted (RFC 9396 section 7). */
  authorizationDetails?: unknown[];
  /** The issuer of the server that gave it out. */
  issuer: string;
  /** What the server should have said and did not. */
  assumed: string[];
  /** The whole document as it came. */
  raw: Readonly<Record<string, unknown>>;
  /** The headers of the answer: names in lower case, without `set-cookie`. */
  headers: Readonly<Record<string, string>>;
}

/** What `TokenResponse.from` takes: of what `expose` gives, all but the token and its type may be left out. */
export type StoredToken = Readonly<Pick<ExposedToken, "accessToken" | "tokenType">> & {
  readonly [Name in Exclude<keyof ExposedToken, "accessToken" | "tokenType" | "headers">]?:
    | Readonly<ExposedToken[Name]>
    | null
    | undefined;
} & { readonly headers?: NameValues | null | undefined };

/** What was issued, but for the access token. @internal */
export type TokenDescription = Omit<TokenSet, "accessToken">;

/** A token, and its description or the JSON text of that. @internal */
export interface Issued {
  readonly accessToken: string;
  readonly description: TokenDescription | string;
}

const TEXTS = ["tokenType", "issuedTokenType", "refreshToken", "idToken"] as const;
const NUMBERS = ["expiresIn", "expiresAt"] as const;
const LISTS = ["scope", "missingScopes", "assumed"] as const;
/** What is read as the core gave it. */
const MEMBERS = [...TEXTS, ...NUMBERS, ...LISTS, "scopeSource", "issuer"] as const;

/**
 * What a server gave out (RFC 6749 section 5.1, RFC 8693 section 2.2.1). It cannot be changed.
 *
 * Printing, cloning and spreading it shows no token, and `JSON.stringify` puts a text in place of each that is refused
 * wherever a token is taken. `expose()` gives the plain data.
 */
export class TokenResponse {
  static {
    brand(this, "TokenResponse", (token) => token.toJSON());
    for (const name of MEMBERS) {
      const get = function (this: TokenResponse) {
        const value = this.#description[name];
        return Array.isArray(value) ? Object.freeze(value) : value;
      };
      Object.defineProperty(this.prototype, name, { get, configurable: true });
    }
  }

  readonly #accessToken: string;
  /** Its JSON text, until somebody asks for something of it. */
  #described: TokenDescription | string;
  readonly #document: string;
  #headers: Headers | HeaderRecord;
  #raw: Readonly<Record<string, unknown>> | undefined;

  private constructor(issued: Issued, document: string, headers: Headers | HeaderRecord) {
    this.#accessToken = issued.accessToken;
    this.#described = issued.description;
    this.#document = document;
    this.#headers = headers;
  }

  /** What the core made of an answer, and the answer. @internal */
  static of(issued: Issued, answer: Answer | undefined): TokenResponse {
    return new TokenResponse(issued, answer?.body ?? "", answer?.headers ?? {});
  }

  get #description(): TokenDescription {
    if (typeof this.#described !== "string") return this.#described;
    return (this.#described = JSON.parse(this.#described) as TokenDescription);
  }

  /**
   * Makes a token of plain data again, as `expose` gave it. Only the token and its type have to be there.
   *
   * Throws `ConfigError`: `redacted_token` when the data came from `JSON.stringify(token)`.
   */
  static from(plain: StoredToken): TokenResponse {
    if (!isObject(plain)) throw invalid("token", "an object");
    const { raw, headers, authorizationDetails, issuer, scopeSource } = plain;
    const token = {
      scopeSource: requireOneOf("scopeSource", scopeSource, "response", "request", "unknown") ?? "unknown",
      issuer: issuer == null || issuer === "" ? "" : requireText("issuer", issuer),
    } as TokenSet;
    for (const name of ["accessToken", ...TEXTS] as const) {
      const value = plain[name];
      if (value == null && name !== "accessToken" && name !== "tokenType") continue;
      token[name] = requireText(name, value);
      if (!token[name].includes(REDACTED_MARK)) continue;
      const message = `\`${name}\` is the redacted text of a token, not the token: keep what \`expose()\` gives instead`;
      throw configError("redacted_token", name, message);
    }
    for (const name of LISTS) {
      const value: unknown = plain[name] ?? [];
      if (!Array.isArray(value) || value.some((item) => typeof item !== "string")) {
        throw invalid(name, "an array of strings");
      }
      token[name] = [...value];
    }
    for (const name of NUMBERS) {
      const value = plain[name];
      if (value == null) continue;
      if (!Number.isFinite(value)) throw invalid(name, "a number");
      token[name] = value;
    }
    if (authorizationDetails != null) {
      if (!Array.isArray(authorizationDetails)) throw invalid("authorizationDetails", "an array");
      token.authorizationDetails = written("authorizationDetails", authorizationDetails);
    }
    const document = written("raw", requirePlain(raw ?? {}, "raw"));
    const { accessToken, ...description } = token;
    return new TokenResponse({ accessToken, description }, document, readHeaders(pairs(headers ?? {}, "headers")));
  }

  /** What was issued, whatever its type. */
  get accessToken(): string {
    return this.#accessToken;
  }

  /** `Bearer`, `DPoP`, `N_A` (RFC 8693 section 2.2.1), or another one that the preset lists. */
  declare readonly tokenType: string;

  /** What kind of token it is (RFC 8693 section 3). */
  declare readonly issuedTokenType: string | undefined;

  /** The lifetime the server named, in seconds. */
  declare readonly expiresIn: number | undefined;

  /** When it ends, in milliseconds since the epoch. */
  declare readonly expiresAt: number | undefined;

  /** The scopes granted. Frozen. */
  declare readonly scope: string[];

  /** Whether the server named the scopes, or they are those asked for (RFC 6749 section 5.1), or nobody named any. */
  declare readonly scopeSource: ScopeSource;

  /** The scopes asked for and not granted. Frozen. */
  declare readonly missingScopes: string[];

  /** A refresh token, if one was issued (RFC 6749 section 1.5). */
  declare readonly refreshToken: string | undefined;

  /** An ID token, if one was issued (OpenID Connect Core section 2). Not verified. */
  declare readonly idToken: string | undefined;

  /** The authorization details granted (RFC 9396 section 7). Frozen. */
  get authorizationDetails(): unknown[] | undefined {
    const details = this.#description.authorizationDetails;
    return details === undefined ? undefined : (parseDocument(details) as unknown as unknown[]);
  }

  /** The issuer of the server that gave it out. */
  declare readonly issuer: string;

  /** What the server should have said and did not, so that it had to be assumed. Frozen. */
  declare readonly assumed: string[];

  /** The whole document as it came, frozen and without a prototype. It holds the tokens. */
  get raw(): Readonly<Record<string, unknown>> {
    return (this.#raw ??= parseDocument(this.#document));
  }

  /** The headers of the answer: names in lower case, without `set-cookie`. Frozen. */
  get headers(): Readonly<Record<string, string>> {
    if (!Object.isFrozen(this.#headers)) this.#headers = readHeaders(this.#headers);
    return this.#headers as HeaderRecord;
  }

  /**
   * The value of an Authorization header with this token (RFC 6750 section 2.1).
   *
   * Throws `ConfigError` for a token that is no access token, and for one that is of no use without a proof.
   */
  authorizationHeader(): string {
    const { accessToken, tokenType, issuedTokenType } = this;
    return ask("authorizationHeader", accessToken, tokenType, issuedTokenType ?? "");
  }

  /** Everything as plain data, tokens included. */
  expose(): ExposedToken {
    const { accessToken, raw, headers, authorizationDetails } = this;
    const { authorizationDetails: _, ...rest } = this.#description;
    const plain: ExposedToken = { accessToken, ...rest, raw, headers };
    for (const name of LISTS) plain[name] = [...plain[name]];
    if (authorizationDetails) plain.authorizationDetails = [...authorizationDetails];
    return plain;
  }

  /** The text that stands for a token elsewhere: put into a header it is refused by the host, rather than sent. */
  toString(): string {
    return REDACTED;
  }

  /** Everything but the tokens, the document and the headers, with a text in place of each token. */
  toJSON(): Record<string, unknown> {
    const { raw: _, headers: __, ...shown } = this.expose();
    for (const name of ["accessToken", "refreshToken", "idToken"] as const) if (name in shown) shown[name] = REDACTED;
    return shown;
  }
}

/** The JSON text of a member. As a member it is written, so that an error says where in it the mistake is. */
function written(name: string, value: unknown): string {
  return json({ [name]: value }, name, true).slice(name.length + 4, -1);
}
