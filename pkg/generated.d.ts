import type { NameValues } from "./types.js";
/**
 * An error as it crosses to JavaScript.
 */
export interface ErrorData {
    /**
     * Which class shows it.
     */
    kind: ErrorKind;
    /**
     * The code, of a closed list.
     */
    code: ErrorCode;
    /**
     * One sentence for people.
     */
    message: string;
    /**
     * What to do about it.
     */
    action: Action;
    /**
     * True when the same call may succeed later without any change.
     */
    retryable: boolean;
    /**
     * Whose fault it is.
     */
    fault: Fault;
    /**
     * The option or argument as written.
     */
    field?: string;
    /**
     * The HTTP status.
     */
    status?: number;
    /**
     * The server's `error`.
     */
    error?: string;
    /**
     * The server's `error_description`, cleaned.
     */
    errorDescription?: string;
    /**
     * The server's `error_uri`.
     */
    errorUri?: string;
    /**
     * What the server asks us to wait, in milliseconds.
     */
    retryAfterMs?: number;
    /**
     * The beginning of the body, cleaned.
     */
    bodySnippet?: string;
    /**
     * The challenges of the answer.
     */
    challenges?: Challenge[];
    /**
     * Where the user can act.
     */
    interactionUrl?: string;
    /**
     * The claims a claims challenge asks for.
     */
    claims?: string;
    /**
     * The scopes a resource asks for.
     */
    requiredScopes?: string[];
}
/**
 * Endpoints that are not taken from metadata: absolute, or a path below the issuer's.
 */
export interface Endpoints {
    /**
     * RFC 6749 section 3.2.
     */
    token?: string;
    /**
     * RFC 6749 section 3.1.
     */
    authorize?: string;
    /**
     * RFC 7662.
     */
    introspect?: string;
    /**
     * RFC 7009.
     */
    revoke?: string;
    /**
     * RFC 7591.
     */
    register?: string;
    /**
     * RFC 9126.
     */
    par?: string;
    /**
     * RFC 8628.
     */
    deviceAuthorization?: string;
    /**
     * CIBA.
     */
    backchannelAuthentication?: string;
    /**
     * OpenID Connect Core section 5.3.
     */
    userinfo?: string;
    /**
     * RFC 7517.
     */
    jwks?: string;
    /**
     * OpenID Connect RP-Initiated Logout.
     */
    endSession?: string;
}
/**
 * How `expires_in` is sent.
 */
export type ExpiresIn = "number-or-string" | "number";
/**
 * How a server wants things. Only `id` is required: what is left out is as in `rfc8693`.
 */
export interface ServerPreset {
    /**
     * A name for messages and events.
     */
    readonly id: string;
    /**
     * The grant of a token exchange.
     */
    readonly grantType?: string | null | undefined;
    /**
     * Parameters that carry another name.
     */
    readonly names?: PresetNames | null | undefined;
    /**
     * What may and must be said of the target.
     */
    readonly target?: PresetTarget | null | undefined;
    /**
     * What may be left out of `scope`.
     */
    readonly scope?: PresetScope | null | undefined;
    /**
     * The subject token types the server takes; empty: any.
     */
    readonly subjectTypes?: string | readonly string[] | null | undefined;
    /**
     * The actor token types the server takes; empty: any.
     */
    readonly actorTypes?: string | readonly string[] | null | undefined;
    /**
     * The token types the server issues; empty: any.
     */
    readonly requestedTypes?: string | readonly string[] | null | undefined;
    /**
     * Whether `requested_token_type` is sent.
     */
    readonly sendRequestedType?: SendRequestedType | null | undefined;
    /**
     * Names that must stand in `extra`.
     */
    readonly requiredExtra?: string | readonly string[] | null | undefined;
    /**
     * Parameters that are sent with every exchange.
     */
    readonly fixed?: readonly (readonly [string, string])[] | null | undefined;
    /**
     * How clients authenticate.
     */
    readonly clientAuth?: PresetClientAuth | null | undefined;
    /**
     * What answers look like.
     */
    readonly response?: PresetResponse | null | undefined;
    /**
     * What this server's errors mean; the first rule that matches decides.
     */
    readonly errors?: readonly ErrorRule[] | null | undefined;
    /**
     * Which metadata documents are asked for.
     */
    readonly discovery?: PresetDiscovery | null | undefined;
}
/**
 * How clients authenticate.
 */
