import { refuse, requirePlain } from "./arguments.js";
import { brand } from "./brand.js";
import type { TokenExchangeStore } from "./store.js";
import { checkToken, type Slot } from "./store-config.js";
import type { Credential, CredentialKind, FindOptions, StoreFetchOptions, TokenOptions } from "./store-types.js";
import { wantedOf } from "./store-wanted.js";
import type { TokenResponse } from "./token-response.js";
import type { HostRequestInit, HostResponse, ResourceInput } from "./types.js";

/** A `TokenExchangeStore` as one user sees it: its methods act for that user. Made by `forSubject`. */
export class SubjectStore {
  static {
    brand(this, "SubjectStore", () => ({}));
  }

  readonly #store: TokenExchangeStore;
  readonly #tokens: { readonly subjectToken: string; readonly actorToken?: string };

  /** @internal */
  constructor(store: TokenExchangeStore, subjectToken: string, options: unknown, slots: ReadonlyMap<string, Slot>) {
    const { actor } = wantedOf(options, ["actorToken"]);
    checkToken("subjectToken", subjectToken, slots.values());
    if (actor !== undefined) checkToken("actorToken", actor, slots.values());
    this.#store = store;
    this.#tokens = actor === undefined ? { subjectToken } : { subjectToken, actorToken: actor };
  }

  /** The credential of a configuration for this user, or `null`: as `findByRef` of the store. */
  async findByRef(ref: string, options?: Omit<FindOptions, Tokens>): Promise<Credential | null> {
    return this.#store.findByRef(ref, this.#own(options));
  }

  /** The token of a configuration for this user, remembered or exchanged: as `getToken` of the store. */
  async getToken(ref: string, options?: Omit<TokenOptions, Tokens>): Promise<TokenResponse> {
    return this.#store.getToken(ref, this.#own(options));
  }

  /** Calls the resource of a configuration with this user's token: as `fetch` of the store. */
  async fetch(
    ref: string,
    input: ResourceInput,
    init?: HostRequestInit,
    options?: Omit<StoreFetchOptions, Tokens>,
  ): Promise<HostResponse> {
    return this.#store.fetch(ref, input, init, this.#own(options));
  }

  /** The active configurations: as `listActive` of the store. */
  async listActive(): Promise<Credential[]> {
    return this.#store.listActive();
  }

  /** The active configurations of a kind: as `listByKind` of the store. */
  async listByKind(kind: CredentialKind): Promise<Credential[]> {
    return this.#store.listByKind(kind);
  }

  /** The options of a call with the tokens of this user. Those of another would be left out without a word. */
  #own(options: object | null | undefined): FindOptions {
    const plain = requirePlain(options ?? {}, "options");
    refuse(plain, "subjectToken", "actorToken");
    return { ...plain, ...this.#tokens };
  }
}

type Tokens = "subjectToken" | "actorToken";
