package io.muster.firmware.ddi;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.firmware.actions.Actions;
import io.muster.firmware.artifacts.Artifact;
import io.muster.firmware.download.Downloads;
import io.muster.firmware.download.EntityTags;
import io.muster.firmware.store.Sha256;
import io.muster.firmware.targets.Target;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.muster.rest.requests.RequestEnd;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * hawkBit's Direct Device Integration API, {@code /{tenant}/controller/v1/{controllerId}}: the
 * resources, as its clients know them. Who asks is decided by {@link DeviceAccess}, not by roles.
 */
@Path("/{tenant}/controller/v1/{controllerId}")
@Tag(name = "hawkBit device API")
@PermitAll
@RunOnVirtualThread
class DdiResource {
  static final String MD5_SUFFIX = ".MD5SUM";

  private static final String HAL = "application/hal+json";
  private static final String JOSE = "application/jose";

  private final DeviceAccess access;
  private final DeviceRequests requests;
  private final Visitors visitors;
  private final Deployments deployments;
  private final Actions actions;
  private final AutoConfirmation autoConfirmation;
  private final Attributes attributes;
  private final Downloads downloads;
  private final DeviceDownloads deviceDownloads;
  private final DevicePort port;
  private final DdiConfig config;

  DdiResource(
      DeviceAccess access,
      DeviceRequests requests,
      Visitors visitors,
      Deployments deployments,
      Actions actions,
      AutoConfirmation autoConfirmation,
      Attributes attributes,
      Downloads downloads,
      DeviceDownloads deviceDownloads,
      DevicePort port,
      DdiConfig config) {
    this.access = access;
    this.requests = requests;
    this.visitors = visitors;
    this.deployments = deployments;
    this.actions = actions;
    this.autoConfirmation = autoConfirmation;
    this.attributes = attributes;
    this.downloads = downloads;
    this.deviceDownloads = deviceDownloads;
    this.port = port;
    this.config = config;
  }

  /** Where a request goes to, and who asks. */
  static final class Asked {
    @PathParam("tenant")
    String tenant;

    @PathParam("controllerId")
    String controllerId;

    @HeaderParam(HttpHeaders.AUTHORIZATION)
    String authorization;

    @Context HttpServerRequest request;

    @Context RoutingContext context;

    @Context HttpHeaders headers;
  }

  @GET
  @Produces({HAL, MediaType.APPLICATION_JSON})
  @Operation(summary = "What there is to do", description = "Polled by the device.")
  public Response root(@BeanParam Asked asked) {
    var body = DdiJson.bytes(deployments.root(target(asked), links(asked)));
    var tag = EntityTags.of(body);
    return EntityTags.matches(asked.headers.getHeaderString(HttpHeaders.IF_NONE_MATCH), tag)
        ? Response.notModified().header(HttpHeaders.ETAG, tag).build()
        : Response.ok(body).header(HttpHeaders.ETAG, tag).build();
  }

  @PUT
  @Path("/configData")
  @Consumes({MediaType.APPLICATION_JSON, HAL})
  @Operation(summary = "What the device says of itself")
  public Response configData(@BeanParam Asked asked, byte[] body) {
    attributes.take(target(asked), DdiJson.configData(body, config.ddi()));
    return Response.ok().build();
  }

  @GET
  @Path("/deploymentBase/{action}")
  @Produces({HAL, MediaType.APPLICATION_JSON})
  @Operation(summary = "An update to install")
  public Response deployment(
      @BeanParam Asked asked,
      @PathParam("action") String action,
      @QueryParam("actionHistory") @DefaultValue("0") int history) {
    return json(deployments.deployment(target(asked), links(asked), id(action), history));
  }

  @GET
  @Path("/deploymentBase/{action}/manifest")
  @Produces(JOSE)
  @Operation(summary = "The signed manifest of an update", description = "JWS, compact, ES256.")
  public String manifest(@BeanParam Asked asked, @PathParam("action") String action) {
    return deployments.manifest(target(asked), id(action));
  }

