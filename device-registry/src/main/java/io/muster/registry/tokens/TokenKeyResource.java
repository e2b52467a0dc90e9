package io.muster.registry.tokens;

import io.muster.rest.access.Caller;
import io.muster.rest.access.Roles;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.ResponseStatus;

/** {@code /api/v1/device-tokens/keys}: the platform's, so for its administrators alone. */
@Path("/api/v1/device-tokens/keys")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Device tokens")
class TokenKeyResource {
  // It is no tenant's affair, so it is in the log and not in a tenant's audit.
  private static final Logger LOG = Logger.getLogger("io.muster.registry.audit");

  private final TokenKeys keys;
  private final Caller caller;

  TokenKeyResource(TokenKeys keys, Caller caller) {
    this.keys = keys;
    this.caller = caller;
  }

  /** A key, without itself. */
  @Schema(name = "DeviceTokenKey")
  record View(UUID id, Instant signsFrom, Instant signsUntil, Instant verifiesUntil) {
    static View of(TokenKey key) {
      return new View(key.id(), key.signsFrom(), key.signsUntil(), key.verifiesUntil());
    }
  }

  /** All of them: there are few. */
  @Schema(name = "DeviceTokenKeys")
  record Views(List<View> items) {}

  @GET
  @RolesAllowed(Roles.ADMIN)
  @Operation(summary = "Which keys sign devices' tokens, and when")
  public Uni<Views> list() {
    caller.requirePlatform();
    return keys.published().map(found -> new Views(found.stream().map(View::of).toList()));
  }

  @POST
  @RolesAllowed(Roles.ADMIN)
  @ResponseStatus(201)
  @Operation(
      summary = "Make the next key ahead of time",
      description = "It is published at once and signs when it was for long enough.")
  public Uni<View> rotate() {
    caller.requirePlatform();
    var actor = caller.subject().replaceAll("\\p{Cntrl}", "?");
    return keys.rotate()
        .invoke(key -> LOG.infof("device-token-key-created %s by %s", key.id(), actor))
        .map(View::of);
  }
}
