// The pages a user sees at the authorization server: a login form, then a consent form. No script, no style.

/** Answers requests below /interaction/; `checkPassword(user, password)` decides who may sign in. */
export function loginPages(provider, { checkPassword }) {
  return async function handle(request, response) {
    try {
      const interaction = await provider.interactionDetails(request, response);
      if (request.method !== "POST") return page(response, 200, form(interaction));

      const fields = await readForm(request);
      if (interaction.prompt.name === "login") {
        const user = fields.get("user") ?? "";
        if (!checkPassword(user, fields.get("password") ?? "")) {
          return page(response, 401, `<p role="alert">Wrong user name or password.</p>${form(interaction)}`);
        }
        return await provider.interactionFinished(request, response, { login: { accountId: user } });
      }
      const grantId = await saveGrant(provider, interaction);
      return await provider.interactionFinished(request, response, { consent: { grantId } });
    } catch (error) {
      // A page that was left open too long, or opened in another browser; the rest is a fault of this server.
      const stale = error.name === "SessionNotFound";
      page(response, stale ? 400 : 500, stale ? "<p>Please start again.</p>" : "<p>Something went wrong.</p>");
    }
  };
}

async function saveGrant(provider, { grantId, session, params, prompt }) {
  const grant =
    (grantId && (await provider.Grant.find(grantId))) ||
    new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  const { missingOIDCScope, missingResourceScopes = {} } = prompt.details;
  if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(" "));
  for (const [resource, scopes] of Object.entries(missingResourceScopes)) {
    grant.addResourceScope(resource, scopes.join(" "));
  }
  return grant.save();
}

function form({ uid, prompt, params }) {
  const fields =
    prompt.name === "login"
      ? '<input name="user"><input name="password" type="password"><button>Sign in</button>'
      : `<p>${escapeHtml(params.client_id)} asks for: ${escapeHtml(params.scope ?? "")}</p><button>Allow</button>`;
  return `<form method="post" action="/interaction/${uid}">${fields}</form>`;
}

function page(response, status, body) {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
  response.end(`<!doctype html><title>Sign in</title>${body}`);
}

async function readForm(request) {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > 10_000) throw new Error("form too large");
  }
  return new URLSearchParams(text);
}

function escapeHtml(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
