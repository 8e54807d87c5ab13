/**
 * Performs what an operation of the core asks for, step by step. The only place where a request leaves.
 *
 * @internal
 */
import {
  checkShape,
  discard,
  type HeaderRecord,
  headerOf,
  keepHeaders,
  readBody,
  readHeaders,
  unusable,
} from "./answer.js";
import type { ClientAuthFunction } from "./auth.js";
import { enter, type Instance, nextStep, type Step } from "./core.js";
import { Deadline } from "./deadline.js";
import { ConfigError, toError } from "./errors.js";
import type { Flights } from "./flight.js";
import type { AuthenticateRequest, ErrorData, StepInput, WireRequest } from "./generated.js";
import { fetchOf, networkError } from "./host.js";
import { serverMetadata } from "./metadata.js";
import type { AbortSignalLike, FetchInit, FetchLike, HostHeaders, HostURLSearchParams, ResponseLike } from "./types.js";

/** What the driver needs of a client. */
export interface Host {
  readonly fetch: FetchLike | undefined;
  readonly authenticate: ClientAuthFunction | undefined;
  readonly maxResponseBytes: number;
  readonly timeoutMs: number;
  readonly flights: Flights<Answer>;
}

/** What came of a request, as the core takes it. */
export interface Answer {
  readonly input: StepInput;
  readonly status?: number | undefined;
  /** The headers that the core reads, as lines. */
  readonly lines?: string | undefined;
  readonly body?: string | undefined;
  readonly headers?: Headers | HeaderRecord;
  readonly cause?: unknown;
}

/** What an operation came to, with the answer that it read last. */
export interface Finished {
  readonly value: Outcome;
  readonly answer: Answer | undefined;
}

/** A step that is not the last. */
export type Pending = Extract<Step, { operation: number }>;

/** The last step of an operation that has succeeded. */
export type Outcome = Exclude<Step, Pending | Failed>;

/** An operation under way: where it runs, and the step before which it stands. */
export interface Begun {
  readonly instance: Instance;
  readonly step: Step;
  /** Present when the core knows nothing of it yet: the step that the answer leads to. */
  answered?(answer: Answer): Step;
}

/**
 * Runs an operation to its end. `timeoutMs` bounds it as a whole; the caller's abort rejects with its own reason.
 */
export async function drive(
  host: Host,
  begun: Begun,
  timeoutMs: number,
  signal: AbortSignalLike | undefined,
): Promise<Finished> {
  let { instance, step, answered } = begun;
  let answer: Answer | undefined;
  // Not before: until its first step the core has not accepted the options, the time among them.
  const deadline = isLast(step) ? undefined : new Deadline(timeoutMs, signal);
  try {
    throwIfGone(step, signal);
    while (deadline && !isLast(step)) {
      answer = await perform(host, step, deadline, answer);
      step = answered ? answered(answer) : resume(instance, step, answer, Date.now());
      answered = undefined;
    }
    if (step.type === "failed") throw failure(step.error, answer);
    return { value: step as Outcome, answer };
  } finally {
    deadline?.end();
    if (!answered) abandon({ instance, step });
  }
}

/** Throws the reason of a signal that is aborted already. Errors of the arguments take precedence. */
export function throwIfGone(first: Step, signal: AbortSignalLike | undefined): void {
  if (signal?.aborted && first.type !== "failed") throw signal.reason;
}

/** The step that an answer leads to. */
export function resume(instance: Instance, { operation }: Pending, answer: Answer, now: number): Step {
  return nextStep(instance, (core) => core.resume(operation, message(answer.input, answer), now));
}

/** An answer as the core takes it, with a text before its body. */
export function message(first: string | number, { status = 0, lines = "", body = "" }: Answer, before = ""): string {
  return `${first}\n${status}\n${lines}\n${before}${body}`;
}

/** Gives an operation back to the core that is not run to its end. */
export function abandon({ instance, step }: Begun): void {
  if (!isLast(step) && !instance.worn) enter(instance, (core) => core.abandon(step.operation));
}

/** The error for a failed step. */
export function failure(error: ErrorData, answer: Answer | undefined): Error {
  if (error.kind === "network") return networkError(error.code, error.message, answer?.cause);
  // Of an answer that an option of the caller's stands against, nothing is told.
  const headers = error.kind === "config" ? undefined : answer?.headers;
  return toError(error, { headers: headers && readHeaders(headers) });
}

