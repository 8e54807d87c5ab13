import { enter, instance } from "./core.js";
import type { OnRefusal } from "./generated.js";

/**
 * What the core can be asked without options: the name of the question and what it is about, as `src/bindings/ask.rs` reads
 * it. A type of token that is not known is an empty one.
 */
type Question =
  /** The `Authorization` value that presents a token. Throws for one that is no bearer credential. */
  | [name: "authorizationHeader", accessToken: string, tokenType: string, issuedTokenType: string]
  /** The `Authorization` value of HTTP Basic (RFC 6749 section 2.3.1). */
  | [name: "basicAuthorization", clientId: string, clientSecret: string]
  /** Throws for what can be no token that a caller has; `field` is where it was given. */
  | [name: "checkToken", token: string, field: string]
  /** The JSON text of a list of `StoreConfig`, one for each configuration. Throws for options of a store that are wrong. */
  | [name: "describeStore", optionsJson: string]
  /** What tells a subject of an issuer from any other. */
  | [name: "identity", issuer: string, subject: string]
  /** Whom a token is about, as `identity` has it; empty when it does not say. */
  | [name: "identityOf", token: string]
  /**
   * The JSON text of the `ResourceVerdict` about an answer to a token that was asked for with this scope. `left` is what the
   * last verdict said; at first 0 for a request that can be sent once only, and -1 for any other.
   */
  | [
      name: "resourceVerdict",
      status: string,
      left: string,
      onRefusal: OnRefusal,
      scope: string,
      challenge: string,
      sent: string,
    ]
  /** What a subject is called in events, under a random key. */
  | [name: "subjectFingerprint", key: string, subjectToken: string];

/** Asks the core something that needs no options. Throws the errors that it reports. @internal */
export function ask(...question: Question): string {
  return enter(instance(), (core) => core.ask(JSON.stringify(question)));
}
