package io.muster.registry.audit;

import io.muster.contract.id.TenantId;
import io.muster.registry.access.Caller;
import io.muster.registry.access.Roles;
import io.muster.registry.paging.Page;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code …/audit}, of a tenant and of the platform. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Audit")
class AuditResource {
  private final AuditReader reader;
  private final Caller caller;

  AuditResource(AuditReader reader, Caller caller) {
    this.reader = reader;
    this.caller = caller;
  }

  @GET
  @Path("/tenants/{tenant}/audit")
  @RolesAllowed(Roles.ADMIN)
  @Operation(summary = "Who changed what of a tenant", description = "The latest first.")
  public Uni<Page<AuditItem>> ofTenant(
      @PathParam("tenant") TenantId tenant, @Valid @BeanParam AuditQuestion question) {
    return reader.read(Optional.of(tenant), question);
  }

  @GET
  @Path("/audit")
  @RolesAllowed(Roles.ADMIN)
  @Operation(
      summary = "Who changed what",
      description =
          "Administrators of the platform only; of all tenants, deleted ones too. The latest first.")
  public Uni<Page<AuditItem>> ofPlatform(@Valid @BeanParam AuditQuestion question) {
    caller.requirePlatform();
    return reader.read(Optional.empty(), question);
  }
}
