package io.muster.registry.audit;

import io.muster.contract.id.TenantId;
import io.muster.rest.access.Roles;
import io.muster.rest.audit.AuditItem;
import io.muster.rest.audit.AuditQuestion;
import io.muster.rest.audit.AuditReader;
import io.muster.rest.paging.Page;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
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

/** {@code /api/v1/tenants/{tenant}/audit}. */
@Path("/api/v1/tenants/{tenant}/audit")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Audit")
class AuditResource {
  private final Pool pool;

  AuditResource(Pool pool) {
    this.pool = pool;
  }

  @GET
  @RolesAllowed(Roles.ADMIN)
  @Operation(summary = "Who changed what of a tenant", description = "The latest first.")
  public Uni<Page<AuditItem>> ofTenant(
      @PathParam("tenant") TenantId tenant, @Valid @BeanParam AuditQuestion question) {
    return AuditReader.read(pool, Optional.of(tenant), question);
  }
}
