package io.muster.firmware.manifest;

import io.muster.rest.access.Roles;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /api/v1/tenants/{tenant}/manifest-key}. */
@Path("/api/v1/tenants/{tenant}/manifest-key")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Signatures")
class ManifestKeyResource {
  private final Manifests manifests;

  ManifestKeyResource(Manifests manifests) {
    this.manifests = manifests;
  }

  /** A public key. */
  @Schema(name = "ManifestKey")
  record KeyView(String id, String algorithm, String publicKey) {}

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Read the key that devices verify manifests with",
      description = "To be built into them. PEM; the algorithm is that of JWS.")
  public KeyView read(@PathParam("tenant") String tenant) {
    return new KeyView(manifests.keyId(), "ES256", manifests.publicKey());
  }
}
