package io.muster.registry.credentials;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.DiscriminatorMapping;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A credential that somebody asks for. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = CredentialBody.Secret.class, name = "secret"),
  @JsonSubTypes.Type(value = CredentialBody.JwtKey.class, name = "jwt-key"),
  @JsonSubTypes.Type(value = CredentialBody.Certificate.class, name = "certificate")
})
@Schema(
    name = "CredentialInput",
    oneOf = {
      CredentialBody.Secret.class,
      CredentialBody.JwtKey.class,
      CredentialBody.Certificate.class
    },
    discriminatorProperty = "kind",
    discriminatorMapping = {
      @DiscriminatorMapping(value = "secret", schema = CredentialBody.Secret.class),
      @DiscriminatorMapping(value = "jwt-key", schema = CredentialBody.JwtKey.class),
      @DiscriminatorMapping(value = "certificate", schema = CredentialBody.Certificate.class)
    })
@RegisterForReflection
public sealed interface CredentialBody {

  /** From when it holds; null: at once. */
  Instant notBefore();

  /** Until when; null: for ever. */
  Instant notAfter();

  /** A secret, to be generated. */
  @RegisterForReflection
  @Schema(name = "SecretInput")
  record Secret(Instant notBefore, Instant notAfter) implements CredentialBody {}

  /**
   * A key whose private half the device has.
   *
   * @param publicKey PEM, or a JWK as object or text
   * @param algorithm with which the device signs
   */
  @RegisterForReflection
  @Schema(name = "JwtKeyInput")
  record JwtKey(
      @Schema(description = "The public key: PEM text, or a JWK as object or text")
          JsonNode publicKey,
      KeyAlgorithm algorithm,
      Instant notBefore,
      Instant notAfter)
      implements CredentialBody {}

  /**
   * A client certificate whose key the device has. It holds in its own period, narrowed by the one
   * that is asked for.
   *
   * @param certificate PEM
   */
  @RegisterForReflection
  @Schema(name = "CertificateInput")
  record Certificate(
      @Schema(description = "The device's own certificate alone: one PEM block CERTIFICATE")
          String certificate,
      Instant notBefore,
      Instant notAfter)
      implements CredentialBody {}
}
