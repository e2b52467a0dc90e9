package io.muster.firmware.artifacts;

import io.muster.contract.id.TenantId;
import io.muster.firmware.download.Downloads;
import io.muster.firmware.paging.KeyCursor;
import io.muster.firmware.store.Sha256;
import io.muster.rest.access.Caller;
import io.muster.rest.access.Roles;
import io.muster.rest.audit.Author;
import io.muster.rest.paging.Page;
import io.muster.rest.paging.PageLimit;
import io.muster.rest.problem.Refusal;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.net.URI;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** {@code /api/v1/tenants/{tenant}/artifacts}. */
@Path("/api/v1/tenants/{tenant}/artifacts")
@Tag(name = "Artifacts")
@RunOnVirtualThread
class ArtifactResource {
  private final Artifacts artifacts;
  private final Downloads downloads;
  private final Caller caller;

  ArtifactResource(Artifacts artifacts, Downloads downloads, Caller caller) {
    this.artifacts = artifacts;
    this.downloads = downloads;
    this.caller = caller;
  }

  @POST
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Consumes(MediaType.APPLICATION_OCTET_STREAM)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Upload an artifact in one request",
      description =
          "The body is the file, which has at least one byte. With sha256 it is compared; else what"
              + " arrived is what is kept. An upload that breaks off leaves nothing;"
              + " artifact-uploads can be resumed.")
  public RestResponse<ArtifactView> upload(
      @PathParam("tenant") TenantId tenant,
      @QueryParam("filename") String filename,
      @QueryParam("sha256") String sha256,
      InputStream body) {
    var made =
        artifacts.take(
            tenant,
            FileName.ofParameter("filename", filename),
            announced(sha256),
            body,
            Author.of(caller));
    return ResponseBuilder.create(RestResponse.Status.CREATED, ArtifactView.of(made))
        .location(URI.create("/api/v1/tenants/" + tenant + "/artifacts/" + made.id()))
        .build();
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(summary = "List artifacts", description = "The newest first.")
  public Page<ArtifactView> list(
      @PathParam("tenant") TenantId tenant,
      @QueryParam("filename") String filename,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue(PageLimit.DEFAULT) @Min(1) @Max(PageLimit.MAX) int limit) {
    var found = artifacts.list(tenant, KeyCursor.read(cursor), filename, limit + 1);
    return Page.of(found, limit, it -> KeyCursor.text(it.key()), ArtifactView::of);
  }

  @GET
  @Path("/{artifact}")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(summary = "Read what is known of an artifact")
  public ArtifactView read(
      @PathParam("tenant") TenantId tenant, @PathParam("artifact") UUID artifact) {
    return ArtifactView.of(artifacts.find(tenant, artifact));
  }

  @DELETE
  @Path("/{artifact}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Delete an artifact", description = "409 while a module holds it.")
  public void delete(@PathParam("tenant") TenantId tenant, @PathParam("artifact") UUID artifact) {
    artifacts.delete(tenant, artifact, Author.of(caller));
  }

  @GET
  @Path("/{artifact}/content")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Download an artifact",
      description =
          "With Range (several as well), If-Range, If-None-Match; the ETag is its SHA-256.")
  public Response content(
      @PathParam("tenant") TenantId tenant,
      @PathParam("artifact") UUID artifact,
      @Context HttpServerRequest request,
      @Context HttpHeaders headers) {
    return downloads.answer(
        artifacts.find(tenant, artifact), Downloads.Wish.of(request, headers, false, () -> {}));
  }

  @HEAD
  @Path("/{artifact}/content")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(hidden = true)
  public Response contentHead(
      @PathParam("tenant") TenantId tenant,
      @PathParam("artifact") UUID artifact,
      @Context HttpServerRequest request,
      @Context HttpHeaders headers) {
    return downloads.answer(
        artifacts.find(tenant, artifact), Downloads.Wish.of(request, headers, true, () -> {}));
  }

  private static Optional<Sha256> announced(String sha256) {
    try {
      return Optional.ofNullable(sha256).map(Sha256::new);
    } catch (IllegalArgumentException malformed) {
      throw Refusal.parameter("sha256", malformed.getMessage());
    }
  }
}
