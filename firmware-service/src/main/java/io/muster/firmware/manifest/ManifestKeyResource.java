package io.muster.firmware.manifest;

import io.muster.rest.access.Roles;
import io.muster.rest.paging.Page;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /api/v1/tenants/{tenant}/manifest-key} and {@code …/manifest-keys}. */
@Path("/api/v1/tenants/{tenant}")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Signatures")
@RunOnVirtualThread
class ManifestKeyResource {
  private final Manifests manifests;

  ManifestKeyResource(Manifests manifests) {
    this.manifests = manifests;
  }

  /** A public key. */
  @Schema(name = "ManifestKey")
  record KeyView(String id, String algorithm, String publicKey) {}

  @GET
  @Path("/manifest-key")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Read the key that manifests are signed with",
      description = "To be built into devices. PEM; the algorithm is that of JWS.")
  public KeyView read(@PathParam("tenant") String tenant) {
    var key = manifests.signing();
    return new KeyView(key.id(), Jws.ALGORITHM, ManifestKey.pem("PUBLIC KEY", key.publicKey()));
  }

  @GET
  @Path("/manifest-keys")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "List the keys that devices verify manifests with",
      description = "The next one is there before it signs, the previous ones for a while after.")
  public Page<ManifestKeyView> list(@PathParam("tenant") String tenant) {
    return new Page<>(manifests.published(), null);
  }
}
