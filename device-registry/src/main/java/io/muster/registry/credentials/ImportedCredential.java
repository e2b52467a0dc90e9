package io.muster.registry.credentials;

import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;

/**
 * A credential that a device has already and that is registered for it: of a secret its SHA-256,
 * else what is public. Immutable; whoever makes one does not change the arrays.
 *
 * @param id under which it will be known
 * @param proof what tells it from others of its kind: SHA-256 of the secret or of the certificate's
 *     DER, or the public key's DER
 * @param certificateNotAfter the certificate's own end; null of other kinds
 */
public record ImportedCredential(
    UUID id,
    CredentialKind kind,
    byte[] proof,
    String algorithm,
    String subject,
    Instant notBefore,
    Instant notAfter,
    Instant certificateNotAfter) {

  /** What two are equal by. */
  String identity() {
    return kind.label() + ":" + HexFormat.of().formatHex(proof);
  }

  byte[] of(CredentialKind wanted) {
    return kind == wanted ? proof : null;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ImportedCredential it
        && id.equals(it.id)
        && kind == it.kind
        && Arrays.equals(proof, it.proof);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  /** Nothing of what it proves. */
  @Override
  public String toString() {
    return "ImportedCredential[" + id + " " + kind.label() + "]";
  }
}
