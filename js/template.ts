/**
 * Exchanges that differ from an earlier one in nothing but their subject token.
 *
 * An agent asks for the same target for one user after the other. When the core says that what it decided about such an
 * exchange holds for the next one, it is remembered here: the request with a gap, into which the next token is put.
 *
 * @internal
 */
import { isPlain } from "./arguments.js";
import { type Instance, nextStep, type RawTemplate } from "./core.js";
import { type Begun, isLast, message, resume } from "./driver.js";
import type { WireRequest } from "./generated.js";

/** A text with a gap for the token. */
interface Around {
  readonly before: string;
  readonly after: string;
}

/** An exchange as the core takes it, and the token in it. */
export interface Gap extends Around {
  readonly token: string;
  readonly template?: Template;
}

/** What exchanges share that differ in their token alone. */
interface Template {
  readonly exchange: Around;
  readonly request: WireRequest;
  readonly body: Around;
  /** Reads their answers. */
  readonly raw: RawTemplate;
  readonly instance: Instance;
  /** It holds between these instants, in milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
  /** The parameters, when there are no options beside them. */
  readonly params: ReadonlyMap<string, unknown> | undefined;
}

/** The templates of one object of the core. */
export class Templates {
  /** By the exchange. `undefined`: seen once, no template yet. */
  readonly #known = new Map<string, Template | undefined>();
  #last: Template | undefined;

  /** Forgets all. */
  clear(): void {
    this.#known.clear();
    this.#last = undefined;
  }

  /** The exchange of these parameters if it is like the last one. To see that, it need not be written as text. */
  like(params: unknown): Gap | undefined {
    const template = this.#last;
    const known = template?.params;
    if (!known || !isPlain(params)) return undefined;
    const names = Object.keys(params);
    // Looked for as well: a member that is undefined is none, and yet one more name.
    const same = (name: string) => known.has(name) && (name === "subjectToken" || params[name] === known.get(name));
    if (names.length !== known.size || !names.every(same)) return undefined;
    const token = params["subjectToken"];
    return isPlainToken(token) ? { ...template.exchange, token, template } : undefined;
  }

  /** Begins an exchange by its template, if there is one. */
  begin(gap: Gap, now: number): Begun | undefined {
    const template = gap.template ?? this.#known.get(keyOf(gap));
    if (!template || template.instance.worn || now < template.since || now >= template.until) return undefined;
    this.#last = template;
    const { instance, raw, request, body } = template;
    const { token } = gap;
    const filled = { ...request, headers: { ...request.headers }, body: textOf(body, token) };
    return {
      instance,
      step: { type: "send", operation: 0, request: filled },
      answered(answer) {
        const step = nextStep(instance, () => raw.read(message(token.length, answer, token), now, Date.now()));
        return isLast(step) ? step : resume(instance, step, answer, Date.now());
      },
    };
  }

  /** Takes note of an exchange that has begun in the core. `make` makes what reads answers, of the second one of its like. */
  seen(gap: Gap, now: number, { instance, step }: Begun, make: () => RawTemplate | undefined): void {
    // What is asked for again was of metadata that is no longer believed.
    if (step.type === "send" && step.request.share) this.clear();
    // Of anything else, parts may be secrets of one user, or good for one request. And nobody but the garbage collector
    // knows when the last answer of a template was read.
    if (step.type !== "send" || !step.request.template || typeof FinalizationRegistry === "undefined") return;
    const key = keyOf(gap);
    if (!this.#known.has(key)) {
      if (this.#known.size >= MOST) this.clear();
      this.#known.set(key, undefined);
      return;
    }
    const { request } = step;
    const body = aroundIn(request.body ?? "", gap.token);
    const raw = body && make();
    if (!raw) return;
    // As they were written: what getters give may be another value each time.
    const [, options, params = ""] = textOf(gap, "").split("\n");
    this.#last = {
      exchange: apart(gap),
      // A copy: whoever sends this one may change its headers.
      request: { ...request, headers: { ...request.headers }, body: "" },
      body: apart(body),
      raw,
      instance,
      since: now,
      until: raw.until(),
      params: options === "" ? new Map(Object.entries(JSON.parse(params))) : undefined,
    };
    this.#known.set(key, this.#last);
  }
}

/** An exchange as text, cut where its token stands; nothing for one whose token may be written in another way there. */
export function gapOf(text: string, token: unknown): Gap | undefined {
  if (text.length > LONGEST || !isPlainToken(token)) return undefined;
  const around = aroundIn(text, token);
  return around?.before.endsWith('"subjectToken":"') ? { ...around, token } : undefined;
}

/** A text with this token in its gap. */
export function textOf({ before, after }: Around, token: string): string {
  return before + token + after;
}

function aroundIn(text: string, token: string): Around | undefined {
  const [before = "", after, more] = text.split(token, 3);
  return after === undefined || more !== undefined ? undefined : { before, after };
}

function keyOf({ before, after }: Around): string {
  return `${before}\0${after}`;
}

/** The same texts, cut out of one without the token: a part of a text may keep all of it in memory. */
function apart(around: Around): Around {
  const [before = "", after = ""] = keyOf(around).split("\0");
  return { before, after };
}

/**
 * Whether a token is of characters that stand for themselves in JSON and in a form, and of more than any word that is no
 * token. Not by a regular expression: those leave what they have looked at in `RegExp.input`.
 */
function isPlainToken(token: unknown): token is string {
  if (typeof token !== "string" || token.length < 16 || token.length > 4096) return false;
  for (let index = 0; index < token.length; index++) {
    const code = token.charCodeAt(index);
    const letter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    const digit = code >= 0x30 && code <= 0x39;
    if (!letter && !digit && code !== 0x2d && code !== 0x2e && code !== 0x5f) return false;
  }
  return true;
}

/** The most that is kept of an exchange, in characters and with a token; and of how many. */
const LONGEST = 8192;
const MOST = 64;
