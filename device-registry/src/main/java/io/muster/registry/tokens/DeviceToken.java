package io.muster.registry.tokens;

import io.muster.contract.registry.DeviceScope;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A token for a device, as it is answered; nowhere kept.
 *
 * @param token a JWT (ES256)
 * @param expiresAt when it ends, and connections that were opened with it
 * @param scopes what it is good for
 */
@RegisterForReflection
@Schema(name = "DeviceToken")
public record DeviceToken(
    @Schema(description = "A JWT: the password at the endpoint") String token,
    Instant expiresAt,
    @Schema(type = SchemaType.ARRAY, implementation = String.class) List<DeviceScope> scopes) {

  /** Never the token. */
  @Override
  public String toString() {
    return "DeviceToken[…, " + expiresAt + "]";
  }
}
