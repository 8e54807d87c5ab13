// What the package does not make yet and a function of the caller's can: signed assertions of a client, and DPoP proofs.
import { exportJWK, generateKeyPair, importJWK, SignJWT } from "jose";

/** A DPoP proof (RFC 9449 section 4.2) made with a fresh key. */
export async function dpopProof(method, url) {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  return new SignJWT({ htm: method, htu: url, jti: crypto.randomUUID() })
    .setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk: await exportJWK(publicKey) })
    .setIssuedAt()
    .sign(privateKey);
}

/** The assertion by which a client authenticates (RFC 7523 section 2.2). */
export async function clientAssertion(clientId, key, audience) {
  return new SignJWT({ jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: "ES256", kid: clientId })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime("1m")
    .sign(await importJWK(key, "ES256"));
}