export interface PresetClientAuth {
    /**
     * The methods the server takes, by their registered names; empty: any.
     */
    readonly allowed?: string | readonly string[] | null | undefined;
    /**
     * True when an Authorization header must not be sent.
     */
    readonly forbidHeader?: boolean | null | undefined;
    /**
     * How id and secret stand in HTTP Basic; `form` is RFC 6749 section 2.3.1.
     */
    readonly basicEncoding?: BasicEncoding | null | undefined;
}
/**
 * How id and secret stand in HTTP Basic.
 */
export type BasicEncoding = "form" | "raw";
/**
 * One challenge of a `WWW-Authenticate` header (RFC 9110 section 11.6.1). Scheme and parameter names are lower case.
 */
export interface Challenge {
    /**
     * Such as `bearer` or `dpop`.
     */
    scheme: string;
    /**
     * The parameters by name; of a repeated one the last.
     */
    params: Record<string, string>;
    /**
     * The single value that may stand in place of parameters.
     */
    token68?: string;
}
/**
 * Parameters that carry another name.
 */
export interface PresetNames {
    /**
     * The name of the subject token; with another name its type is not sent.
     */
    readonly subjectToken?: string | null | undefined;
}
/**
 * The codes of all errors, in the order of the table in the README.
 */
export type ErrorCode = "invalid_option" | "unknown_option" | "missing_option" | "missing_endpoint" | "invalid_endpoint" | "insecure_url" | "endpoint_origin" | "client_closed" | "not_initialised" | "wasm_unavailable" | "redacted_token" | "unknown_ref" | "inactive_ref" | "unknown_zone" | "unknown_preset" | "prepare_unsupported" | "timeout" | "unreachable" | "http_error" | "unexpected_status" | "unexpected_redirect" | "response_too_large" | "oauth_error" | "invalid_response" | "issuer_mismatch" | "discovery_failed" | "unsupported_token_type" | "dpop_downgrade" | "state_mismatch" | "invalid_callback" | "transaction_expired" | "invalid_id_token" | "client_authentication_failed" | "subject_token_unavailable" | "user_interaction_required" | "invalid_token" | "insufficient_scope" | "missing_token" | "resource_error" | "global_error" | "decryption_failed" | "storage_unavailable" | "storage_conflict" | "internal_error";
/**
 * The presets that can be named. `rfc8693` follows the RFC to the letter.
 */
export type PresetName = "rfc8693" | "keycloak" | "entra";
/**
 * What `clientCredentials` takes.
 */
export interface ClientCredentialsRequest {
    /**
     * The scopes to ask for; a string is split at spaces.
     */
    readonly scope?: string | readonly string[] | null | undefined;
    /**
     * Addresses of the target services, absolute URIs (RFC 8707 section 2).
     */
    readonly resource?: string | readonly string[] | null | undefined;
    /**
     * Logical names of the target services, for servers that take them here.
     */
    readonly audience?: string | readonly string[] | null | undefined;
    /**
     * Authorization details (RFC 9396 section 2).
     */
    readonly authorizationDetails?: readonly {
        readonly type: string;
        readonly [member: string]: unknown;
    }[] | null | undefined;
    /**
     * Further form parameters; none may replace one that the operation sets.
     */
    readonly extra?: NameValues | null | undefined;
}
/**
 * What `exchangeToken` takes. RFC 8693 section 2.1.
 */
