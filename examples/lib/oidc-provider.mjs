// Loads oidc-provider so that it runs on every Node version this project supports, and without its start-up notices.

// oidc-provider 9 calls URL.parse, which Node 20 lacks. Defined only where it is missing.
URL.parse ??= (url, base) => (URL.canParse(url, base) ? new URL(url, base) : null);

/**
 * Runs `work` while the notices of oidc-provider are dropped: they ask for a production set-up (another database,
 * another Node version), which a test server is not. Every other message passes.
 */
export async function withoutNotices(work) {
  const { warn, info } = console;
  const unless =
    (print) =>
    (...words) => {
      if (!/oidc-provider (WARNING|NOTICE)/.test(String(words[0]))) print.apply(console, words);
    };
  console.warn = unless(warn);
  console.info = unless(info);
  try {
    return await work();
  } finally {
    console.warn = warn;
    console.info = info;
  }
}

export const { Provider, errors } = await withoutNotices(() => import("oidc-provider"));
