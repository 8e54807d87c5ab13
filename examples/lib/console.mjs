// Prints a run step by step: who talks to whom, what is asked, what comes back, what was checked, how long it took.
import { isDeepStrictEqual } from "node:util";

/**
 * A report of a run. `await report.step(title, async (step) => …)` runs and prints one step; inside it
 *
 * - `step.note(text)` prints a line,
 * - `step.rows(name, { … })` prints fields,
 * - `step.check(claim, actual, expected)` compares, prints and remembers the outcome.
 *
 * A step that throws is printed as failed and the error passes on: what follows would have nothing to work with.
 * `report.abort(error)` ends a run early, `report.finish(name)` prints the last line and returns the exit code.
 */
export function createReport({ stream = process.stdout, env = process.env, now = () => performance.now() } = {}) {
  const paint = painter(stream.isTTY === true && !env.NO_COLOR);
  const print = (line = "") => stream.write(`${line}\n`);
  const began = now();
  const count = { steps: 0, checks: 0, failedChecks: 0, errors: 0 };
  const printed = new Set();
  const took = (from) => `${(now() - from).toFixed(0)} ms`;

  const step = {
    note: (text) => print(`      ${paint.dim(text)}`),
    rows(name, fields) {
      const shown = Object.entries(fields).filter(([, value]) => value !== undefined && value !== "");
      const width = Math.max(...shown.map(([key]) => key.length));
      shown.forEach(([key, value], index) => {
        print(`      ${paint.bold((index === 0 ? name : "").padEnd(9))} ${paint.dim(key.padEnd(width))}  ${value}`);
      });
    },
    check(claim, actual, expected = true) {
      count.checks += 1;
      if (isDeepStrictEqual(actual, expected)) return print(`      ${paint.green("✓")} ${claim}`);
      count.failedChecks += 1;
      print(`      ${paint.red("✗")} ${claim}`);
      print(`        expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
    },
  };

  function fail(error) {
    count.errors += 1;
    printed.add(error);
    print(`      ${paint.red("✗")} this should have succeeded`);
    step.rows("error", describeError(error));
  }

  return {
    print,
    note: step.note,
    heading: (text) => print(paint.bold(text)),
    async step(title, work) {
      count.steps += 1;
      print();
      print(`${String(count.steps).padStart(3)}   ${paint.bold(title)}`);
      const from = now();
      try {
        return await work(step);
      } catch (error) {
        fail(error);
        throw error;
      } finally {
        print(`      ${paint.dim(took(from))}`);
      }
    },
    abort(error) {
      if (!printed.has(error)) fail(error);
    },
    finish(name) {
      const { steps, checks, failedChecks, errors } = count;
      const summary = `${steps} steps, ${checks - failedChecks} of ${checks} checks passed, ${took(began)}`;
      const good = failedChecks === 0 && errors === 0;
      print();
      print(good ? paint.green(`${name}: ok, ${summary}`) : paint.red(`${name}: FAILED, ${summary}`));
      return good ? 0 : 1;
    },
  };
}

/** The fields of an error that tell what happened and what to do. */
export function describeError(error) {
  const { code, error: serverError, errorDescription, status, action, retryable, field } = error ?? {};
  return {
    class: error?.constructor?.name ?? typeof error,
    code,
    error: serverError,
    says: errorDescription ?? error?.message ?? String(error),
    field,
    status,
    action,
    retryable,
    "to do": HINTS[action],
    cause: error?.cause instanceof Error ? rootOf(error.cause) : undefined,
  };
}

/** The innermost cause, which is where Node says what happened to a connection. */
function rootOf(error) {
  return error.cause instanceof Error ? rootOf(error.cause) : `${error.name}: ${error.code ?? error.message}`;
}

/** What each action means for the person who reads it. */
const HINTS = {
  fix_client_auth: "The server does not accept this client. Check client id, secret and authentication method.",
  fix_config: "Something in the configuration does not fit the server. Repeating the call will not help.",
  renew_subject: "The user's token is no longer good. Get a fresh one from the user's session, then exchange that.",
  user_interaction: "The server wants to see the user. Send the user there, then repeat the call.",
  claims_challenge: "The server wants a stronger sign-in. Pass the claims on to the front end.",
  step_up: "The token lacks a scope. Exchange again and ask for it.",
  narrow_request: "The server does not give this audience or scope. Ask for what this client is registered for.",
  denied: "The server's policy says no. Repeating the call will not help.",
  wait: "The server is busy. Wait, then repeat the call.",
  server_fault: "The server answered in a way no client can use. Tell whoever runs it.",
  network: "The server could not be reached in time. Check the address, then repeat the call.",
  report_bug: "This is a fault of the package. Please report it.",
};

function painter(colours) {
  const colour = (open, close) => (text) => (colours ? `\u001b[${open}m${text}\u001b[${close}m` : text);
  return { bold: colour(1, 22), dim: colour(2, 22), green: colour(32, 39), red: colour(31, 39) };
}
