import type { Credential, CredentialKind, FindOptions, StoreFetchOptions, TokenOptions } from "./store-types.js";
import type { TokenResponse } from "./token-response.js";
import type { HostRequestInit, HostResponse, ResourceInput } from "./types.js";
/** A `TokenExchangeStore` as one user sees it: its methods act for that user. Made by `forSubject`. */
export declare class SubjectStore {
    #private;
    /** The credential of a configuration for this user, or `null`: as `findByRef` of the store. */
    findByRef(ref: string, options?: Omit<FindOptions, Tokens>): Promise<Credential | null>;
    /** The token of a configuration for this user, remembered or exchanged: as `getToken` of the store. */
    getToken(ref: string, options?: Omit<TokenOptions, Tokens>): Promise<TokenResponse>;
    /** Calls the resource of a configuration with this user's token: as `fetch` of the store. */
    fetch(ref: string, input: ResourceInput, init?: HostRequestInit, options?: Omit<StoreFetchOptions, Tokens>): Promise<HostResponse>;
    /** The active configurations: as `listActive` of the store. */
    listActive(): Promise<Credential[]>;
    /** The active configurations of a kind: as `listByKind` of the store. */
    listByKind(kind: CredentialKind): Promise<Credential[]>;
}
type Tokens = "subjectToken" | "actorToken";
export {};
