package io.muster.command.jobs;

import io.muster.command.life.State;
import io.muster.contract.id.TenantId;
import io.muster.rest.access.Caller;
import io.muster.rest.access.Roles;
import io.muster.rest.audit.Author;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.muster.rest.paging.PageLimit;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.muster.rest.tracing.TraceProperties;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jboss.resteasy.reactive.server.Cancellable;

/** {@code /api/v1/tenants/{tenant}/jobs}. */
@Path("/api/v1/tenants/{tenant}/jobs")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Jobs")
// A client that hangs up must not cut a transaction short of its audit.
@Cancellable(false)
class JobResource {
  private static final List<String> RETRIED =
      List.of(
          State.FAILED.label(),
          State.REJECTED.label(),
          State.TIMED_OUT.label(),
          State.EXPIRED.label());

  private final Jobs jobs;
  private final JobActions actions;
  private final JobReader reader;
  private final Caller caller;

  JobResource(Jobs jobs, JobActions actions, JobReader reader, Caller caller) {
    this.jobs = jobs;
    this.actions = actions;
    this.reader = reader;
    this.caller = caller;
  }

  @POST
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Send a command to many devices",
      description =
          "To those that are listed, to a group or to who fits a filter, as they are when the job"
              + " begins, or continuous. Repeated with the same Idempotency-Key nothing is made"
              + " again.")
  public Uni<RestResponse<JobView>> make(
      @PathParam("tenant") TenantId tenant,
      @HeaderParam(IdempotencyKey.HEADER) String idempotencyKey,
      @NotNull @Valid JobBody body) {
    return jobs.make(
            tenant,
            body,
            IdempotencyKey.read(idempotencyKey),
            Author.of(caller),
            TraceProperties.current())
        .flatMap(id -> reader.read(tenant, id))
        .map(job -> created(tenant, job));
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "List a tenant's jobs", description = "The newest first, without counts.")
  public Uni<Page<JobView>> list(
      @PathParam("tenant") TenantId tenant,
      @QueryParam("state") String state,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue(PageLimit.DEFAULT) @Min(1) @Max(PageLimit.MAX) int limit) {
    return reader.list(tenant, state(state), Cursor.read(cursor), limit);
  }

  @GET
  @Path("/{job}")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Read a job, and how many of its devices are in which state")
  public Uni<JobView> read(@PathParam("tenant") TenantId tenant, @PathParam("job") UUID job) {
    return reader.read(tenant, job);
  }

  @GET
  @Path("/{job}/devices")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "List a job's devices", description = "In the order of their ids.")
  public Uni<Page<JobTargetView>> devices(
      @PathParam("tenant") TenantId tenant,
      @PathParam("job") UUID job,
      @QueryParam("state") String state,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue(PageLimit.DEFAULT) @Min(1) @Max(PageLimit.MAX) int limit) {
    if (state != null && !state.matches("[a-z-]{1,20}")) {
      throw Refusal.parameter("state", "is no state of a device or its command");
    }
    return reader.devices(tenant, job, state, Cursor.read(cursor), limit);
  }

  @POST
  @Path("/{job}/pause")
  @Consumes(MediaType.WILDCARD)
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Stop a job for a while",
      description = "Nobody else is given the command; commands that were given go on.")
  public Uni<JobView> pause(@PathParam("tenant") TenantId tenant, @PathParam("job") UUID job) {
    return actions.pause(tenant, job, Author.of(caller)).flatMap(done -> reader.read(tenant, job));
  }

  @POST
  @Path("/{job}/resume")
  @Consumes(MediaType.WILDCARD)
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Let a paused job go on",
      description = "Outside of its maintenance window it waits for that.")
  public Uni<JobView> resume(@PathParam("tenant") TenantId tenant, @PathParam("job") UUID job) {
    return actions.resume(tenant, job, Author.of(caller)).flatMap(done -> reader.read(tenant, job));
  }

  @POST
  @Path("/{job}/cancel")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Call a job off",
      description =
          "Nobody else is given the command, and commands that were not sent are called off; with"
              + " alsoSent those that were as well.")
  public Uni<JobView> cancel(
      @PathParam("tenant") TenantId tenant, @PathParam("job") UUID job, CancelJobBody body) {
    var alsoSent = body != null && Boolean.TRUE.equals(body.alsoSent());
    return actions
        .cancel(tenant, job, alsoSent, Author.of(caller))
        .flatMap(done -> reader.read(tenant, job));
  }

  @POST
  @Path("/{job}/retry")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Give failed devices another turn",
      description = "A job that was completed or aborted goes on. Each gets a new command.")
  public Uni<JobView> retry(
      @PathParam("tenant") TenantId tenant, @PathParam("job") UUID job, RetryJobBody body) {
    return actions
        .retry(tenant, job, states(body), Author.of(caller))
        .flatMap(done -> reader.read(tenant, job));
  }

  private static List<String> states(RetryJobBody body) {
    if (body == null || body.states() == null) {
      return RETRIED;
    }
    var known = new java.util.ArrayList<>(RETRIED);
    known.add(State.CANCELLED.label());
    if (body.states().isEmpty() || !known.containsAll(body.states())) {
      throw new Refusal.Meaningless(
              List.of(FieldError.at("/states", "must be some of " + String.join(", ", known))))
          .asException();
    }
    return body.states();
  }

  private static Optional<JobState> state(String label) {
    try {
      return Optional.ofNullable(label).map(JobState::of);
    } catch (IllegalArgumentException unknown) {
      throw Refusal.parameter("state", "is no state of a job");
    }
  }

  private static RestResponse<JobView> created(TenantId tenant, JobView job) {
    var location = URI.create("/api/v1/tenants/%s/jobs/%s".formatted(tenant, job.id()));
    return ResponseBuilder.create(RestResponse.Status.CREATED, job).location(location).build();
  }
}
