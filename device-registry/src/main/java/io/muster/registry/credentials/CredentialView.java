package io.muster.registry.credentials;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A credential as it is shown.
 *
 * @param id names it, as in events and in the endpoint's log
 * @param kind {@code secret}, {@code jwt-key} or {@code certificate}
 * @param algorithm of a key; null otherwise
 * @param publicKey of a key, PEM; null otherwise
 * @param subject of a certificate (RFC 2253); null otherwise
 * @param fingerprint of a certificate, SHA-256 of its DER in hexadecimal; null otherwise
 * @param secret in the answer to its creation and never again; null otherwise
 * @param notBefore from when it holds; null: since its creation
 * @param notAfter until when; null: for ever
 * @param createdAt when
 * @param firstUsedAt when a device first showed it; null: never yet
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "Credential")
record CredentialView(
    UUID id,
    @Schema(examples = "secret") String kind,
    KeyAlgorithm algorithm,
    String publicKey,
    String subject,
    @Schema(description = "SHA-256 of the certificate's DER, in hexadecimal") String fingerprint,
    @Schema(description = "Only in the answer to its creation; it is stored nowhere") String secret,
    Instant notBefore,
    Instant notAfter,
    Instant createdAt,
    Instant firstUsedAt) {

  /** Never the secret. */
  @Override
  public String toString() {
    return "CredentialView[" + id + " " + kind + "]";
  }
}
