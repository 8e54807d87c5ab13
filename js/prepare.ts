/**
 * Operations whose requests somebody else sends.
 *
 * Nothing of them stays in the core: each answer is read by an operation that is made anew and fed what the first one
 * was fed. So an answer can be read twice, or never.
 *
 * @internal
 */
import { decoder, isStatus, readHeaders, within } from "./answer.js";
import { invalid } from "./arguments.js";
import type { Instance, Step } from "./core.js";
import { Deadline } from "./deadline.js";
import {
  type Answer,
  abandon,
  type Begun,
  type Finished,
  failure,
  type Host,
  isLast,
  type Pending,
  perform,
  received,
  resume,
  throwIfGone,
} from "./driver.js";
import { pairs } from "./encode.js";
import { configError } from "./errors.js";
import type { WireRequest } from "./generated.js";
import { isBytes } from "./shape.js";
import type { AbortSignalLike, PreparedRequest, PreparedRetry } from "./types.js";

/** The operation to prepare. */
export interface Preparation<T> {
  readonly host: Host;
  readonly timeoutMs: number;
  readonly signal: AbortSignalLike | undefined;
  /** Starts the operation; always the same one. `endpoint` is where its request went the first time. */
  begin(now: number, endpoint?: string): Begun;
  result(finished: Finished): T;
}

/** What was fed to the operation so far, and when: with the same it comes to the same step. */
interface Fed {
  readonly answer: Answer;
  readonly now: number;
}

/** How far an operation has come, to come there again. */
interface Begin {
  readonly started: number;
  readonly url: string;
  readonly history: Fed[];
}

/** The first request of an operation. */
export async function prepare<T>(preparation: Preparation<T>): Promise<PreparedRequest<T>> {
  const { host, timeoutMs, signal, begin } = preparation;
  const started = Date.now();
  const history: Fed[] = [];
  let deadline: Deadline | undefined;
  let { instance, step } = begin(started);
  try {
    throwIfGone(step, signal);
    while (step.type === "authenticate") {
      deadline ??= new Deadline(timeoutMs, signal);
      step = feed(instance, history, step, await perform(host, step, deadline, undefined));
    }
    if (step.type === "send") return requestOf(preparation, step.request, started, history);
    // What is prepared is there to be sent: without a request something is wrong.
    throw failure((step as Extract<Step, { type: "failed" }>).error, undefined);
  } finally {
    deadline?.end();
    abandon({ instance, step });
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
    headers,
    body,
    parse(status, headers, body) {
      if (!isStatus(status)) throw invalid("status", "the number of an HTTP status");
      const text = within(preparation.host.maxResponseBytes, textOf(body));
      const answer = received(status, readHeaders(pairs(headers ?? {}, "headers")), text);
      return read(preparation, answer, { started, url, history: [...history] });
    },
  };
}

function read<T>(preparation: Preparation<T>, answer: Answer, { started, url, history }: Begin): T | PreparedRetry<T> {
  let { instance, step } = preparation.begin(started, url);
  try {
    for (const fed of history) if (!isLast(step)) step = resume(instance, step, fed.answer, fed.now);
    // It ends here if it does not come to where it was: what is left of it must not be mistaken for another's.
    if (!isLast(step)) step = feed(instance, history, step, answer);
    let retryAfterMs: number | undefined;
    for (;;) {
      switch (step.type) {
        case "token":
        case "metadata":
          return preparation.result({ value: step, answer });
        case "failed":
          throw failure(step.error, answer);
        case "wait":
          retryAfterMs = step.ms;
          step = feed(instance, history, step, { input: "elapsed" });
          break;
        case "authenticate":
          // The core does not repeat what a function has authenticated: it would be the same once more.
          throw configError("prepare_unsupported", "auth", "the next request has to be authenticated by a function");
        case "send": {
          const retry = requestOf(preparation, step.request, started, history);
          return retryAfterMs === undefined ? { retry } : { retry, retryAfterMs };
        }
      }
    }
  } finally {
    abandon({ instance, step });
  }
}

function feed(instance: Instance, history: Fed[], step: Pending, answer: Answer): Step {
  const now = Date.now();
  history.push({ answer, now });
  return resume(instance, step, answer, now);
}

function textOf(body: unknown): string {
  if (body == null) return "";
  if (typeof body === "string") return body;
  if (isBytes(body)) return decoder.decode(body);
  throw invalid("body", "a string or bytes");
}
