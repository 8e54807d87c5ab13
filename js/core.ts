/**
 * Loads the wasm core, and is the one place from which it is called.
 *
 * All exports are synchronous, so a panic is an exception on this stack. The instance in which it happened is worn:
 * calls in flight may finish on it, new work gets a fresh instance of the same compiled module.
 */
import { createCore } from "onbehalf:glue";
import { invalid } from "./arguments.js";
import { configError, defect, toError } from "./errors.js";
import type { Step as WireStep } from "./generated.js";
import { loader } from "./load/inline.js";
import { isBytes, tagOf } from "./shape.js";

/**
 * What the glue exports. Whatever is declared a string or a number here must really be one: nothing checks it. Data comes
 * out as JSON text.
 *
 * @internal
 */
export interface CoreExports {
  readonly Starter: new (text: string) => RawStarter;
  resume(operation: number, input: string, now: number): string;
  abandon(operation: number): void;
  ask(questionJson: string): string;
  panicLocation(): string;
}

/** What starts operations. @internal */
export interface RawStarter {
  /** `operation` is what it starts, a text on each line, as the core takes it. */
  start(operation: string, now: number): string;
  template(operation: string, now: number): RawTemplate | undefined;
  ask(questionJson: string): string;
  free(): void;
}

/** @internal */
export interface RawTemplate {
  until(): number;
  read(input: string, begun: number, now: number): string;
}

/**
 * Objects made by one instance are used with this very instance only.
 *
 * @internal
 */
export interface Instance {
  readonly core: CoreExports;
  worn: boolean;
}

/** What `init` can load the WebAssembly from: its address, an answer of `fetch`, its bytes, or a compiled module. */
export type InitSource =
  | string
  | { readonly href: string }
  | { arrayBuffer(): Promise<ArrayBuffer> }
  | ArrayBuffer
  | ArrayBufferView
  | CompiledModule;

/** A `WebAssembly.Module`. Not all typings of hosts declare that name, and those that do let it be anything. */
export type CompiledModule = object;

// Compiled once, kept for the instances to come.
let module: WebAssembly.Module | undefined;
let current: Instance | undefined;
let initialising: Promise<void> | undefined;

/**
 * The instance for new work: the current one, or a fresh one when a panic has worn it.
 *
 * @internal
 */
export function instance(): Instance {
  if (current === undefined || current.worn) {
    module ??= compile();
    current = instantiate(module);
  }
  return current;
}

/**
 * Whether there is a core to call, or one that needs nobody's `init`.
 *
 * @internal
 */
export function available(): boolean {
  return module !== undefined || loader.compile !== undefined;
}

/**
 * Calls into an instance. What it reports is thrown as one of our errors, its panics as an `InternalError`.
 *
 * @internal
 */
export function enter<T>(instance: Instance, call: (core: CoreExports) => T): T {
  try {
    return call(instance.core);
  } catch (thrown) {
    // What the core reports is error data. Anything else is a trap, an overflowing stack, or a host function that threw
    // through wasm frames: in each case destructors were skipped.
    if (typeof thrown === "string") throw toError(JSON.parse(thrown));
    instance.worn = true;
    throw defect(`a defect in onbehalf stopped this call${panicPlace(instance)}; please report it`, thrown);
  }
}

/**
 * Calls into an instance for the next step of an operation.
 *
 * @internal
 */
export function nextStep(instance: Instance, call: (core: CoreExports) => string): Step {
  const text = enter(instance, call);
  // JSON text. What was issued by a grant ends with the access token as it is, after a line break, which JSON text never
  // holds.
  const end = text.indexOf("\n");
  return end < 0
    ? JSON.parse(text)
    : { type: "token", accessToken: text.slice(end + 1), description: text.slice(0, end) };
}

/**
 * What an operation asks for, or what it came to. A token is described by JSON text, for when somebody asks.
 *
 * @internal
 */
export type Step = WireStep | { readonly type: "token"; readonly accessToken: string; readonly description: string };

/**
 * Loads and compiles the WebAssembly ahead of the first call.
 *
 * Optional with `onbehalf`, where it only warms up. Required once with `onbehalf/web`, which loads its own file when
 * no source is given, and with `onbehalf/slim`, which needs a source. Concurrent calls share one load; after a failed
 * one, `init` can be called again.
 */
export function init(source?: InitSource | PromiseLike<InitSource>): Promise<void> {
  if (module) return Promise.resolve();
  initialising ??= load(source).finally(() => {
    initialising = undefined;
  });
  return initialising;
}

async function load(source: InitSource | PromiseLike<InitSource> | undefined): Promise<void> {
  const given = (await source) ?? loader.source?.();
  const loaded = given === undefined ? compile() : await compileFrom(given);
  // A call in the meantime may have compiled the inlined module: keep the one that instances run on.
  if (module) return;
  // Kept only when it is our core and the host lets it run: otherwise the next `init` starts afresh.
  current = instantiate(loaded);
  module = loaded;
}

function instantiate(module: WebAssembly.Module): Instance {
  const core = createCore();
  try {
    core.initSync({ module });
  } catch (cause) {
    throw unavailable("it is not the core of this version", cause);
  }
  return { core, worn: false };
}

function compile(): WebAssembly.Module {
  if (!loader.compile) {
    const message = "await init() of onbehalf/web, or init(source) of onbehalf/slim, before the first call";
    throw configError("not_initialised", undefined, message);
  }
  if (typeof WebAssembly === "undefined") throw unavailable("this host has no WebAssembly");
  try {
    return loader.compile();
  } catch (cause) {
    return refused(cause);
  }
}

async function compileFrom(source: InitSource): Promise<WebAssembly.Module> {
  const tag = tagOf(source);
  if (tag === "WebAssembly.Module") return source as WebAssembly.Module;
  if (typeof source === "string" || tag === "URL") return compileResponse(await fetchWasm(source as string | URL));
  if (tag === "Response") return compileResponse(source as Response);
  if (isBytes(source)) return compileBytes(source);
  throw invalid("source", "a URL, a Response, bytes or a WebAssembly.Module");
}

async function fetchWasm(url: string | URL): Promise<Response> {
  try {
    return await fetch(url);
  } catch (cause) {
    throw unavailable("the request for it failed", cause);
  }
}

async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw unavailable(`the request for it was answered with status ${response.status}`);
  // Compiling while it arrives is refused under any other content type, and some hosts do not have it.
  const streams = typeof WebAssembly.compileStreaming === "function" && response instanceof Response;
  if (streams && response.headers.get("content-type") === "application/wasm") {
    return WebAssembly.compileStreaming(response).catch(refused);
  }
  return compileBytes(await response.arrayBuffer());
}

function compileBytes(bytes: BufferSource): Promise<WebAssembly.Module> {
  return WebAssembly.compile(bytes).catch(refused);
}

/** Where the last panic of an instance was, in source lines of ours: it never holds data of a call. */
function panicPlace({ core }: Instance): string {
  try {
    const place = core.panicLocation();
    return place ? ` at ${place}` : "";
  } catch {
    return "";
  }
}

function refused(cause: unknown): never {
  throw unavailable("the host refused to compile it (a content security policy needs 'wasm-unsafe-eval')", cause);
}

function unavailable(why: string, cause?: unknown): Error {
  return configError("wasm_unavailable", undefined, `the WebAssembly of onbehalf could not be used: ${why}`, cause);
}
