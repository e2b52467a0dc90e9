package io.muster.registry.authorities;

import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What somebody says of a certificate authority. */
final class AuthorityBody {
  /** PostgreSQL stores no NUL. */
  private static final String STORABLE = "[^\\x00]*";

  private static final String NOT_STORABLE = "has a character that cannot be stored (NUL)";

  private AuthorityBody() {}

  /**
   * A new one.
   *
   * @param certificate PEM
   * @param autoProvisioning null: it is on
   */
  @RegisterForReflection
  @Schema(name = "CertificateAuthorityInput")
  record New(
      @Schema(description = "The authority's own certificate: one PEM block CERTIFICATE")
          String certificate,
      @Size(max = 200) @Pattern(regexp = STORABLE, message = NOT_STORABLE) String name,
      Boolean autoProvisioning) {}

  /**
   * A certificate that its key signed, whose common name is the code.
   *
   * @param certificate PEM
   */
  @RegisterForReflection
  @Schema(name = "CertificateAuthorityProof")
  record Proof(String certificate) {}

  /** What changes; null stays. */
  @RegisterForReflection
  @Schema(name = "CertificateAuthorityChange")
  record Change(
      @Size(max = 200) @Pattern(regexp = STORABLE, message = NOT_STORABLE) String name,
      Boolean autoProvisioning) {}
}
