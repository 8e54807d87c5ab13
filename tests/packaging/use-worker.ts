// Compiled as a Worker's module by tests/packaging/types.mjs. Its typings declare the host's objects as
// @cloudflare/workers-types does: classes, which are no members of `typeof globalThis`.
import { init, OAuthClient, TokenExchangeStore } from "onbehalf";
import wasm from "onbehalf/core_bg.wasm";

declare global {
  class EventTarget<Events extends Record<string, Event>> {
    addEventListener<Type extends keyof Events>(type: Type, handler: (event: Events[Type]) => void): void;
    removeEventListener<Type extends keyof Events>(type: Type, handler: (event: Events[Type]) => void): void;
  }
  class Event {
    get type(): string;
  }
  abstract class AbortSignal extends EventTarget<{ abort: Event }> {
    static timeout(delay: number): AbortSignal;
    get aborted(): boolean;
    get reason(): unknown;
    throwIfAborted(): void;
  }
  class Headers {
    append(name: string, value: string): void;
    delete(name: string): void;
    get(name: string): string | null;
    has(name: string): boolean;
    set(name: string, value: string): void;
    getSetCookie(): string[];
    forEach(callback: (value: string, key: string, parent: Headers) => void): void;
  }
  class URLSearchParams {
    append(name: string, value: string): void;
    delete(name: string, value?: string): void;
    get(name: string): string | null;
    has(name: string, value?: string): boolean;
    set(name: string, value: string): void;
    sort(): void;
    forEach(callback: (value: string, key: string, parent: URLSearchParams) => void): void;
  }
  class URL {
    get href(): string;
  }
  interface RequestInit {
    method?: string;
    headers?: Headers | [string, string][] | Record<string, string>;
    body?: string | URLSearchParams | null;
    redirect?: string;
    signal?: AbortSignal | null;
    cf?: { cacheTtl?: number };
  }
  interface Response {
    readonly status: number;
    readonly headers: Headers;
    json<T>(): Promise<T>;
  }
  var Response: { prototype: Response };
  function fetch(input: string | URL, init?: RequestInit): Promise<Response>;
}

export const ready: Promise<void> = init(wasm);
const signal = AbortSignal.timeout(1000);
const store = new TokenExchangeStore({
  configs: [],
  fetch: (url, init) => fetch(url, { ...init, cf: { cacheTtl: 0 } }),
  subjectTokenProvider: (_, { signal }) => {
    signal.throwIfAborted();
    return null;
  },
});
export const clients: OAuthClient[] = [
  new OAuthClient("https://as.example", { fetch }),
  new OAuthClient("https://as.example", {
    auth: ({ headers, body }) => {
      headers.getSetCookie();
      body.sort();
    },
  }),
];
export const answers: Promise<Response>[] = [
  store.forSubject("token").fetch("crm", "https://crm.example", { signal, cf: { cacheTtl: 5 } }),
];
