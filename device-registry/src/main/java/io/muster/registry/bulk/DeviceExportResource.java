package io.muster.registry.bulk;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.contract.id.TenantId;
import io.muster.registry.devices.DeviceConditions;
import io.muster.registry.devices.DeviceRepresentation;
import io.muster.registry.search.Filter;
import io.muster.rest.access.Roles;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;

/** {@code /api/v1/tenants/{tenant}/device-export}. */
@Path("/api/v1/tenants/{tenant}/device-export")
@Tag(name = "Bulk")
class DeviceExportResource {
  private static final Logger LOG = Logger.getLogger(DeviceExportResource.class);

  private final DeviceConditions conditions;
  private final Pool pool;
  private final Slots slots;
  private final BulkLimits limits;
  private final ObjectMapper mapper;
  private final CurrentVertxRequest request;

  DeviceExportResource(
      DeviceConditions conditions,
      Pool pool,
      Slots slots,
      BulkLimits limits,
      ObjectMapper mapper,
      CurrentVertxRequest request) {
    this.conditions = conditions;
    this.pool = pool;
    this.slots = slots;
    this.limits = limits;
    this.mapper = mapper;
    this.request = request;
  }

  @GET
  @RunOnVirtualThread
  @Produces(BulkMedia.NDJSON)
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "All devices of a tenant, or those that fit",
      description =
          "A device in each line, as NDJSON or, with Accept: text/csv, as CSV; gateways before what"
              + " is behind them. It can be imported again.")
  @APIResponse(
      responseCode = "200",
      description = "A line for each device",
      content = {
        @Content(
            mediaType = BulkMedia.NDJSON,
            schema = @Schema(implementation = DeviceRepresentation.class)),
        @Content(mediaType = BulkMedia.CSV, schema = @Schema(type = SchemaType.STRING))
      })
  public StreamingOutput exportDevices(
      @PathParam("tenant") TenantId tenant,
      @Parameter(description = "Which devices, as in their list") @QueryParam("filter")
          String filter) {
    return open(tenant, filter, _ -> new ExportFormat.Ndjson(mapper));
  }

  /** A method of its own, so that what is written is what was agreed on. */
  @GET
  @RunOnVirtualThread
  @Produces(BulkMedia.CSV)
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(hidden = true)
  public StreamingOutput exportCsv(
      @PathParam("tenant") TenantId tenant, @QueryParam("filter") String filter) {
    return open(
        tenant, filter, pages -> new CsvFormat(pages.attributeNames(limits.csvColumns()), mapper));
  }

  /** Reads the first page before anything is answered: what is wrong has a status of its own. */
  private StreamingOutput open(
      TenantId tenant, String filter, Function<ExportPages, ExportFormat> format) {
    var slot = slots.take(tenant);
    var exchange = request.getCurrent();
    // Also when nobody is there any more to be answered.
    exchange.addEndHandler(_ -> slot.close());
    try {
      var within = limits.transactionTimeout();
      var condition =
          conditions
              .of(tenant, Optional.ofNullable(filter).map(Filter::read))
              .ifNoItem()
              .after(within)
              .failWith(TimeoutException::new)
              .await()
              .indefinitely();
      var pages = new ExportPages(pool, condition, within);
      var wanted = format.apply(pages);
      var first = pages.next();
      return client -> {
        try (slot) {
          write(wanted, first, pages, client);
        } catch (IOException | RuntimeException failure) {
          // An answer that just ends would look whole: the connection breaks off instead.
          LOG.infof("An export broke off: %s", failure);
          exchange.request().connection().close();
        }
      };
    } catch (RuntimeException failure) {
      slot.close();
      throw failure;
    }
  }

  private static void write(
      ExportFormat format, List<DeviceRepresentation> first, ExportPages pages, OutputStream client)
      throws IOException {
    var text = new StringBuilder(format.header());
    for (var page = first; page != null; page = pages.next()) {
      page.forEach(device -> format.write(device, text));
      client.write(text.toString().getBytes(StandardCharsets.UTF_8));
      client.flush();
      text.setLength(0);
    }
    client.write(text.toString().getBytes(StandardCharsets.UTF_8));
  }
}
