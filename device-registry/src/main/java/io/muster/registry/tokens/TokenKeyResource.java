package io.muster.registry.tokens;

import io.muster.rest.access.Caller;
import io.muster.rest.access.Roles;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
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
  // The audit has it as well: of a new key the platform's, of a withdrawn one each tenant's.
  private static final Logger LOG = Logger.getLogger("io.muster.registry.audit");

  private final TokenKeys keys;
  private final KeyWithdrawal withdrawal;
  private final Caller caller;

  TokenKeyResource(TokenKeys keys, KeyWithdrawal withdrawal, Caller caller) {
    this.keys = keys;
    this.withdrawal = withdrawal;
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
    var actor = actor();
    return keys.rotate()
        .invoke(key -> LOG.infof("device-token-key-created %s by %s", key.id(), actor))
        .map(View::of);
  }

  @DELETE
  @Path("/{key}")
  @RolesAllowed(Roles.ADMIN)
  @Operation(
      summary = "Withdraw a key at once",
      description =
          "For one that others may have. No token that it signed is good any more, connections that"
              + " were opened with one end, and another key signs from now on without having been"
              + " published before. Who keeps the key set believes it for five minutes more.")
  public Uni<Void> withdraw(@PathParam("key") UUID key) {
    caller.requirePlatform();
    var actor = actor();
    return withdrawal
        .withdraw(key)
        .invoke(() -> LOG.warnf("device-token-key-withdrawn %s by %s", key, actor));
  }

  private String actor() {
    return caller.subject().replaceAll("\\p{Cntrl}", "?");
  }
}
