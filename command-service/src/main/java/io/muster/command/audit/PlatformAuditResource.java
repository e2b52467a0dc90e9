package io.muster.command.audit;

import io.muster.command.database.Database;
import io.muster.rest.access.Caller;
import io.muster.rest.access.Roles;
import io.muster.rest.audit.AuditItem;
import io.muster.rest.audit.AuditQuestion;
import io.muster.rest.audit.AuditReader;
import io.muster.rest.paging.Page;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /api/v1/audit}. */
@Path("/api/v1/audit")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Audit")
class PlatformAuditResource {
  private final Database database;
  private final Caller caller;

  PlatformAuditResource(Database database, Caller caller) {
    this.database = database;
    this.caller = caller;
  }

  @GET
  @RolesAllowed(Roles.ADMIN)
  @Operation(
      summary = "Who changed what",
      description =
          "Administrators of the platform only; of all tenants, deleted ones too. The latest"
              + " first.")
  public Uni<Page<AuditItem>> read(@Valid @BeanParam AuditQuestion question) {
    caller.requirePlatform();
    return database.use(db -> AuditReader.read(db, Optional.empty(), question));
  }
}
