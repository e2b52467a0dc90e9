package io.muster.registry.provisioning;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.registry.provisioning.RequestTable.Request;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Known hardware that asks with another key.
 *
 * @param hardware its identifier, which is also the device's id
 * @param keyFingerprint SHA-256 of the key's SubjectPublicKeyInfo, in hexadecimal
 * @param state {@code pending} or {@code refused}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "ProvisioningRequest")
record RequestView(
    UUID id,
    String hardware,
    String keyFingerprint,
    String algorithm,
    String address,
    @Schema(enumeration = {"pending", "refused"}) String state,
    Instant requestedAt,
    Instant refusedAt) {

  static RequestView of(Request request) {
    return new RequestView(
        request.id(),
        request.hardware().text(),
        HexFormat.of().formatHex(request.publicKey().sha256()),
        request.publicKey().algorithm().label(),
        request.address(),
        request.refusedAt() == null ? "pending" : "refused",
        request.requestedAt(),
        request.refusedAt());
  }
}
