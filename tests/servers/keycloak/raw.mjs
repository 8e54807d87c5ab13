// What a resource server and a front end do beside the package: introspection, revocation, logout.
import { post } from "./helpers.mjs";

export async function introspect(token) {
  const form = { token, client_id: "crm-api", client_secret: "crm-api-secret" };
  return (await post(form, { path: "token/introspect" })).active;
}

export function revoke(token, clientId = "frontend") {
  return post({ token, client_id: clientId }, { path: "revoke" });
}

export function signOut(refreshToken, clientId = "frontend") {
  return post({ refresh_token: refreshToken, client_id: clientId }, { path: "logout" });
}
