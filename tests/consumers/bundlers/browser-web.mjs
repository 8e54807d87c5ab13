// As browser.mjs, with `onbehalf/web`: the bundler has to find the WebAssembly file and bring it along.
import { init, OAuthClient } from "onbehalf/web";

async function app() {
  await init();
  const client = new OAuthClient("https://as.example", { endpoints: { token: "/token" } });
  const { url, body } = await client.prepare.exchangeToken({ subjectToken: "user-token" });
  return `${url} ${new URLSearchParams(body).get("subject_token")}`;
}

app().then(
  (result) => {
    document.title = result;
  },
  (error) => {
    document.title = `failed: ${error.stack}`;
  },
);
