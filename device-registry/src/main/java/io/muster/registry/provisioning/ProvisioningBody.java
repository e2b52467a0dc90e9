package io.muster.registry.provisioning;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.registry.credentials.KeyAlgorithm;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What a device says that wants an identity.
 *
 * @param hardware what it has from its maker
 * @param publicKey PEM, or a JWK as object or text
 * @param algorithm with which it signs
 * @param csr PKCS #10, PEM, in the place of public key and algorithm: asks for a certificate as
 *     well
 * @param proof a JWT that the key signed
 */
@RegisterForReflection
@Schema(name = "ProvisioningInput")
record ProvisioningBody(
    Hardware hardware,
    @Schema(description = "The device's public key: PEM text, or a JWK as object or text")
        JsonNode publicKey,
    KeyAlgorithm algorithm,
    @Schema(
            description =
                "PKCS #10 in one PEM block CERTIFICATE REQUEST, in the place of publicKey and"
                    + " algorithm: the answer holds a certificate as well")
        String csr,
    @Schema(
            description =
                "A JWT that the device's key signed: aud muster-provision, sub"
                    + " {kind}-{value}@{tenant}, exp within ten minutes")
        String proof) {

  /** An identifier, as it is printed. */
  @RegisterForReflection
  @Schema(name = "HardwareIdentifier")
  record Hardware(
      @Schema(
              type = SchemaType.STRING,
              enumeration = {"mac", "imei", "serial"})
          HardwareKind kind,
      @Schema(examples = "00:11:22:AA:BB:CC") String value) {}

  /** Never the proof. */
  @Override
  public String toString() {
    return "ProvisioningBody[" + hardware + "]";
  }
}
