// A DPoP proof (RFC 9449 section 4.2) made with a fresh key: how a front end binds the token of its user.
import { exportJWK, generateKeyPair, SignJWT } from "jose";

export async function dpopProof(method, url) {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  return new SignJWT({ htm: method, htu: url, jti: crypto.randomUUID() })
    .setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk: await exportJWK(publicKey) })
    .setIssuedAt()
    .sign(privateKey);
}
