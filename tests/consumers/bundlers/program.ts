// A program that uses most of what the package has, compiled without the DOM library and without @types/node.
import {
  type Action,
  BasicAuth,
  type CallOptions,
  type ClientAuth,
  type ClientOptions,
  ConfigError,
  type FetchLike,
  init,
  MultiZoneBasicAuth,
  NetworkError,
  OAuthClient,
  OAuthError,
  type PreparedRequest,
  type ServerMetadata,
  TokenExchangeError,
  type TokenExchangeRequest,
  TokenResponse,
} from "onbehalf";

const answer = { access_token: "narrow-token", token_type: "Bearer", expires_in: 300, scope: "crm:read" };
const fetch: FetchLike = async (url, { method, headers, body }) => ({
  status: method === "POST" && url.endsWith("/token") && body !== undefined && headers["authorization"] ? 200 : 500,
  headers: { "content-type": "application/json" },
  text: async () => JSON.stringify(answer),
});

const auth: ClientAuth = new BasicAuth("agent", "agent-secret", { encoding: "form" });
const options: ClientOptions = { auth, fetch, preset: "keycloak", endpoints: { token: "/token" }, timeoutMs: 5_000 };
const request: TokenExchangeRequest = { subjectToken: "user-token", audience: ["crm", "calendar"], scope: "crm:read" };
const call: CallOptions = { timeoutMs: 1_000, headers: { "x-request-id": "1" } };

export async function program(): Promise<string> {
  await init();
  const client = new OAuthClient("https://as.example", { ...options, preset: "rfc8693" });
  const token: TokenResponse = await client.exchangeToken(request, call);
  const again: TokenResponse = TokenResponse.from(token.expose());
  const prepared: PreparedRequest<TokenResponse> = await client.prepare.exchangeToken(request);
  const parsed = prepared.parse(200, { "content-type": "application/json" }, JSON.stringify(answer));
  const scopes: string[] = "retry" in parsed ? [] : parsed.scope;
  return [again.authorizationHeader(), scopes.join(), await advice(client)].join(" | ");
}

/** What an error asks for, by its class and its action. */
async function advice(client: OAuthClient): Promise<string> {
  try {
    // @ts-expect-error: a subject token is required
    await client.exchangeToken({ audience: "crm" });
    return "nothing";
  } catch (error) {
    if (error instanceof TokenExchangeError) return error.error ?? "no code";
    if (error instanceof NetworkError) return "try later";
    if (error instanceof ConfigError) return `${error.code} ${error.field}`;
    const action: Action | undefined = OAuthError.is(error) ? error.action : undefined;
    return action ?? "no idea";
  }
}

export async function endpointOf(client: OAuthClient): Promise<string | undefined> {
  const metadata: ServerMetadata = await client.discoverServerMetadata();
  return metadata.tokenEndpoint;
}

export const zones: MultiZoneBasicAuth = new MultiZoneBasicAuth({ eu: ["agent", "secret"] });

// @ts-expect-error: there is no such preset
export const misspelt: ClientOptions = { preset: "keycloack" };
