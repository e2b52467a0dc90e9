package io.muster.ingest.endpoint;

import io.muster.contract.registry.VerifyAnswer;
import io.muster.ingest.endpoint.authorisation.Claimant;
import io.muster.ingest.endpoint.packets.ReasonCode;

/**
 * What a client is told whom the registry keeps out. The same for a wrong secret and an unknown
 * device: nobody learns which devices exist.
 *
 * @param label for logs and counters, which say why
 */
record Denial(ReasonCode code, String label, String words) {
  /** The certificate may be good, but it is another device's, or names none. */
  static final Denial ANOTHERS_CLIENT_IDENTIFIER =
      new Denial(
          ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
          "client-identifier-not-valid",
          "the client identifier must be that of the device whose certificate it is");

  /**
   * @param certified whether it showed a certificate; then no user name or password was looked at
   */
  static Denial of(VerifyAnswer.Reason reason, boolean certified) {
    if (reason == VerifyAnswer.Reason.CERTIFICATE_SUBJECT) {
      return ANOTHERS_CLIENT_IDENTIFIER;
    }
    return certified
        ? new Denial(ReasonCode.NOT_AUTHORIZED, reason.label(), Claimant.REFUSED_CERTIFICATE)
        : new Denial(code(reason), reason.label(), "user name or password refused");
  }

  private static ReasonCode code(VerifyAnswer.Reason reason) {
    return switch (reason) {
      case DEVICE_DISABLED,
          TENANT_SUSPENDED,
          CERTIFICATE_UNKNOWN,
          CERTIFICATE_EXPIRED,
          CERTIFICATE_CHAIN,
          CERTIFICATE_REVOKED,
          LIMIT_REACHED ->
          ReasonCode.NOT_AUTHORIZED;
      case CERTIFICATE_SUBJECT -> ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
      case UNKNOWN_DEVICE,
          WRONG_SECRET,
          CREDENTIAL_EXPIRED,
          CREDENTIAL_NOT_YET_VALID,
          NO_SUCH_CREDENTIAL,
          TOKEN_MALFORMED,
          TOKEN_ALGORITHM,
          TOKEN_SIGNATURE,
          TOKEN_EXPIRED,
          TOKEN_LIFETIME,
          TOKEN_AUDIENCE,
          TOKEN_SUBJECT,
          TOKEN_SCOPE,
          CLAIM_UNKNOWN,
          CLAIM_EXPIRED,
          CLAIM_REVOKED ->
          ReasonCode.BAD_USER_NAME_OR_PASSWORD;
    };
  }
}
