package io.muster.ingest.deadletters;

import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.ingest.people.AuditLog;
import io.muster.rest.access.Roles;
import io.muster.rest.paging.Page;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /api/v1/tenants/{tenant}/quarantine}. */
@Path("/api/v1/tenants/{tenant}/quarantine")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Dead letters")
class QuarantineResource {
  private static final int MAX_LIMIT = 1_000;

  private final QuarantineTable table;
  private final Quarantine quarantine;
  private final AuditLog audit;

  QuarantineResource(QuarantineTable table, Quarantine quarantine, AuditLog audit) {
    this.table = table;
    this.quarantine = quarantine;
    this.audit = audit;
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "List the devices that filled the dead letters",
      description =
          "What of them can be understood is kept as ever; what cannot is refused and counted.")
  public Uni<Page<QuarantineItem>> list(
      @PathParam("tenant") TenantId tenant,
      @QueryParam("limit") @DefaultValue("100") @Min(1) @Max(MAX_LIMIT) int limit,
      @QueryParam("cursor") String cursor) {
    var after = cursor == null ? "" : new DeviceId(cursor).value();
    return table
        .page(tenant, after, limit + 1)
        .map(
            found ->
                found.size() <= limit
                    ? new Page<>(found, null)
                    : new Page<>(found.subList(0, limit), found.get(limit - 1).device()));
  }

  @POST
  @Path("/{device}/release")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Release a device from quarantine")
  public Uni<Void> release(
      @PathParam("tenant") TenantId tenant, @PathParam("device") DeviceId device) {
    return table
        .release(tenant, device)
        .invoke(
            released -> {
              if (!released) {
                throw new Refusal.Absent("The device is not in quarantine.").asException();
              }
              audit.record("quarantine-released", tenant + "/" + device);
            })
        .chain(released -> table.read(quarantine));
  }
}