  @GET
  @Path("/manifestKeys")
  @Produces({HAL, MediaType.APPLICATION_JSON})
  @Operation(
      summary = "The keys that manifests are verified with",
      description = "Each with a word of the one before it, so that devices can follow.")
  public Response manifestKeys(@BeanParam Asked asked) {
    target(asked);
    return json(deployments.manifestKeys());
  }

  @POST
  @Path("/deploymentBase/{action}/feedback")
  @Consumes({MediaType.APPLICATION_JSON, HAL})
  @Operation(summary = "How an update goes", description = "Only closed ends it.")
  public Response deploymentFeedback(
      @BeanParam Asked asked, @PathParam("action") String action, byte[] body) {
    var target = device(asked);
    var feedback = DdiJson.feedback(body);
    return said(target, () -> actions.deploymentFeedback(target, id(action), feedback));
  }

  @GET
  @Path("/cancelAction/{action}")
  @Produces({HAL, MediaType.APPLICATION_JSON})
  @Operation(summary = "An update to leave")
  public Response cancellation(@BeanParam Asked asked, @PathParam("action") String action) {
    return json(deployments.cancellation(target(asked), id(action)));
  }

  @POST
  @Path("/cancelAction/{action}/feedback")
  @Consumes({MediaType.APPLICATION_JSON, HAL})
  @Operation(summary = "Whether the device leaves it")
  public Response cancellationFeedback(
      @BeanParam Asked asked, @PathParam("action") String action, byte[] body) {
    var target = device(asked);
    var feedback = DdiJson.feedback(body);
    return said(target, () -> actions.cancellationFeedback(target, id(action), feedback));
  }

  @GET
  @Path("/installedBase/{action}")
  @Produces({HAL, MediaType.APPLICATION_JSON})
  @Operation(summary = "An update that is installed")
  public Response installed(
      @BeanParam Asked asked,
      @PathParam("action") String action,
      @QueryParam("actionHistory") @DefaultValue("0") int history) {
    return json(deployments.installed(target(asked), links(asked), id(action), history));
  }

  @GET
  @Path("/confirmationBase")
  @Produces({HAL, MediaType.APPLICATION_JSON})
  @Operation(summary = "What waits for a confirmation")
  public Response confirmations(@BeanParam Asked asked) {
    return json(deployments.confirmations(target(asked), links(asked)));
  }

  @GET
  @Path("/confirmationBase/{action}")
  @Produces({HAL, MediaType.APPLICATION_JSON})
  @Operation(summary = "An update that waits for a confirmation")
  public Response confirmation(
      @BeanParam Asked asked,
      @PathParam("action") String action,
      @QueryParam("actionHistory") @DefaultValue("0") int history) {
    return json(deployments.confirmation(target(asked), links(asked), id(action), history));
  }

  @POST
  @Path("/confirmationBase/{action}/feedback")
  @Consumes({MediaType.APPLICATION_JSON, HAL})
  @Operation(summary = "Whether the device agrees")
  public Response confirm(@BeanParam Asked asked, @PathParam("action") String action, byte[] body) {
    var target = device(asked);
    var agreed = DdiJson.confirmation(body);
    return said(target, () -> actions.confirm(target, id(action), agreed, DdiJson.details(body)));
  }

  @POST
  @Path("/confirmationBase/activateAutoConfirm")
  @Operation(summary = "No confirmations from now on")
  public Response activate(@BeanParam Asked asked) {
    var target = target(asked);
    return done(() -> autoConfirmation.set(target, true, visitors.of(asked.request)));
  }

  @POST
  @Path("/confirmationBase/deactivateAutoConfirm")
  @Operation(summary = "Confirmations again")
  public Response deactivate(@BeanParam Asked asked) {
    var target = target(asked);
    return done(() -> autoConfirmation.set(target, false, visitors.of(asked.request)));
  }

  @GET
  @Path("/softwaremodules/{module}/artifacts")
  @Produces({HAL, MediaType.APPLICATION_JSON})
  @Operation(summary = "The artifacts of a module")
  public Response artifacts(@BeanParam Asked asked, @PathParam("module") UUID module) {
    return json(deployments.artifacts(target(asked), links(asked), module));
  }

