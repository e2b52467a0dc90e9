package io.muster.registry.tokens;

import io.muster.contract.registry.DeviceScope;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A token that somebody asks for.
 *
 * @param scopes null: all
 * @param lifetimeSeconds null: the usual
 */
@RegisterForReflection
@Schema(name = "DeviceTokenInput")
public record TokenRequest(
    @Schema(
            type = SchemaType.ARRAY,
            implementation = String.class,
            description = "What it is to be good for; without it all")
        List<DeviceScope> scopes,
    @Schema(description = "How long it is to live; without it an hour") Long lifetimeSeconds) {
  /** The usual one. */
  public static final TokenRequest USUAL = new TokenRequest(null, null);

  Set<DeviceScope> granted() {
    if (scopes == null) {
      return DeviceScope.all();
    }
    if (scopes.isEmpty() || scopes.contains(null)) {
      throw wrong("/scopes", "must name at least one of " + DeviceScope.words(DeviceScope.all()));
    }
    return EnumSet.copyOf(scopes);
  }

  Duration lifetime(TokenSettings settings) {
    if (lifetimeSeconds == null) {
      return settings.lifetime();
    }
    var most = settings.maxLifetime().toSeconds();
    if (lifetimeSeconds < 1 || lifetimeSeconds > most) {
      throw wrong("/lifetimeSeconds", "must be between 1 and %d".formatted(most));
    }
    return Duration.ofSeconds(lifetimeSeconds);
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at(pointer, detail))).asException();
  }
}