export interface TokenExchangeRequest {
    /**
     * The token of the party on whose behalf the request is made.
     */
    readonly subjectToken: string;
    /**
     * Its type; an access token when left out.
     */
    readonly subjectTokenType?: string | null | undefined;
    /**
     * The token of the party that acts.
     */
    readonly actorToken?: string | null | undefined;
    /**
     * Its type; an access token when left out.
     */
    readonly actorTokenType?: string | null | undefined;
    /**
     * The type of token to ask for; the server's choice when left out.
     */
    readonly requestedTokenType?: string | null | undefined;
    /**
     * Logical names of the target services.
     */
    readonly audience?: string | readonly string[] | null | undefined;
    /**
     * Addresses of the target services, absolute URIs.
     */
    readonly resource?: string | readonly string[] | null | undefined;
    /**
     * The scopes to ask for; a string is split at spaces.
     */
    readonly scope?: string | readonly string[] | null | undefined;
    /**
     * Authorization details (RFC 9396 section 2).
     */
    readonly authorizationDetails?: readonly {
        readonly type: string;
        readonly [member: string]: unknown;
    }[] | null | undefined;
    /**
     * A claims request: an object, or its JSON text.
     */
    readonly claims?: string | Readonly<Record<string, unknown>> | null | undefined;
    /**
     * Further form parameters; none may replace one that the operation sets.
     */
    readonly extra?: NameValues | null | undefined;
    /**
     * True to refuse an issued JWT that is for another issuer, subject or audience, holds more scopes or lives longer than
     * was asked for.
     */
    readonly verifyIssued?: boolean | null | undefined;
}
/**
 * What an authorization server says of itself: the members of RFC 8414 section 2 and of the extensions that
 * clients use, in camel case. A member of a wrong type is left out here.
 */
export interface ServerMetadata {
    /**
     * The issuer as it stands in the document (RFC 8414 section 2).
     */
    issuer: string;
    /**
     * Where users are sent to authorize (RFC 6749 section 3.1).
     */
    authorizationEndpoint?: string;
    /**
     * Where tokens are asked for (RFC 6749 section 3.2).
     */
    tokenEndpoint?: string;
    /**
     * The keys the server signs with (RFC 7517).
     */
    jwksUri?: string;
    /**
     * Where clients are registered (RFC 7591).
     */
    registrationEndpoint?: string;
    /**
     * Where tokens are introspected (RFC 7662).
     */
    introspectionEndpoint?: string;
    /**
     * Where tokens are revoked (RFC 7009).
     */
    revocationEndpoint?: string;
    /**
     * Where authorization requests are pushed (RFC 9126).
     */
    pushedAuthorizationRequestEndpoint?: string;
    /**
     * Where device codes are asked for (RFC 8628).
     */
    deviceAuthorizationEndpoint?: string;
    /**
     * Where backchannel authentication starts (CIBA).
     */
    backchannelAuthenticationEndpoint?: string;
    /**
     * Where claims of the user are read (OpenID Connect Core section 5.3).
     */
    userinfoEndpoint?: string;
    /**
     * Where users sign out (OpenID Connect RP-Initiated Logout).
     */
    endSessionEndpoint?: string;
    /**
     * Scopes the server knows; not all of them need be listed.
     */
    scopesSupported?: string[];
    /**
     * Response types of the authorization endpoint.
     */
    responseTypesSupported?: string[];
    /**
     * Response modes of the authorization endpoint.
     */
    responseModesSupported?: string[];
    /**
     * Grants of the token endpoint.
     */
    grantTypesSupported?: string[];
    /**
     * How clients may authenticate at the token endpoint.
     */
    tokenEndpointAuthMethodsSupported?: string[];
    /**
     * Algorithms of signed client assertions.
     */
    tokenEndpointAuthSigningAlgValuesSupported?: string[];
    /**
     * How clients may authenticate at the introspection endpoint.
     */
    introspectionEndpointAuthMethodsSupported?: string[];
    /**
     * How clients may authenticate at the revocation endpoint.
     */
    revocationEndpointAuthMethodsSupported?: string[];
    /**
     * Algorithms of client assertions at the introspection endpoint.
     */
    introspectionEndpointAuthSigningAlgValuesSupported?: string[];
    /**
     * Algorithms of client assertions at the revocation endpoint.
     */
    revocationEndpointAuthSigningAlgValuesSupported?: string[];
    /**
     * PKCE methods (RFC 7636).
     */
    codeChallengeMethodsSupported?: string[];
    /**
     * Algorithms of DPoP proofs (RFC 9449).
     */
    dpopSigningAlgValuesSupported?: string[];
    /**
     * Types of authorization details (RFC 9396).
     */
    authorizationDetailsTypesSupported?: string[];
    /**
     * Algorithms of ID tokens.
     */
    idTokenSigningAlgValuesSupported?: string[];
    /**
     * Kinds of subject identifiers.
     */
    subjectTypesSupported?: string[];
    /**
     * Claims the server may give.
     */
    claimsSupported?: string[];
    /**
     * Authentication contexts the server knows.
     */
    acrValuesSupported?: string[];
    /**
     * Languages of the server's pages.
     */
    uiLocalesSupported?: string[];
    /**
     * Delivery modes of backchannel authentication.
     */
    backchannelTokenDeliveryModesSupported?: string[];
    /**
     * True when authorization answers name their issuer (RFC 9207).
     */
    authorizationResponseIssParameterSupported?: boolean;
    /**
     * True when authorization requests must be pushed (RFC 9126).
     */
    requirePushedAuthorizationRequests?: boolean;
    /**
     * True when access tokens can be bound to a client certificate (RFC 8705).
     */
    tlsClientCertificateBoundAccessTokens?: boolean;
    /**
     * True when the client id may be the URL of a metadata document.
     */
    clientIdMetadataDocumentSupported?: boolean;
    /**
     * The metadata as a signed JWT (RFC 8414 section 2.1), which is not verified here.
     */
    signedMetadata?: string;
    /**
     * Documentation for developers.
     */
    serviceDocumentation?: string;
    /**
     * The server's policy.
     */
    opPolicyUri?: string;
    /**
     * The server's terms of service.
     */
    opTosUri?: string;
}
/**
 * What an error of a server means. All members that are given must match.
 */
