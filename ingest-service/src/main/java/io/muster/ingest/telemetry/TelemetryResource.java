package io.muster.ingest.telemetry;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.ingest.paging.ReadsConfig;
import io.muster.ingest.paging.TimeCursor;
import io.muster.rest.access.Roles;
import io.muster.rest.paging.Page;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestMulti;

/** {@code /api/v1/tenants/{tenant}/devices/{device}/telemetry}. */
@Path("/api/v1/tenants/{tenant}/devices/{device}/telemetry")
@RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
@Tag(name = "Telemetry")
class TelemetryResource {
  static final String DEFAULT_LIMIT = "1000";
  static final int MAX_LIMIT = 10_000;

  private final TelemetryQuery query;
  private final TelemetryExport export;
  private final TelemetryConfig config;
  private final ReadsConfig reads;

  TelemetryResource(
      TelemetryQuery query, TelemetryExport export, TelemetryConfig config, ReadsConfig reads) {
    this.query = query;
    this.export = export;
    this.config = config;
    this.reads = reads;
  }

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Read a device's readings in order of time, or aggregates of them",
      description =
          "A page of large readings may hold fewer than limit and still have a next one. With"
              + " bucket each item is a span of time and each value an object of what aggregate"
              + " asks for. With Accept: application/x-ndjson or text/csv all readings of the range"
              + " are streamed.")
  public Uni<Page<ReadingItem>> readings(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @Parameter(description = "ISO-8601; the first moment that belongs to the range")
          @QueryParam("from")
          String from,
      @Parameter(description = "ISO-8601; the first moment that does not") @QueryParam("to")
          String to,
      @Parameter(description = "Names with commas between them; all when left out")
          @QueryParam("fields")
          List<String> fields,
      @Parameter(description = "ISO-8601 duration of a bucket; one begins at 1970-01-01T00:00:00Z")
          @QueryParam("bucket")
          String bucket,
      @Parameter(description = "Of count, sum, avg, min, max, first, last; avg when left out")
          @QueryParam("aggregate")
          List<String> aggregate,
      @QueryParam("limit") @DefaultValue(DEFAULT_LIMIT) @Min(1) @Max(MAX_LIMIT) int limit,
      @QueryParam("cursor") String cursor) {
    var range = TimeRange.of(from, to);
    var after = TimeCursor.read(cursor, TimeCursor.before(range.from()));
    var address = new DeviceAddress(tenant, device);
    var filter = FieldFilter.of(fields);
    var aggregates = Aggregate.of(aggregate);
    if (bucket == null) {
      requireNone("aggregate", !aggregates.isEmpty(), "needs a bucket");
      return query.readings(address, range, filter, after, limit);
    }
    var chosen = aggregates.isEmpty() ? EnumSet.of(Aggregate.AVG) : aggregates;
    return query.aggregated(
        address,
        range,
        filter,
        after,
        new Aggregation(
            Bucket.of(bucket),
            chosen,
            new Aggregation.Bounds(
                limit, config.aggregateRows(), reads.pageBytes(), config.columns())));
  }

  @GET
  @Produces(NdjsonLines.MEDIA_TYPE)
  @Operation(summary = "Export a device's readings, one JSON object on each line")
  public RestMulti<byte[]> ndjson(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @QueryParam("from") String from,
      @QueryParam("to") String to,
      @QueryParam("fields") List<String> fields,
      @QueryParam("bucket") String bucket,
      @QueryParam("aggregate") String aggregate) {
    requireNone("bucket", bucket != null || aggregate != null, "is not for exports");
    return streamed(
        export.ndjson(
            new DeviceAddress(tenant, device), TimeRange.of(from, to), FieldFilter.of(fields)));
  }

  @GET
  @Produces(CsvLines.MEDIA_TYPE)
  @Operation(summary = "Export a device's readings, a column for each field")
  public RestMulti<byte[]> csv(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @QueryParam("from") String from,
      @QueryParam("to") String to,
      @QueryParam("fields") List<String> fields,
      @QueryParam("bucket") String bucket,
      @QueryParam("aggregate") String aggregate) {
    requireNone("bucket", bucket != null || aggregate != null, "is not for exports");
    return streamed(
        export.csv(
            new DeviceAddress(tenant, device), TimeRange.of(from, to), FieldFilter.of(fields)));
  }

  @GET
  @Path("/latest")
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Read the latest value of each field of a device",
      description =
          "Looked for among its last readings: 500 unless configured otherwise, fewer when they are"
              + " large.")
  public Uni<LatestValues> latest(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @QueryParam("fields") List<String> fields) {
    return query.latest(new DeviceAddress(tenant, device), FieldFilter.of(fields));
  }

  private static void requireNone(String parameter, boolean given, String why) {
    if (given) {
      throw Refusal.parameter(parameter, why);
    }
  }

  /** The next page is asked for when the last one is written: the client's pace is ours. */
  private static RestMulti<byte[]> streamed(Uni<Multi<byte[]>> lines) {
    return RestMulti.fromUniResponse(lines, Function.identity());
  }
}
