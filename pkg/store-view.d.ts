import type { Credential, CredentialKind, FindOptions, StoreFetchOptions, TokenOptions } from "./store-types.js";
import type { TokenResponse } from "./token-response.js";
import type { HostRequestInit, HostResponse, ResourceInput } from "./types.js";
/** A `TokenExchangeStore` as one user sees it: its methods act for that user. Made by `forSubject`. */
export declare class SubjectStore {
    #private;
    /** As that of the store. */
    findByRef(ref: string, options?: Omit<FindOptions, Tokens>): Promise<Credential | null>;
    /** As that of the store. */
    getToken(ref: string, options?: Omit<TokenOptions, Tokens>): Promise<TokenResponse>;
    /** As that of the store. */
    fetch(ref: string, input: ResourceInput, init?: HostRequestInit, options?: Omit<StoreFetchOptions, Tokens>): Promise<HostResponse>;
    /** As that of the store. */
    listActive(): Promise<Credential[]>;
    /** As that of the store. */
    listByKind(kind: CredentialKind): Promise<Credential[]>;
}
type Tokens = "subjectToken" | "actorToken";
export {};