export interface ErrorRule {
    /**
     * The HTTP status.
     */
    readonly status?: number | null | undefined;
    /**
     * The `error`.
     */
    readonly error?: string | null | undefined;
    /**
     * The `suberror` of Microsoft.
     */
    readonly suberror?: string | null | undefined;
    /**
     * A member that the body has.
     */
    readonly member?: string | null | undefined;
    /**
     * What the description begins with.
     */
    readonly text?: string | null | undefined;
    /**
     * What to do.
     */
    readonly action: Action;
}
/**
 * What answers look like.
 */
export interface PresetResponse {
    /**
     * Further token types beside `Bearer`, `DPoP` and `N_A`.
     */
    readonly tokenTypes?: string | readonly string[] | null | undefined;
    /**
     * How `expires_in` is sent.
     */
    readonly expiresIn?: ExpiresIn | null | undefined;
    /**
     * Members that hold what was issued when there is no `access_token`; a value that is no string is kept as JSON text.
     */
    readonly payload?: string | readonly string[] | null | undefined;
    /**
     * True when an answer without a token type means `Bearer`.
     */
    readonly assumeBearer?: boolean | null | undefined;
    /**
     * Whether an exchange must say what it issued.
     */
    readonly issuedType?: IssuedType | null | undefined;
}
/**
 * What code can do about an error.
 */
export type Action = "fix_client_auth" | "fix_config" | "renew_subject" | "user_interaction" | "claims_challenge" | "step_up" | "narrow_request" | "denied" | "wait" | "server_fault" | "network" | "report_bug";
/**
 * What may and must be said of the target.
 */
export interface PresetTarget {
    /**
     * True when several audiences or resources may be named.
     */
    readonly many?: boolean | null | undefined;
    /**
     * True when at least one must be named.
     */
    readonly required?: boolean | null | undefined;
    /**
     * Where the server looks for the target. With `scope` or `none` it takes neither audience nor resource.
     */
    readonly via?: TargetVia | null | undefined;
    /**
     * What must not be given: the server refuses it, or leaves it out without a word.
     */
    readonly forbid?: "audience" | "resource" | "actorToken" | readonly ("audience" | "resource" | "actorToken")[] | null | undefined;
}
/**
 * What may be left out of `scope`.
 */
