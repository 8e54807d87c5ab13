// One token exchange without a network: for hosts that are awkward to reach a server from.
// Gives what every host must give alike.

export const expected = JSON.stringify({
  accessToken: "narrow-token",
  scope: ["crm:read"],
  method: "POST",
  url: "https://as.example/token",
  refused: "unknown_option",
});

export async function portableExchange({ BasicAuth, OAuthClient }) {
  let seen;
  const fetch = async (url, init) => {
    seen = { method: init.method, url };
    const body = { access_token: "narrow-token", token_type: "Bearer", expires_in: 300, scope: "crm:read" };
    body.issued_token_type = "urn:ietf:params:oauth:token-type:access_token";
    return new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } });
  };
  const auth = new BasicAuth("agent", "agent-secret");
  const client = new OAuthClient("https://as.example", { auth, endpoints: { token: "/token" }, fetch });
  const { accessToken, scope } = await client.exchangeToken({ subjectToken: "user-token", scope: "crm:read" });
  const refused = await client.exchangeToken({ subjectToken: "user-token", subject: "x" }).catch(({ code }) => code);
  return JSON.stringify({ accessToken, scope, ...seen, refused });
}