  @GET
  @Path("/softwaremodules/{module}/artifacts/{filename}")
  @Operation(
      summary = "Download an artifact",
      description = "With Range, If-Range, If-None-Match; .MD5SUM after the name gives its MD5.")
  public Response download(
      @BeanParam Asked asked,
      @PathParam("module") UUID module,
      @PathParam("filename") String filename) {
    return download(asked, module, filename, false);
  }

  @HEAD
  @Path("/softwaremodules/{module}/artifacts/{filename}")
  @Operation(hidden = true)
  public Response downloadHead(
      @BeanParam Asked asked,
      @PathParam("module") UUID module,
      @PathParam("filename") String filename) {
    return download(asked, module, filename, true);
  }

  @GET
  @Path("/artifacts/{sha256}")
  @Operation(
      summary = "Download an artifact by its SHA-256",
      description =
          "For addresses that are written before the artifact is uploaded, as into an image whose"
              + " delta it is. With Range, If-Range, If-None-Match.")
  public Response downloadByDigest(@BeanParam Asked asked, @PathParam("sha256") String sha256) {
    return downloadByDigest(asked, sha256, false);
  }

  @HEAD
  @Path("/artifacts/{sha256}")
  @Operation(hidden = true)
  public Response downloadByDigestHead(@BeanParam Asked asked, @PathParam("sha256") String sha256) {
    return downloadByDigest(asked, sha256, true);
  }

  private Response downloadByDigest(Asked asked, String sha256, boolean isHead) {
    var target = device(asked);
    return bytes(asked, target, deployments.artifact(target, digest(sha256)), isHead);
  }

  private Response download(Asked asked, UUID module, String filename, boolean isHead) {
    var target = device(asked);
    if (!filename.endsWith(MD5_SUFFIX)) {
      return bytes(asked, target, deployments.artifact(target, module, filename), isHead);
    }
    var plain = filename.substring(0, filename.length() - MD5_SUFFIX.length());
    var artifact = deployments.artifact(target, module, plain);
    // As md5sum writes it.
    return Response.ok(artifact.md5() + "  " + artifact.filename() + "\n")
        .type(MediaType.TEXT_PLAIN)
        .build();
  }

  private Response bytes(Asked asked, Target target, Artifact artifact, boolean isHead) {
    Runnable begins = () -> deviceDownloads.begin(target, RequestEnd.of(asked.context));
    var wish = Downloads.Wish.of(asked.request, asked.headers, isHead, begins);
    return downloads.deviceAnswer(artifact, wish);
  }

  /** A device that asks for something, and not too much. */
  private Target target(Asked asked) {
    var device = device(asked);
    requests.asked(device);
    return device;
  }

  /** A device that fetches bytes, or says how it goes. */
  private Target device(Asked asked) {
    return access.of(
        asked.tenant, asked.controllerId, asked.authorization, visitors.of(asked.request));
  }

  private Links links(Asked asked) {
    // A device that is known by its certificate would be nobody at the other port.
    var address =
        port.received(asked.request)
            ? config.publicTlsUrl().orElse(config.publicUrl())
            : config.publicUrl();
    return Links.of(address, asked.tenant, asked.controllerId);
  }

  private static Response json(JsonNode body) {
    return Response.ok(DdiJson.bytes(body)).build();
  }

  private static Response done(Runnable step) {
    try {
      step.run();
      return Response.ok().build();
    } catch (Actions.GoneException gone) {
      return Response.status(Response.Status.GONE).build();
    }
  }

  /** What is said of an update; of one that is not there it counts as any other question. */
  private Response said(Target target, Runnable step) {
    try {
      return done(step);
    } catch (RefusedException refused) {
      if (refused.refusal() instanceof Refusal.Absent) {
        requests.asked(target);
      }
      throw refused;
    }
  }

  private static Sha256 digest(String text) {
    try {
      return new Sha256(text);
    } catch (IllegalArgumentException none) {
      throw Deployments.absentArtifact();
    }
  }

  /** Numbers within the device. */
  private static long id(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException none) {
      throw new Refusal.Absent("The device has no such action.").asException();
    }
  }
}
