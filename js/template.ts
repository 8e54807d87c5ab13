/**
 * Exchanges that differ from an earlier one in nothing but their subject token.
 *
 * An agent asks for the same target for one user after the other. When the core says that what it decided about such an
 * exchange holds for the next one, it is remembered here: the request with a gap, into which the next token is put.
 *
 * @internal
 */
import { isPlain, type Plain } from "./arguments.js";
import { enter, type Instance, type RawTemplate, readStep, type Step } from "./core.js";
import { type Answer, type Begun, message, resume } from "./driver.js";
import type { WireRequest } from "./generated.js";

/** A text with a gap for the token. */
interface Around {
  readonly before: string;
  readonly after: string;
}

/** An exchange as the core takes it, and the token in it. */
export interface Gap extends Around {
  readonly token: string;
  /** Whether it is one without options. */
  readonly alone: boolean | undefined;
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
  /** The parameters, when all of them are texts, and how many there are. */
  readonly params: Plain | undefined;
  readonly count: number;
}

/** The templates of one object of the core. */
export class Templates {
  /** By the exchange. Nothing: one like it came, and no second one yet. */
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
    if (!template?.params || !isPlain(params)) return undefined;
    const known = template.params;
    const names = Object.keys(params);
    // Looked for as well: a member that is undefined is none, and yet one more name.
    const same = (name: string) => name in known && (name === "subjectToken" || params[name] === known[name]);
    if (names.length !== template.count || !names.every(same)) return undefined;
    const token = params["subjectToken"];
    return isPlainToken(token) ? { ...template.exchange, token, alone: true, template } : undefined;
  }

  /** Begins an exchange by its template, if there is one. `begin` begins the same exchange in the core. */
  begin(gap: Gap, now: number, begin: () => Begun): Begun | undefined {
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
        const step = read(instance, raw, token, answer);
        return step ? { instance, step } : again(begin(), request, answer);
      },
    };
  }

  /** Takes note of an exchange that has begun in the core. `make` makes what reads answers, of the second one of its like. */
  seen(gap: Gap, now: number, { instance, step }: Begun, make: () => RawTemplate | undefined): void {
    // Of anything else, parts may be secrets of one user, or good for one request.
    if (step.type !== "send" || !step.request.template) return;
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
    // As they were written: what getters give may be another value each time. Nothing is inherited.
    const params: Plain | undefined = gap.alone
      ? { __proto__: null, ...JSON.parse(textOf(gap, "").split("\n")[1] ?? "") }
      : undefined;
    const values = Object.values(params ?? {});
    this.#last = {
      exchange: apart(gap),
      // A copy: whoever sends this one may change its headers.
      request: { ...request, headers: { ...request.headers }, body: "" },
      body: apart(body),
      raw,
      instance,
      since: now,
      until: raw.until(),
      params: values.every((value) => typeof value === "string") ? params : undefined,
      count: values.length,
    };
    this.#known.set(key, this.#last);
  }
}

/** An exchange as text, cut where its token stands; nothing for one whose token may be written in another way there. */
export function gapOf(text: string, token: unknown, alone?: boolean): Gap | undefined {
  if (text.length > LONGEST || !isPlainToken(token)) return undefined;
  const around = aroundIn(text, token);
  return around?.before.endsWith('"subjectToken":"') ? { ...around, token, alone } : undefined;
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

/** The last step, when the answer is a success. */
function read(instance: Instance, raw: RawTemplate, token: string, answer: Answer): Step | undefined {
  if (answer.input !== "response" || answer.status !== 200) return undefined;
  const text = enter(instance, () => raw.read(message(token, answer), Date.now()));
  return text ? readStep(text) : undefined;
}

/** Gives the answer to an exchange that has begun in the core after its request was sent. */
function again(begun: Begun, request: WireRequest, answer: Answer): Begun {
  const { instance, step } = begun;
  // What is known of the server may be another by now. Then it is a new request: one that was refused did nothing.
  if (step.type !== "send" || step.request.url !== request.url) return begun;
  return { instance, step: resume(instance, step, answer, Date.now()) };
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
