package io.muster.registry.bulk;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.contract.id.TenantId;
import io.muster.registry.audit.AuditBatch;
import io.muster.registry.credentials.CredentialImport;
import io.muster.registry.credentials.IdempotencyKey;
import io.muster.registry.events.RegistryOutbox;
import io.muster.rest.access.Roles;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;

/** {@code /api/v1/tenants/{tenant}/device-import}. */
@Path("/api/v1/tenants/{tenant}/device-import")
@Tag(name = "Bulk")
// In the lines of the answer, which no signature names.
@RegisterForReflection(targets = FieldError.class)
class DeviceImportResource {
  private static final Logger LOG = Logger.getLogger(DeviceImportResource.class);

  private final ImportWork work;
  private final CredentialImport credentials;
  private final Slots slots;
  private final AuditBatch audit;
  private final BulkLimits limits;
  private final ObjectMapper mapper;
  private final Clock clock;
  private final CurrentVertxRequest request;

  DeviceImportResource(
      ImportWork work,
      CredentialImport credentials,
      Slots slots,
      AuditBatch audit,
      BulkLimits limits,
      ObjectMapper mapper,
      Clock clock,
      CurrentVertxRequest request) {
    this.work = work;
    this.credentials = credentials;
    this.slots = slots;
    this.audit = audit;
    this.limits = limits;
    this.mapper = mapper;
    this.clock = clock;
    this.request = request;
  }

  @POST
  @RunOnVirtualThread
  @Consumes({BulkMedia.NDJSON, BulkMedia.CSV})
  @Produces(BulkMedia.NDJSON)
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Create and change many devices",
      description =
          "One device in each row, NDJSON or CSV with a header: created as by POST when it is new,"
              + " else changed as by PATCH. The answer has a line for each row and a summary at its"
              + " end; it comes batch by batch, while the rest is still being sent. A row that is"
              + " rejected does not stop the others. Repeated under the same Idempotency-Key, what"
              + " was done is answered again and the rest is gone on with.")
  @RequestBody(
      required = true,
      content = {
        @Content(mediaType = BulkMedia.NDJSON, schema = @Schema(type = SchemaType.STRING)),
        @Content(mediaType = BulkMedia.CSV, schema = @Schema(type = SchemaType.STRING))
      })
  @APIResponse(
      responseCode = "200",
      description = "A line for each row, then the summary",
      content =
          @Content(
              mediaType = BulkMedia.NDJSON,
              schema = @Schema(anyOf = {RowResult.class, ImportSummary.class})))
  public StreamingOutput importDevices(
      @PathParam("tenant") TenantId tenant,
      @HeaderParam(HttpHeaders.CONTENT_TYPE) String mediaType,
      @HeaderParam(ImportRecords.HEADER) String idempotencyKey,
      @Parameter(description = "Which rows are answered: all, or rejected ones alone")
          @QueryParam("report")
          @DefaultValue("all")
          String report,
      InputStream body) {
    if (!report.equals("all") && !report.equals("rejected")) {
      throw new Refusal.Malformed(
              "A parameter has a value that it cannot have.",
              List.of(FieldError.in("report", "is neither all nor rejected")))
          .asException();
    }
    var key = IdempotencyKey.read(idempotencyKey).map(IdempotencyKey::value).orElse(null);
    var job = new ImportJob(tenant, audit.author(), RegistryOutbox.trace(), key);
    var slot = slots.take(tenant);
    // Also when nobody is there any more to be answered.
    request.getCurrent().addEndHandler(_ -> slot.close());
    try {
      var until = clock.instant().plus(limits.maxDuration());
      var batches = batches(mediaType, body, until);
      var rejectedOnly = report.equals("rejected");
      var devices =
          new DeviceImport(job, batches, work, limits, mapper, clock, until, rejectedOnly);
      devices.begin();
      request.getCurrent().response().setWriteQueueMaxSize(limits.waitingAnswerBytes());
      return client -> {
        try (slot) {
          devices.goOn(client);
        } catch (IOException gone) {
          // Nobody is there to be told. What was committed stays, and the answer has no summary.
          LOG.debugf(gone, "The client of an import is gone");
        }
      };
    } catch (IOException brokenOff) {
      slot.close();
      throw RowSource.refused(
          "The body broke off before the first rows were whole, or was too slow.");
    } catch (RuntimeException failure) {
      slot.close();
      throw failure;
    }
  }

  private Batches batches(String mediaType, InputStream body, Instant until) throws IOException {
    var lines = new Lines(body, limits.maxRowBytes(), () -> clock.instant().isAfter(until));
    var isCsv = mediaType != null && mediaType.toLowerCase(Locale.ROOT).startsWith(BulkMedia.CSV);
    var rows =
        isCsv ? new CsvRows(lines, limits.maxRowBytes(), mapper) : new NdjsonRows(lines, mapper);
    // The same bytes mean something else in the other format.
    lines.digest(new byte[] {(byte) (isCsv ? 1 : 0)});
    return new Batches(
        rows,
        Math.min(limits.batchRows(), limits.maxRows()),
        limits.batchBytes(),
        row -> RowDemand.of(row, credentials));
  }
}
