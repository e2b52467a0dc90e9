package io.muster.firmware.manifest;

import java.time.Instant;

/**
 * One key's word for the next one: a device that trusts the first may trust the other.
 *
 * @param key the next one
 * @param iat when this was signed, in seconds since 1970
 * @param nbf from when it signs manifests
 */
record KeyIntroduction(Jwk key, long iat, long nbf) {
  static final String TYPE = "muster-manifest-key+jws";

  /** A public key of ECDSA on P-256 (RFC 7517, RFC 7518 §6.2.1). */
  record Jwk(String kty, String crv, String x, String y, String kid, String alg, String use) {}

  /** Signed by the one that signs at the time. */
  static String of(ManifestKey next, ManifestKey by, Instant now, Instant signsFrom) {
    var jwk =
        new Jwk(
            "EC",
            "P-256",
            Jws.base64(next.x()),
            Jws.base64(next.y()),
            next.id(),
            Jws.ALGORITHM,
            "sig");
    return Jws.sign(
        by, TYPE, new KeyIntroduction(jwk, now.getEpochSecond(), signsFrom.getEpochSecond()));
  }
}
