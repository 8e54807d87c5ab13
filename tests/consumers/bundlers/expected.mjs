// What app.mjs and browser-web.mjs give when their bundle works. Apart from them: they need the package to be built.

export const expected = JSON.stringify({
  accessToken: "narrow-token",
  header: "Bearer narrow-token",
  refused: ["TokenExchangeError", "oauth_error", "invalid_grant", "renew_subject", true, true],
  misused: ["ConfigError", "missing_option", "subjectToken", true],
});

export const expectedOfWeb = "https://as.example/token user-token";
