/**
 * Operations whose requests somebody else sends.
 *
 * Nothing of them stays in the core: each answer is read by an operation that is made anew and fed what the first one
 * was fed. So an answer can be read twice, or never.
 *
 * @internal
 */
import { decoder, isStatus, readHeaders } from "./answer.js";
import { invalid } from "./arguments.js";
import { enter } from "./core.js";
import { Deadline } from "./deadline.js";
import { type Answer, ELAPSED, failure, type Host, perform, received, recordOf } from "./driver.js";
import { pairs } from "./encode.js";
import type { Running } from "./engine.js";
import { configError } from "./errors.js";
import type { Outcome, Step, WireRequest } from "./generated.js";
import type { AbortSignalLike, PreparedRequest, PreparedRetry } from "./types.js";

/** The operation to prepare. */
export interface Preparation<T> {
  readonly host: Host;
  readonly timeoutMs: number;
  readonly signal: AbortSignalLike | undefined;
  /** Makes the operation; always the same one. */
  begin(): Running;
  result(value: Outcome, answer: Answer): T;
}

/** What was fed to the operation so far, and when: with the same it comes to the same step. */
interface Fed {
  readonly answers: Step["type"];
  readonly input: string;
  readonly body: string;
  readonly now: number;
}

/** The first request of an operation. */
export async function prepare<T>(preparation: Preparation<T>): Promise<PreparedRequest<T>> {
  const { host, timeoutMs, signal, begin } = preparation;
  const started = Date.now();
  const history: Fed[] = [];
  const running = begin();
  let deadline: Deadline | undefined;
  try {
    let step = replay(running, started, history);
    while (step.type === "authenticate") {
      deadline ??= new Deadline(timeoutMs, signal);
      step = feed(running, history, step, await perform(host, step, deadline, undefined));
    }
    if (step.type === "send") return requestOf(preparation, step.request, started, history);
    if (step.type === "failed") throw failure(step.error, undefined);
    throw configError("prepare_unsupported", undefined, "this operation needs no request at this time");
  } finally {
    deadline?.end();
    running.free();
  }
}

function requestOf<T>(
  preparation: Preparation<T>,
  { url, method, headers, body }: WireRequest,
  started: number,
  history: readonly Fed[],
): PreparedRequest<T> {
  return {
    url,
    method,
    headers: recordOf(headers),
    body,
    parse(status, headers, body) {
      if (!isStatus(status)) throw invalid("status", "the number of an HTTP status");
      const answer = received(status, readHeaders(pairs(headers ?? {}, "headers")), textOf(body));
      return read(preparation, answer, started, [...history]);
    },
  };
}

function read<T>(preparation: Preparation<T>, answer: Answer, started: number, history: Fed[]): T | PreparedRetry<T> {
  const running = preparation.begin();
  try {
    replay(running, started, history);
    let step = feed(running, history, SEND, answer);
    let retryAfterMs: number | undefined;
    for (;;) {
      switch (step.type) {
        case "done":
          return preparation.result(step.value, answer);
        case "failed":
          throw failure(step.error, answer);
        case "wait":
          retryAfterMs = step.ms;
          step = feed(running, history, step, { input: ELAPSED, body: "" });
          break;
        case "authenticate":
          // The caller's function may take its time, and this is synchronous: what it did the first time serves again.
          step = feed(running, history, step, lastAuthenticated(history));
          break;
        case "send": {
          const retry = requestOf(preparation, step.request, started, history);
          return retryAfterMs === undefined ? { retry } : { retry, retryAfterMs };
        }
      }
    }
  } finally {
    running.free();
  }
}

function replay({ instance, operation }: Running, started: number, history: readonly Fed[]): Step {
  return enter(instance, () => {
    let step = operation.start(started);
    for (const { input, body, now } of history) step = operation.resume(input, body, now);
    return step;
  });
}

function feed(
  { instance, operation }: Running,
  history: Fed[],
  { type }: Pick<Step, "type">,
  { input, body }: Answer,
): Step {
  const now = Date.now();
  history.push({ answers: type, input, body, now });
  return enter(instance, () => operation.resume(input, body, now));
}

function lastAuthenticated(history: readonly Fed[]): Answer {
  const fed = history.filter(({ answers }) => answers === "authenticate").pop();
  if (fed) return fed;
  throw configError("prepare_unsupported", "auth", "the next request has to be authenticated by a function first");
}

function textOf(body: unknown): string {
  if (body == null) return "";
  if (typeof body === "string") return body;
  if (ArrayBuffer.isView(body) || Object.prototype.toString.call(body) === "[object ArrayBuffer]") {
    return decoder.decode(body as ArrayBuffer);
  }
  throw invalid("body", "a string or bytes");
}

const SEND = { type: "send" } as const;
