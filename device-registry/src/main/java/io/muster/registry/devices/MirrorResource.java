package io.muster.registry.devices;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeviceView;
import io.muster.registry.search.Filter;
import io.muster.rest.access.Roles;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /internal/v1/tenants/{tenant}/devices}: what other services may know of devices. */
@Path("/internal/v1/tenants/{tenant}/devices")
@Tag(name = "Internal")
@RegisterForReflection(targets = {DeviceView.class, DeviceAddress.class})
class MirrorResource {
  private static final String NDJSON = "application/x-ndjson";

  private final DeviceViews views;

  MirrorResource(DeviceViews views) {
    this.views = views;
  }

  @GET
  @Path("/{device}")
  @RolesAllowed(Roles.SERVICE)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(summary = "Read a device", description = "404 when there is none.")
  public Uni<DeviceView> read(
      @PathParam("tenant") TenantId tenant, @PathParam("device") DeviceId device) {
    return views.read(new DeviceAddress(tenant, device));
  }

  @GET
  @RolesAllowed(Roles.SERVICE)
  @Produces(NDJSON)
  @Operation(
      summary = "Stream a tenant's devices, for a mirror or as targets",
      description =
          "One DeviceView in each line, in the order of their ids, read page by page. Take the"
              + " position of the events before, and the events after it afterwards: so nothing"
              + " that changes meanwhile is missed.")
  public Multi<DeviceView> stream(
      @PathParam("tenant") TenantId tenant,
      @Parameter(description = "Which devices, as in their list; group==id for a group's")
          @QueryParam("filter")
          String filter) {
    return views.stream(tenant, Optional.ofNullable(filter).map(Filter::read));
  }
}
