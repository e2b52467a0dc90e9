package io.muster.firmware.manifest;

import io.muster.rest.access.Caller;
import io.muster.rest.access.Roles;
import io.muster.rest.audit.Author;
import io.muster.rest.paging.Page;
import io.muster.rest.versions.IfMatch;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** {@code /api/v1/manifest-keys}: they sign for all tenants, so for the platform's people alone. */
@Path("/api/v1/manifest-keys")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Signatures")
@RunOnVirtualThread
class PlatformManifestKeyResource {
  private final ManifestKeys keys;
  private final KeyRotation rotation;
  private final ManifestConfig config;
  private final Clock clock;
  private final Caller caller;

  PlatformManifestKeyResource(
      ManifestKeys keys, KeyRotation rotation, ManifestConfig config, Clock clock, Caller caller) {
    this.keys = keys;
    this.rotation = rotation;
    this.config = config;
    this.clock = clock;
    this.caller = caller;
  }

  @GET
  @RolesAllowed(Roles.ADMIN)
  @Operation(
      summary = "List the keys that sign manifests, retired ones too",
      description = "For administrators of the platform, as all of this.")
  public RestResponse<Page<ManifestKeyView>> list() {
    caller.requirePlatform();
    var all = keys.all();
    return ResponseBuilder.ok(new Page<>(views(all), null))
        .header(HttpHeaders.ETAG, IfMatch.etag(all.version()))
        .build();
  }

  @POST
  @RolesAllowed(Roles.ADMIN)
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Make the next key",
      description =
          "It is published at once, with a word of the key that signs now, and signs from"
              + " signsFrom; the ones before it stay published until previousUntil. If-Match is the"
              + " list's ETag.")
  public RestResponse<ManifestKeyView> rotate(
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch, @NotNull ManifestKeyBody body) {
    caller.requirePlatform();
    var next = NextKey.of(body, IfMatch.required(ifMatch), config, clock.instant());
    var made = rotation.rotate(next, Author.of(caller));
    var all = keys.all();
    var view = views(all).stream().filter(it -> it.id().equals(made.id())).findFirst();
    return ResponseBuilder.create(RestResponse.Status.CREATED, view.orElseThrow())
        .header(HttpHeaders.ETAG, IfMatch.etag(all.version()))
        .build();
  }

  @DELETE
  @Path("/{key}")
  @RolesAllowed(Roles.ADMIN)
  @Operation(
      summary = "Withdraw a key that does not sign",
      description =
          "The next one, or one before its time: it is published no more, and its private half is"
              + " deleted. For one that others may have, make the next one first.")
  public void withdraw(
      @PathParam("key") @Pattern(regexp = "[0-9a-f]{16}") String key,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch) {
    caller.requirePlatform();
    rotation.withdraw(key, IfMatch.optional(ifMatch), Author.of(caller));
  }

  private List<ManifestKeyView> views(ManifestKeys.Known all) {
    return ManifestKeyView.of(all.ring().keys(), all.signing().orElse(null), clock.instant());
  }
}
