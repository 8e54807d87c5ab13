// A small program as a user would write it, with names that a minifier changes. It is bundled, then run.
import { BasicAuth, ConfigError, OAuthClient, OAuthError, TokenExchangeError } from "onbehalf";

export async function app() {
  const answers = [
    { status: 200, body: { access_token: "narrow-token", token_type: "Bearer", expires_in: 300 } },
    { status: 400, body: { error: "invalid_grant" } },
  ];
  const fetch = async () => {
    const { status, body } = answers.shift();
    return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
  };
  const auth = new BasicAuth("agent", "agent-secret");
  const client = new OAuthClient("https://as.example", { auth, endpoints: { token: "/token" }, fetch });
  const token = await client.exchangeToken({ subjectToken: "user-token", audience: "https://crm.example/" });
  const refusal = await client.exchangeToken({ subjectToken: "user-token" }).catch((error) => error);
  const misuse = await client.exchangeToken({}).catch((error) => error);
  const { name, code, error, action } = refusal;
  return JSON.stringify({
    accessToken: token.accessToken,
    header: token.authorizationHeader(),
    refused: [name, code, error, action, refusal instanceof TokenExchangeError, refusal instanceof OAuthError],
    misused: [misuse.name, misuse.code, misuse.field, misuse instanceof ConfigError],
  });
}