/** The answer to a request, as the core takes it. It has no body when that is too long. */
export function received(status: number, headers: Headers | HeaderRecord, body: string | undefined): Answer {
  // Where it leads says more of a redirect than that there is too much in it.
  if (body === undefined && !(status >= 300 && status < 400)) return { input: "too_large", status, headers };
  let lines = "";
  for (const name of status === 200 ? NAMED_OF_SUCCESS : NAMED) {
    const value = headerOf(headers, name);
    if (value != null) lines += line(name, value);
  }
  return { input: "response", status, lines, body, headers };
}

function line(name: string, value: string): string {
  // No header of a host holds a line break; one of a stand-in might.
  return `${name}:${value.replaceAll("\n", " ")}\n`;
}

/** Lets the caller's function authenticate a request. What it throws is thrown. */
async function authenticate(
  host: Host,
  { issuer, endpoint, headers: record, body: text, metadata }: AuthenticateRequest,
  deadline: Deadline,
): Promise<Answer> {
  const headers = new Headers(record);
  const body = new URLSearchParams(text);
  const request = {
    issuer,
    endpoint,
    headers: headers as HostHeaders,
    body: body as HostURLSearchParams,
    ...(metadata && { metadata: serverMetadata(metadata) }),
  };
  // Frozen: a header object put in place of this one would be overlooked.
  await deadline.wait(host.authenticate?.(Object.freeze(request)));
  let lines = "";
  for (const [name, value] of headers) lines += line(name, value);
  return { input: "authenticated", lines, body: body.toString() };
}

/** Does what a step asks for. The time-out is an answer too; the caller's abort is thrown. */
export async function perform(
  host: Host,
  step: Pending,
  deadline: Deadline,
  last: Answer | undefined,
): Promise<Answer> {
  try {
    switch (step.type) {
      case "send":
        return await (step.request.share ? sendShared : send)(host, step.request, deadline);
      case "authenticate":
        return await authenticate(host, step.request, deadline);
      case "wait":
        await deadline.sleep(step.ms);
        return { ...last, input: "elapsed" };
    }
  } catch (cause) {
    // Everything else is the caller's own reason or exception, or a mistake that no further step can mend.
    if (!deadline.expired) throw cause;
    return { input: "timeout", cause };
  }
}

function sendShared(host: Host, request: WireRequest, deadline: Deadline): Promise<Answer> {
  // A call with headers of its own is another request.
  const equal = JSON.stringify([request.url, request.headers]);
  return host.flights.join(equal, deadline, host.timeoutMs, (own) => send(host, request, own));
}

async function send(host: Host, request: WireRequest, deadline: Deadline): Promise<Answer> {
  deadline.check();
  const call = fetchOf(host.fetch);
  const { url, method, headers, body } = request;
  const init = {
    method,
    headers,
    redirect: "manual",
    signal: deadline.signal,
  } as Mutable<FetchInit>;
  if (body !== undefined) init.body = body;
  let response: ResponseLike;
  try {
    response = await deadline.wait(call(url, init));
  } catch (cause) {
    return unreachable(deadline, cause);
  }
  try {
    checkShape(response);
    // Awaited: a promise that is only returned is waited for in two more turns.
    return await receive(host, response, deadline);
  } catch (cause) {
    deadline.check();
    throw cause instanceof ConfigError ? cause : unusable("resolved to an object that cannot be read", cause);
  }
}

async function receive(host: Host, response: ResponseLike, deadline: Deadline): Promise<Answer> {
  const { status } = response;
  // A page is not shown what a redirect says: its status is 0.
  if (status === 0 && response.type === "error") return unreachable(deadline, response);
  const hidden = status === 0 || response.type === "opaqueredirect";
  if (hidden || response.redirected === true) {
    discard(response);
    return { input: hidden ? "opaque_redirect" : "redirected" };
  }
  const headers = keepHeaders(response.headers);
  let body: string | undefined;
  try {
    body = await readBody(response, headers, host.maxResponseBytes, deadline);
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    return unreachable(deadline, cause);
  }
  if (body === undefined) discard(response);
  return received(status, headers, body);
}

/** No answer, or only a part of one; unless that is because the operation is over. */
function unreachable(deadline: Deadline, cause: unknown): Answer {
  deadline.check();
  return { input: "unreachable", cause };
}

/** Whether an operation has come to its end. */
export function isLast(step: Step): step is Exclude<Step, Pending> {
  return !("operation" in step);
}

/** What the core reads of an answer. Handing it all headers would cost more than the rest of the step. */
const NAMED_OF_SUCCESS = ["content-type", "retry-after"] as const;
const NAMED = [...NAMED_OF_SUCCESS, "location", "www-authenticate"] as const;
type Failed = Extract<Step, { type: "failed" }>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };
