package io.muster.firmware.distributions;

import io.muster.contract.id.TenantId;
import io.muster.firmware.paging.KeyCursor;
import io.muster.rest.access.Caller;
import io.muster.rest.access.Roles;
import io.muster.rest.audit.Author;
import io.muster.rest.paging.Page;
import io.muster.rest.paging.PageLimit;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** {@code /api/v1/tenants/{tenant}/software-modules}. */
@Path("/api/v1/tenants/{tenant}/software-modules")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Distributions")
@RunOnVirtualThread
class ModuleResource {
  private final Distributions distributions;
  private final Caller caller;

  ModuleResource(Distributions distributions, Caller caller) {
    this.distributions = distributions;
    this.caller = caller;
  }

  @POST
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Make a software module",
      description = "Of artifacts that are there. It never changes; make another version instead.")
  public RestResponse<ModuleView> make(
      @PathParam("tenant") TenantId tenant, @NotNull @Valid ModuleBody body) {
    var made = distributions.makeModule(tenant, body, Author.of(caller));
    return ResponseBuilder.create(RestResponse.Status.CREATED, ModuleView.of(made))
        .location(URI.create("/api/v1/tenants/" + tenant + "/software-modules/" + made.id()))
        .build();
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "List software modules", description = "The newest first.")
  public Page<ModuleView> list(
      @PathParam("tenant") TenantId tenant,
      @QueryParam("name") String name,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue(PageLimit.DEFAULT) @Min(1) @Max(PageLimit.MAX) int limit) {
    var found = distributions.modules(tenant, KeyCursor.read(cursor), name, limit + 1);
    return Page.of(found, limit, it -> KeyCursor.text(it.key()), ModuleView::of);
  }

  @GET
  @Path("/{module}")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Read a software module")
  public ModuleView read(@PathParam("tenant") TenantId tenant, @PathParam("module") UUID module) {
    return ModuleView.of(distributions.module(tenant, module));
  }

  @DELETE
  @Path("/{module}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Delete a software module",
      description = "409 while a distribution holds it. Its artifacts stay.")
  public void delete(@PathParam("tenant") TenantId tenant, @PathParam("module") UUID module) {
    distributions.deleteModule(tenant, module, Author.of(caller));
  }
}
