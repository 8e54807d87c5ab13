import { INSPECT, type Inspect, printed } from "./redact.js";
import type { TokenExchangeStore } from "./store.js";
import type { Credential, CredentialKind, FindOptions, StoreFetchOptions, TokenOptions } from "./store-types.js";
import { findOptions } from "./store-wanted.js";
import type { TokenResponse } from "./token-response.js";
import type { HostRequestInit, HostResponse, ResourceInput } from "./types.js";

/** A `TokenExchangeStore` as one user sees it: its methods act for that user. Made by `forSubject`. */
export class SubjectStore {
  readonly #store: TokenExchangeStore;
  readonly #tokens: { readonly subjectToken: string; readonly actorToken?: string };

  /** @internal */
  constructor(store: TokenExchangeStore, subjectToken: string, options: unknown) {
    const { actor } = findOptions(options);
    this.#store = store;
    this.#tokens = actor === undefined ? { subjectToken } : { subjectToken, actorToken: actor };
  }

  /** As that of the store. */
  async findByRef(ref: string, options?: Omit<FindOptions, Tokens>): Promise<Credential | null> {
    return this.#store.findByRef(ref, { ...options, ...this.#tokens });
  }

  /** As that of the store. */
  async getToken(ref: string, options?: Omit<TokenOptions, Tokens>): Promise<TokenResponse> {
    return this.#store.getToken(ref, { ...options, ...this.#tokens });
  }

  /** As that of the store. */
  async fetch(
    ref: string,
    input: ResourceInput,
    init?: HostRequestInit,
    options?: Omit<StoreFetchOptions, Tokens>,
  ): Promise<HostResponse> {
    return this.#store.fetch(ref, input, init, { ...options, ...this.#tokens });
  }

  /** As that of the store. */
  async listActive(): Promise<Credential[]> {
    return this.#store.listActive();
  }

  /** As that of the store. */
  async listByKind(kind: CredentialKind): Promise<Credential[]> {
    return this.#store.listByKind(kind);
  }

  /** @internal */
  [INSPECT](depth: number, options: object, inspect?: Inspect): unknown {
    return printed("SubjectStore", {}, depth, options, inspect);
  }
}

type Tokens = "subjectToken" | "actorToken";
