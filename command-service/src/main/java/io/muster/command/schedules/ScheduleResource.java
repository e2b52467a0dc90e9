package io.muster.command.schedules;

import io.muster.contract.id.TenantId;
import io.muster.rest.access.Caller;
import io.muster.rest.access.Roles;
import io.muster.rest.audit.Author;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.muster.rest.paging.PageLimit;
import io.muster.rest.problem.Refusal;
import io.muster.rest.versions.IfMatch;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jboss.resteasy.reactive.server.Cancellable;

/** {@code /api/v1/tenants/{tenant}/schedules}. */
@Path("/api/v1/tenants/{tenant}/schedules")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Schedules")
// A client that hangs up must not cut a transaction short of its audit.
@Cancellable(false)
class ScheduleResource {
  private final Schedules schedules;
  private final ScheduleActions actions;
  private final ScheduleReader reader;
  private final Caller caller;

  ScheduleResource(
      Schedules schedules, ScheduleActions actions, ScheduleReader reader, Caller caller) {
    this.schedules = schedules;
    this.actions = actions;
    this.reader = reader;
    this.caller = caller;
  }

  @POST
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Send a command or begin a job at a time, or again and again",
      description =
          "Once at a time, or by a cron expression in a time zone. Of several times that were"
              + " missed the last alone is made up for, within a bound. Repeated with the same"
              + " Idempotency-Key nothing is made again.")
  public Uni<RestResponse<ScheduleView>> make(
      @PathParam("tenant") TenantId tenant,
      @HeaderParam(IdempotencyKey.HEADER) String idempotencyKey,
      @NotNull @Valid ScheduleBody body) {
    return schedules
        .make(tenant, body, IdempotencyKey.read(idempotencyKey), Author.of(caller))
        .flatMap(id -> reader.read(tenant, id))
        .map(schedule -> created(tenant, schedule));
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "List a tenant's schedules", description = "The newest first.")
  public Uni<Page<ScheduleView>> list(
      @PathParam("tenant") TenantId tenant,
      @QueryParam("state") String state,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue(PageLimit.DEFAULT) @Min(1) @Max(PageLimit.MAX) int limit) {
    return reader.list(tenant, state(state), Cursor.read(cursor), limit);
  }

  @GET
  @Path("/{schedule}")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Read a schedule, when it fires next and what became of it last")
  public Uni<RestResponse<ScheduleView>> read(
      @PathParam("tenant") TenantId tenant, @PathParam("schedule") UUID schedule) {
    return reader.read(tenant, schedule).map(ScheduleResource::withVersion);
  }

  @GET
  @Path("/{schedule}/firings")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "List what became of a schedule's times",
      description = "The last first; some are kept.")
  public Uni<Page<FiringView>> firings(
      @PathParam("tenant") TenantId tenant,
      @PathParam("schedule") UUID schedule,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue(PageLimit.DEFAULT) @Min(1) @Max(PageLimit.MAX) int limit) {
    return reader.firings(tenant, schedule, Cursor.read(cursor), limit);
  }

  @PUT
  @Path("/{schedule}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Replace a schedule",
      description =
          "Needs If-Match with the ETag it is based on. A paused one stays paused, a finished one"
              + " is active again.")
  public Uni<RestResponse<ScheduleView>> replace(
      @PathParam("tenant") TenantId tenant,
      @PathParam("schedule") UUID schedule,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch,
      @NotNull @Valid ScheduleBody body) {
    return then(
        tenant,
        schedule,
        actions.replace(tenant, schedule, body, IfMatch.required(ifMatch), Author.of(caller)));
  }

  @DELETE
  @Path("/{schedule}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Delete a schedule", description = "What it has sent goes on.")
  public Uni<Void> delete(
      @PathParam("tenant") TenantId tenant,
      @PathParam("schedule") UUID schedule,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch) {
    return actions.delete(tenant, schedule, IfMatch.optional(ifMatch), Author.of(caller));
  }

  @POST
  @Path("/{schedule}/pause")
  @Consumes(MediaType.WILDCARD)
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Stop a schedule for a while",
      description = "What falls into that time does not happen.")
  public Uni<RestResponse<ScheduleView>> pause(
      @PathParam("tenant") TenantId tenant,
      @PathParam("schedule") UUID schedule,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch) {
    return then(
        tenant,
        schedule,
        actions.pause(tenant, schedule, IfMatch.optional(ifMatch), Author.of(caller)));
  }

  @POST
  @Path("/{schedule}/resume")
  @Consumes(MediaType.WILDCARD)
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Let a paused schedule go on",
      description = "With its next time; one whose only time has passed is finished.")
  public Uni<RestResponse<ScheduleView>> resume(
      @PathParam("tenant") TenantId tenant,
      @PathParam("schedule") UUID schedule,
      @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch) {
    return then(
        tenant,
        schedule,
        actions.resume(tenant, schedule, IfMatch.optional(ifMatch), Author.of(caller)));
  }

  private Uni<RestResponse<ScheduleView>> then(TenantId tenant, UUID schedule, Uni<Void> action) {
    return action.flatMap(done -> reader.read(tenant, schedule)).map(ScheduleResource::withVersion);
  }

  private static Optional<ScheduleState> state(String label) {
    try {
      return Optional.ofNullable(label).map(ScheduleState::of);
    } catch (IllegalArgumentException unknown) {
      throw Refusal.parameter("state", "is no state of a schedule");
    }
  }

  private static RestResponse<ScheduleView> created(TenantId tenant, ScheduleView schedule) {
    var location = URI.create("/api/v1/tenants/%s/schedules/%s".formatted(tenant, schedule.id()));
    return ResponseBuilder.create(RestResponse.Status.CREATED, schedule)
        .location(location)
        .header(HttpHeaders.ETAG, IfMatch.etag(schedule.version()))
        .build();
  }

  private static RestResponse<ScheduleView> withVersion(ScheduleView schedule) {
    return ResponseBuilder.ok(schedule)
        .header(HttpHeaders.ETAG, IfMatch.etag(schedule.version()))
        .build();
  }
}
