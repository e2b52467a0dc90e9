package io.muster.ingest.uplink;

import com.fasterxml.jackson.databind.JsonMappingException;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.UplinkBatch;
import io.muster.contract.event.UplinkState;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;

/** {@code /internal/v1/sites/{site}/log}: where edges bring their logs to their hub. */
@Path("/internal/v1/sites/{site}/log")
@Tag(name = "Internal")
// A site that gives up waiting must not cut a transaction short.
@Cancellable(false)
class SiteLogResource {
  /** As `muster.relay.site` may be. */
  private static final String SITE = "[A-Za-z0-9][A-Za-z0-9_-]{0,39}";

  private final Sites sites;
  private final SitesConfig config;

  SiteLogResource(Sites sites, SitesConfig config) {
    this.sites = sites;
    this.config = config;
  }

  @POST
  @RolesAllowed("service")
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Take a part of a site's log",
      description =
          "Answers how far this has come with it. What is known is passed over, and what does not"
              + " go on from there is not taken: the site goes on from what the answer says.")
  @RequestBody(content = @Content(schema = @Schema(implementation = UplinkBatch.class)))
  public Uni<UplinkState> take(
      @PathParam("site") @Pattern(regexp = SITE) String site, byte[] body) {
    var batch = batch(body);
    BatchCheck.check(site, batch, config.batchEntries());
    return sites.take(site, batch);
  }

  /** As services read each other: an edge may be of a later version, and say more. */
  private static UplinkBatch batch(byte[] body) {
    try {
      var batch = ContractJson.mapper().readValue(body, UplinkBatch.class);
      if (batch != null) {
        return batch;
      }
    } catch (JsonMappingException unfit) {
      throw new Refusal.Malformed("The body is no part of a log.", List.of()).asException();
    } catch (IOException noJson) {
      throw new Refusal.Malformed("The body is not JSON.", List.of()).asException();
    }
    throw new Refusal.Malformed("The body is no part of a log.", List.of()).asException();
  }
}
