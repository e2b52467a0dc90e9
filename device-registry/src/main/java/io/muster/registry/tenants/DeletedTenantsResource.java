package io.muster.registry.tenants;

import io.muster.contract.registry.DeletedTenants;
import io.muster.rest.access.Roles;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /internal/v1/deleted-tenants}: of whom nobody may keep anything. */
@Path("/internal/v1/deleted-tenants")
@Tag(name = "Internal")
@RegisterForReflection(targets = DeletedTenants.class)
class DeletedTenantsResource {
  private static final int MAX_PAGE = 1_000;

  private final Tombstones tombstones;

  DeletedTenantsResource(Tombstones tombstones) {
    this.tombstones = tombstones;
  }

  @GET
  @RolesAllowed(Roles.SERVICE)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Read which tenants were deleted, page by page",
      description =
          "For ever, so that who has missed the event tenant-deleted can make up for it. One that"
              + " is deleted while somebody reads may come with the next reading from 0 only.")
  public Uni<DeletedTenants> page(
      @QueryParam("after") @DefaultValue("0") @Min(0) long after,
      @QueryParam("limit") @DefaultValue("1000") @Min(1) @Max(MAX_PAGE) int limit) {
    return tombstones.after(after, limit);
  }
}
