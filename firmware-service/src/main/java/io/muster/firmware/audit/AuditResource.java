package io.muster.firmware.audit;

import io.muster.contract.id.TenantId;
import io.muster.firmware.database.Database;
import io.muster.rest.access.Roles;
import io.muster.rest.audit.AuditItem;
import io.muster.rest.audit.AuditQuestion;
import io.muster.rest.audit.AuditReader;
import io.muster.rest.paging.Page;
import io.smallrye.common.annotation.RunOnVirtualThread;
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
@RunOnVirtualThread
class AuditResource {
  private final Database database;

  AuditResource(Database database) {
    this.database = database;
  }

  @GET
  @RolesAllowed(Roles.ADMIN)
  @Operation(summary = "Who changed what of a tenant", description = "The latest first.")
  public Page<AuditItem> ofTenant(
      @PathParam("tenant") TenantId tenant, @Valid @BeanParam AuditQuestion question) {
    return database.use(db -> db.await(it -> AuditReader.read(it, Optional.of(tenant), question)));
  }
}
