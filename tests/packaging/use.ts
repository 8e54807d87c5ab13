// Compiled as a user's file by tests/packaging/types.mjs: whatever the contract names, written as a strict program writes it.
import {
  type Action,
  BasicAuth,
  BearerAuth,
  type ClientAuthFunction,
  ConfigError,
  type Credential,
  type ErrorCode,
  type ErrorRule,
  type ExposedToken,
  type FetchInit,
  type FetchLike,
  GrantType,
  InsufficientScopeError,
  init,
  MultiZoneBasicAuth,
  NoneAuth,
  OAuthClient,
  OAuthError,
  type OAuthEvent,
  OAuthHttpError,
  OAuthProtocolError,
  PostAuth,
  type PresetTarget,
  RFC_TOKEN_TYPES,
  type ServerPreset,
  type StoredToken,
  type TokenExchangeRequest,
  TokenExchangeStore,
  TokenResponse,
  TokenType,
} from "onbehalf";
import wasm from "onbehalf/core_bg.wasm";

export const ready: Promise<void> = init();
export const compiled: Promise<void> = init(wasm);
export const warm: Promise<void> = init(import("onbehalf/core_bg.wasm").then((module) => module.default));
// @ts-expect-error: not something WebAssembly can be loaded from
init(5);

declare const maybe: string | undefined;
declare const perhaps: readonly string[] | null | undefined;

const target: PresetTarget = { via: "resource", forbid: ["audience"] };
const rule: ErrorRule = { error: "invalid_grant", action: "renew_subject" };
const constant = {
  id: "mine",
  target,
  subjectTypes: [TokenType.ACCESS_TOKEN],
  fixed: [["mode", "x"]],
  errors: [rule],
  scope: { required: true, omitMeans: null },
} as const;
const preset: ServerPreset = constant;

const custom: ClientAuthFunction = async ({ headers, body, endpoint, issuer, metadata }) => {
  headers.set("authorization", `Custom ${issuer} ${endpoint}`);
  body.append("client_assertion", metadata?.issuer ?? "a.b.c");
};

export const clients: OAuthClient[] = [
  new OAuthClient("https://as.example"),
  new OAuthClient("https://as.example", { clientId: maybe, auth: null, preset, timeoutMs: undefined }),
  new OAuthClient("https://as.example", { auth: new BasicAuth("a", "b", { encoding: "raw" }), preset: "keycloak" }),
  new OAuthClient("https://as.example", { auth: new PostAuth("a", "b"), discovery: false, endpoints: { token: "/t" } }),
  new OAuthClient("https://as.example", { auth: new BearerAuth("a"), discovery: { ttlMs: 0 }, endpointOrigins: "any" }),
  new OAuthClient("https://as.example", { auth: new MultiZoneBasicAuth({ a: ["b", "c"] }), conformance: "fapi2" }),
  new OAuthClient("https://as.example", { auth: custom, customHeaders: { "x-tenant": "a" }, insecureHosts: ["h:1"] }),
  new OAuthClient("https://as.example", { discovery: { ttlMs: null }, endpoints: { token: maybe, revoke: null } }),
  new OAuthClient("https://as.example", { auth: new NoneAuth(), onEvent: (event: OAuthEvent) => event.durationMs }),
];

const request: TokenExchangeRequest = {
  subjectToken: "a",
  subjectTokenType: maybe,
  audience: maybe,
  resource: perhaps,
  scope: perhaps,
  authorizationDetails: [{ type: "payment", amount: 5 }],
  claims: { id_token: null },
  extra: { a: "b", c: ["d", "e"], f: undefined },
  verifyIssued: null,
};

export async function exchange(client: OAuthClient): Promise<number | undefined> {
  const signal = new AbortController().signal;
  const token: TokenResponse = await client.exchangeToken(request, { signal, timeoutMs: 5, zone: maybe, headers: {} });
  await client.exchangeToken({ ...request, extra: new URLSearchParams("a=b") });
  await client.exchangeToken({ ...request, extra: [["a", "b"]], claims: "{}" });
  await client.clientCredentials({ scope: perhaps, resource: maybe });
  const { issuer, tokenEndpoint, raw } = await client.discoverServerMetadata();
  const plain: ExposedToken = TokenResponse.from(token.expose()).expose();
  const granted: string[] = token.scope;
  // @ts-expect-error: it cannot be changed
  token.accessToken = "other";
  // @ts-expect-error: an argument that nobody knows
  await client.exchangeToken({ subjectToken: "a", subject_token: "b" });
  // @ts-expect-error: the subject token is required
  await client.exchangeToken({});
  const response = await client.fetchResource(token, "https://crm.example", { method: "POST", body: "{}" });
  const prepared = await client.prepare.exchangeToken(request);
  const outcome = prepared.parse(response.status, { "retry-after": "1" }, "");
  if ("retry" in outcome) return outcome.retryAfterMs;
  return [issuer, tokenEndpoint, raw, plain, granted, outcome.authorizationHeader()].length;
}

