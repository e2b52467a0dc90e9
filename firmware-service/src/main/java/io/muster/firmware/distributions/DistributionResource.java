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

/** {@code /api/v1/tenants/{tenant}/distributions}. */
@Path("/api/v1/tenants/{tenant}/distributions")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Distributions")
@RunOnVirtualThread
class DistributionResource {
  private final Distributions distributions;
  private final Caller caller;

  DistributionResource(Distributions distributions, Caller caller) {
    this.distributions = distributions;
    this.caller = caller;
  }

  @POST
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Make a distribution",
      description = "Of software modules. It never changes; make another version instead.")
  public RestResponse<DistributionView> make(
      @PathParam("tenant") TenantId tenant, @NotNull @Valid DistributionBody body) {
    var made = distributions.make(tenant, body, Author.of(caller));
    return ResponseBuilder.create(RestResponse.Status.CREATED, DistributionView.of(made))
        .location(URI.create("/api/v1/tenants/" + tenant + "/distributions/" + made.id()))
        .build();
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "List distributions", description = "The newest first.")
  public Page<DistributionView> list(
      @PathParam("tenant") TenantId tenant,
      @QueryParam("name") String name,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue(PageLimit.DEFAULT) @Min(1) @Max(PageLimit.MAX) int limit) {
    var found = distributions.list(tenant, KeyCursor.read(cursor), name, limit + 1);
    return Page.of(found, limit, it -> KeyCursor.text(it.key()), DistributionView::of);
  }

  @GET
  @Path("/{distribution}")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Read a distribution")
  public DistributionView read(
      @PathParam("tenant") TenantId tenant, @PathParam("distribution") UUID distribution) {
    return DistributionView.of(distributions.find(tenant, distribution));
  }

  @POST
  @Path("/{distribution}/release")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Let devices get a distribution",
      description =
          "409 signature-missing while an artifact has no valid signature of a key of the tenant,"
              + " unless the tenant demands none.")
  public DistributionView release(
      @PathParam("tenant") TenantId tenant, @PathParam("distribution") UUID distribution) {
    return DistributionView.of(distributions.release(tenant, distribution, Author.of(caller)));
  }

  @POST
  @Path("/{distribution}/withdraw")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Take a released distribution out of circulation",
      description =
          "Nobody is given it any more (409 distribution-withdrawn), its rollouts stop, and it is"
              + " taken back from devices that have not seen it. Who has seen it may finish, and"
              + " who has it keeps it. It may be released again.")
  public DistributionView withdraw(
      @PathParam("tenant") TenantId tenant, @PathParam("distribution") UUID distribution) {
    return DistributionView.of(distributions.withdraw(tenant, distribution, Author.of(caller)));
  }

  @DELETE
  @Path("/{distribution}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Delete a distribution",
      description =
          "409 while a device installed it last or is to get it, and while there is a rollout of it"
              + " or one that goes back to it. Its modules stay, and so do its name and version in"
              + " what devices did with it.")
  public void delete(
      @PathParam("tenant") TenantId tenant, @PathParam("distribution") UUID distribution) {
    distributions.delete(tenant, distribution, Author.of(caller));
  }
}