export interface PresetScope {
    /**
     * True when at least one scope must be named.
     */
    readonly required?: boolean | null | undefined;
    /**
     * What the server grants when none is named.
     */
    readonly omitMeans?: OmitMeans | null | undefined;
    /**
     * False when answers name scopes in another way than requests do, as Entra ID does with `.default`: then nothing can be
     * told of what is missing, and `missingScopes` stays empty.
     */
    readonly echoed?: boolean | null | undefined;
}
/**
 * What the server grants when no scope is named.
 */
export type OmitMeans = "inherit" | "none" | "error";
/**
 * Where a server looks for the target.
 */
export type TargetVia = "audience" | "resource" | "scope" | "none";
/**
 * Where the scopes of a token are known from.
 */
export type ScopeSource = "response" | "request" | "unknown";
/**
 * Whether `requested_token_type` is sent.
 */
export type SendRequestedType = "always" | "if-set" | "never";
/**
 * Whether an exchange must say what it issued.
 */
export type IssuedType = "required" | "optional";
/**
 * Which class of the npm package shows an error.
 */
export type ErrorKind = "oauth" | "config" | "network" | "http" | "protocol" | "token_exchange" | "authentication" | "user_interaction" | "invalid_token" | "insufficient_scope" | "resource_access" | "storage" | "internal";
/**
 * Which metadata documents are asked for.
 */
export type PresetDiscovery = "rfc8414" | "oidc" | "fixed";
/**
 * Whose fault an error is.
 */
export type Fault = "config" | "user" | "server" | "network" | "bug";
/** Grants by name (RFC 6749 section 4). An open set: servers know others. */
export declare const GrantType: {
    /** RFC 6749 section 4.1. */
    readonly AUTHORIZATION_CODE: "authorization_code";
    /** RFC 6749 section 4.4. */
    readonly CLIENT_CREDENTIALS: "client_credentials";
    /** RFC 6749 section 6. */
    readonly REFRESH_TOKEN: "refresh_token";
    /** RFC 8693 section 2.1. */
    readonly TOKEN_EXCHANGE: "urn:ietf:params:oauth:grant-type:token-exchange";
    /** RFC 7523 section 2.1. */
    readonly JWT_BEARER: "urn:ietf:params:oauth:grant-type:jwt-bearer";
    /** RFC 7522 section 2.1. */
    readonly SAML2_BEARER: "urn:ietf:params:oauth:grant-type:saml2-bearer";
    /** RFC 8628 section 3.4. */
    readonly DEVICE_CODE: "urn:ietf:params:oauth:grant-type:device_code";
    /** OpenID Connect CIBA section 10.1. */
    readonly CIBA: "urn:openid:params:grant-type:ciba";
};
/** Token types by name (RFC 8693 section 3). An open set: servers know others. */
export declare const TokenType: {
    /** An access token (RFC 8693 section 3). */
    readonly ACCESS_TOKEN: "urn:ietf:params:oauth:token-type:access_token";
    /** A refresh token (RFC 8693 section 3). */
    readonly REFRESH_TOKEN: "urn:ietf:params:oauth:token-type:refresh_token";
    /** An ID token (RFC 8693 section 3). */
    readonly ID_TOKEN: "urn:ietf:params:oauth:token-type:id_token";
    /** A SAML 1.1 assertion (RFC 8693 section 3). */
    readonly SAML1: "urn:ietf:params:oauth:token-type:saml1";
    /** A SAML 2.0 assertion (RFC 8693 section 3). */
    readonly SAML2: "urn:ietf:params:oauth:token-type:saml2";
    /** A JWT of any kind (RFC 8693 section 3). */
    readonly JWT: "urn:ietf:params:oauth:token-type:jwt";
    /** An identity assertion authorization grant, ID-JAG. */
    readonly ID_JAG: "urn:ietf:params:oauth:token-type:id-jag";
    /** A transaction token. */
    readonly TXN_TOKEN: "urn:ietf:params:oauth:token-type:txn_token";
};