export function explain(error: unknown): Action | ErrorCode | string | undefined {
  if (!OAuthError.is(error)) return undefined;
  if (error instanceof ConfigError) return error.field;
  if (error instanceof InsufficientScopeError) return error.requiredScopes.join(" ");
  if (error instanceof OAuthHttpError) return `${error.status} ${error.bodySnippet}`;
  if (error instanceof OAuthProtocolError) return error.interactionUrl ?? error.errorDescription ?? error.error;
  const { action, code, retryable } = error;
  return retryable ? action : code;
}

/** What an action names stands on every error, whatever its class: so one handler serves all. */
export function hints(error: OAuthError): (string | undefined)[] {
  const seconds: number = Math.ceil((error.retryAfterMs ?? 0) / 1000);
  const { field, interactionUrl, claims, requiredScopes } = error;
  return [`${seconds}`, field, interactionUrl, claims, requiredScopes?.join(" ")];
}

export function narrowed(error: OAuthError): string | number | undefined {
  if (error instanceof OAuthHttpError) {
    const status: number = error.status;
    return status;
  }
  if (error instanceof InsufficientScopeError) {
    const scopes: readonly string[] = error.requiredScopes;
    return scopes.length;
  }
  if (error instanceof ConfigError) return error.field;
  // @ts-expect-error: only what no class in particular has is known of every error
  if (error.challenges) return error.code;
  return error.status;
}

// Plain data: only the token and its type have to be there.
const stored: StoredToken = { accessToken: "a", tokenType: "Bearer", scope: ["a"] as const, expiresAt: null };
export const tokens: TokenResponse[] = [
  TokenResponse.from({ accessToken: "a", tokenType: "Bearer" }),
  TokenResponse.from({ accessToken: "a", tokenType: "Bearer", issuer: maybe, missingScopes: perhaps, raw: { a: 1 } }),
  TokenResponse.from({ ...stored, headers: new Headers() }),
  TokenResponse.from(JSON.parse("{}")),
  // @ts-expect-error: a token has a type
  TokenResponse.from({ accessToken: "a" }),
  // @ts-expect-error: a scope is a list here
  TokenResponse.from({ accessToken: "a", tokenType: "Bearer", scope: "a" }),
];

// A store and `fetchResource` send what their caller gave: any method, any body.
const counted: FetchLike = (url, init) => {
  // @ts-expect-error: it may be a stream or bytes
  const length: number | undefined = init.body?.length;
  // @ts-expect-error: it is not always one of these two
  const two: "GET" | "POST" = init.method;
  const { authorization } = init.headers;
  const sent = [two, length, authorization].join();
  return fetch(url, init.duplex ? { ...init, headers: { ...init.headers, sent } } : init);
};
interface FormInit {
  readonly method: "GET" | "POST";
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly redirect: "manual";
  readonly signal: AbortSignal;
}
const forms = async (url: string, init: FormInit) => ({ status: 200, text: async () => `${url} ${init.body?.length}` });
export const transports: FetchLike[] = [
  fetch,
  globalThis.fetch,
  counted,
  forms,
  (url: string, init: RequestInit) => fetch(url, init),
  (url: string | URL, init?: RequestInit) => fetch(url, init),
  (url: string, init: FetchInit) => fetch(url, { ...init, method: "DELETE" }),
  () => ({ status: 204 }),
  // @ts-expect-error: an answer has a status
  () => ({}),
  // @ts-expect-error: it is called with a text
  (url: number) => ({ status: url }),
];

const store = new TokenExchangeStore({
  configs: [
    {
      ref: "crm",
      name: "CRM",
      kind: "user-delegated",
      scope: "crm:read",
      status: "active",
      tokenEndpoint: "https://as.example/token",
      clientId: "agent",
      clientSecret: maybe,
      audience: perhaps,
      extraParams: { a: "b" },
    },
  ],
  subjectTokenProvider: async (ref, { signal }) => (signal?.aborted ? null : ref),
  onError: (error, { ref }) => console.error(error, ref),
  maxEntries: null,
});

export async function find(): Promise<Credential | null> {
  const user = store.forSubject("a", { actorToken: maybe });
  const { accessToken } = await user.getToken("crm", { scope: maybe });
  await store.fetch("crm", "https://crm.example", undefined, { stepUp: "exchange" });
  const forgotten: number = store.invalidateCache("crm", { subjectToken: accessToken }) + store.flushCache();
  const { entries, hits } = store.stats();
  return entries + hits + forgotten > 0 ? store.findByRef("crm", { cache: false }) : user.findByRef("crm");
}

export const urns: string[] = [GrantType.TOKEN_EXCHANGE, RFC_TOKEN_TYPES.JWT];

// Wherever a list is taken, so is the one text.
export const lists = [
  new OAuthClient("https://as.example", {
    insecureHosts: "as.example",
    preset: {
      id: "mine",
      target: { forbid: "audience" },
      subjectTypes: TokenType.ACCESS_TOKEN,
      actorTypes: TokenType.JWT,
      requestedTypes: TokenType.JWT,
      requiredExtra: "tenant",
      clientAuth: { allowed: "none" },
      response: { tokenTypes: "PoP", payload: "token" },
    },
  }),
  new TokenExchangeStore({
    configs: [
      {
        ...{ ref: "crm", name: "CRM", kind: "user-delegated", scope: "contacts", status: "active", clientId: "a" },
        ...{ issuer: "https://as.example", origins: "https://crm.example", tags: "crm" },
      },
    ],
  }),
];
