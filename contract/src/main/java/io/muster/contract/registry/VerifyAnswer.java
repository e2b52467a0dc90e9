package io.muster.contract.registry;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.muster.contract.id.DeviceAddress;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;

/** The registry's answer to {@link VerifyRequest}; always with HTTP status 200. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "decision")
@JsonSubTypes({
  @JsonSubTypes.Type(value = VerifyAnswer.Allowed.class, name = "allow"),
  @JsonSubTypes.Type(value = VerifyAnswer.Denied.class, name = "deny")
})
public sealed interface VerifyAnswer {

  /**
   * The device may connect.
   *
   * @param device who it is
   * @param credential which of its credentials it showed
   * @param validUntil when the connection must end, or null: the credential's or the token's end
   * @param limits what the tenant allows each of its devices
   * @param token the token that it showed, or null: it is none that the registry signed, and good
   *     for everything
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Allowed(
      DeviceAddress device,
      UUID credential,
      Instant validUntil,
      DeviceLimits limits,
      IssuedToken token)
      implements VerifyAnswer {

    /** With anything but a token that the registry signed. */
    public Allowed(DeviceAddress device, UUID credential, Instant validUntil, DeviceLimits limits) {
      this(device, credential, validUntil, limits, null);
    }
  }

  /**
   * A token that the registry signed.
   *
   * @param key which of its keys did; when that is withdrawn, connections of the token end
   * @param scopes what it is good for
   */
  record IssuedToken(UUID key, Set<DeviceScope> scopes) {
    public IssuedToken {
      scopes = Set.copyOf(scopes);
    }

    /** Whether it is as good as any other credential. */
    public boolean grantsAll() {
      return scopes.containsAll(DeviceScope.all());
    }
  }

  /**
   * It may not. The reason is for logs and counters, never for the client.
   *
   * @param reason why
   */
  record Denied(Reason reason) implements VerifyAnswer {}

  /** Why a client may not connect; in JSON and in metrics lower case with hyphens. */
  enum Reason {
    UNKNOWN_DEVICE,
    DEVICE_DISABLED,
    TENANT_SUSPENDED,
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
    CLAIM_REVOKED,
    CERTIFICATE_UNKNOWN,
    CERTIFICATE_EXPIRED,
    CERTIFICATE_CHAIN,
    CERTIFICATE_SUBJECT,
    CERTIFICATE_REVOKED,
    LIMIT_REACHED;

    /** The form in metrics and logs. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
