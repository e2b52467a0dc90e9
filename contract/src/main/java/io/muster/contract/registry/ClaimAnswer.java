package io.muster.contract.registry;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.UUID;

/** The registry's answer to {@link ClaimRequest}; always with HTTP status 200. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "decision")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ClaimAnswer.Allowed.class, name = "allow"),
  @JsonSubTypes.Type(value = ClaimAnswer.Denied.class, name = "deny")
})
public sealed interface ClaimAnswer {

  /**
   * It may ask. Whether the token has uses left is not said: who was provisioned with it may ask
   * again.
   *
   * @param claim the claim token's id, which is no secret
   * @param validUntil when it ends
   */
  record Allowed(UUID claim, Instant validUntil) implements ClaimAnswer {

    /**
     * @throws IllegalArgumentException when one is missing
     */
    public Allowed {
      if (claim == null || validUntil == null) {
        throw new IllegalArgumentException("a claim token has an id and an end");
      }
    }
  }

  /**
   * It may not. The reason is for logs and counters, never for the client.
   *
   * @param reason one of those about claims, or that the tenant is suspended
   */
  record Denied(VerifyAnswer.Reason reason) implements ClaimAnswer {}
}
