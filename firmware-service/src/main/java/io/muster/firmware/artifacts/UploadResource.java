package io.muster.firmware.artifacts;

import io.muster.contract.id.TenantId;
import io.muster.firmware.store.Sha256;
import io.muster.firmware.store.UploadId;
import io.muster.rest.access.Caller;
import io.muster.rest.access.Roles;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** {@code /api/v1/tenants/{tenant}/artifact-uploads}: uploads that survive what breaks off. */
@Path("/api/v1/tenants/{tenant}/artifact-uploads")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Artifacts")
@RunOnVirtualThread
class UploadResource {
  private static final String OFFSET = "Upload-Offset";

  private final Uploads uploads;
  private final Caller caller;

  UploadResource(Uploads uploads, Caller caller) {
    this.uploads = uploads;
    this.caller = caller;
  }

  @POST
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Begin an upload",
      description =
          "Then PATCH the bytes, from where keptBytes says, as often as it takes, and POST"
              + " complete.")
  public RestResponse<UploadView> begin(
      @PathParam("tenant") TenantId tenant, @NotNull @Valid UploadBody body) {
    var upload =
        uploads.begin(
            tenant,
            FileName.ofMember("/filename", body.filename()),
            body.sizeBytes(),
            announced(body.sha256()),
            Author.of(caller));
    return ResponseBuilder.create(
            RestResponse.Status.CREATED, UploadView.of(new Uploads.Progress(upload, 0)))
        .header(OFFSET, 0)
        .location(
            URI.create("/api/v1/tenants/" + tenant + "/artifact-uploads/" + upload.id().hex()))
        .build();
  }

  @GET
  @Path("/{upload}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Ask where an upload goes on")
  public RestResponse<UploadView> read(
      @PathParam("tenant") TenantId tenant, @PathParam("upload") String upload) {
    var progress = uploads.progress(tenant, id(upload));
    return ResponseBuilder.ok(UploadView.of(progress)).header(OFFSET, progress.keptBytes()).build();
  }

  @PATCH
  @Path("/{upload}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Consumes(MediaType.APPLICATION_OCTET_STREAM)
  @Operation(
      summary = "Add bytes",
      description =
          "Upload-Offset says where they belong: what was kept before. What came before the request"
              + " broke off is kept. 409 upload-offset when they belong elsewhere.")
  public RestResponse<Void> append(
      @PathParam("tenant") TenantId tenant,
      @PathParam("upload") String upload,
      @HeaderParam(OFFSET) Long offset,
      InputStream body) {
    if (offset == null || offset < 0) {
      throw Refusal.parameter(OFFSET, "must say at which byte the body begins");
    }
    var kept = uploads.append(tenant, id(upload), offset, body);
    return ResponseBuilder.<Void>noContent().header(OFFSET, kept).build();
  }

  @POST
  @Path("/{upload}/complete")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Make an artifact of an upload",
      description =
          "Asked again, as when the answer was lost, it is the same one for a day. 409"
              + " upload-uncertain when the service was killed while bytes came, and no SHA-256 was"
              + " announced.")
  public RestResponse<ArtifactView> complete(
      @PathParam("tenant") TenantId tenant, @PathParam("upload") String upload) {
    var made = uploads.complete(tenant, id(upload), Author.of(caller));
    return ResponseBuilder.create(RestResponse.Status.CREATED, ArtifactView.of(made))
        .location(URI.create("/api/v1/tenants/" + tenant + "/artifacts/" + made.id()))
        .build();
  }

  @DELETE
  @Path("/{upload}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Forget an upload")
  public void discard(@PathParam("tenant") TenantId tenant, @PathParam("upload") String upload) {
    uploads.discard(tenant, id(upload), Author.of(caller));
  }

  private static Optional<Sha256> announced(String sha256) {
    try {
      return Optional.ofNullable(sha256).map(Sha256::new);
    } catch (IllegalArgumentException malformed) {
      throw new Refusal.Meaningless(List.of(FieldError.at("/sha256", malformed.getMessage())))
          .asException();
    }
  }

  private static UploadId id(String text) {
    try {
      return new UploadId(text);
    } catch (IllegalArgumentException another) {
      throw new Refusal.Absent("There is no such upload.").asException();
    }
  }
}
