package io.muster.registry.configuration;

import io.muster.contract.id.GroupId;
import io.muster.contract.id.TenantId;
import io.muster.rest.access.Roles;
import io.muster.rest.versions.IfMatch;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jboss.resteasy.reactive.server.Cancellable;

/** {@code /api/v1/tenants/{tenant}/groups/{group}/configuration}. */
@Path("/api/v1/tenants/{tenant}/groups/{group}/configuration")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Groups")
// A client that hangs up must not cut a transaction short of its audit.
@Cancellable(false)
class ConfigurationResource {
  private final Configurations configurations;

  ConfigurationResource(Configurations configurations) {
    this.configurations = configurations;
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Read a group's configuration",
      description = "With how many of its devices have it.")
  public Uni<RestResponse<ConfigurationView>> read(
      @PathParam("tenant") TenantId tenant, @PathParam("group") GroupId group) {
    return configurations.read(tenant, group).map(it -> answer(RestResponse.Status.OK, it));
  }

  @PUT
  @Consumes(MediaType.APPLICATION_JSON)
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Give a group a configuration",
      description =
          "Merged in the background into the desired state of each of its devices, also of those"
              + " that come later. What an earlier one set and this one does not is taken back.")
  public Uni<RestResponse<ConfigurationView>> put(
      @PathParam("tenant") TenantId tenant,
      @PathParam("group") GroupId group,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch,
      @NotNull @Valid ConfigurationBody body) {
    return configurations
        .put(tenant, group, body, IfMatch.optional(ifMatch))
        .map(it -> answer(RestResponse.Status.OK, it));
  }

  @DELETE
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Withdraw a group's configuration",
      description = "Taken back in the background, where it still stands as it was set.")
  public Uni<RestResponse<ConfigurationView>> withdraw(
      @PathParam("tenant") TenantId tenant,
      @PathParam("group") GroupId group,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch) {
    return configurations
        .withdraw(tenant, group, IfMatch.optional(ifMatch))
        .map(it -> answer(RestResponse.Status.ACCEPTED, it));
  }

  private static RestResponse<ConfigurationView> answer(
      RestResponse.Status status, ConfigurationView configuration) {
    return ResponseBuilder.create(status, configuration)
        .header(HttpHeaders.ETAG, IfMatch.etag(configuration.revision()))
        .build();
  }
}
