package io.muster.command.commands;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.rest.access.Roles;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.muster.rest.paging.PageLimit;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /api/v1/tenants/{tenant}/commands}. */
@Path("/api/v1/tenants/{tenant}/commands")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Commands")
class TenantCommandsResource {
  private final CommandReader reader;

  TenantCommandsResource(CommandReader reader) {
    this.reader = reader;
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "List a tenant's commands", description = "The newest first.")
  public Uni<Page<CommandView>> list(
      @PathParam("tenant") TenantId tenant,
      @QueryParam("device") DeviceId device,
      @QueryParam("state") String state,
      @QueryParam("name") String name,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue(PageLimit.DEFAULT) @Min(1) @Max(PageLimit.MAX) int limit) {
    var question =
        new CommandReader.Question(
            Optional.ofNullable(device).map(it -> new DeviceAddress(tenant, it)),
            CommandResource.state(state),
            CommandResource.name(name));
    return reader.list(tenant, question, Cursor.read(cursor), limit);
  }
}
