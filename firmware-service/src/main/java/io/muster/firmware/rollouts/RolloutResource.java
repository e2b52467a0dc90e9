package io.muster.firmware.rollouts;

import io.muster.contract.id.TenantId;
import io.muster.firmware.paging.KeyCursor;
import io.muster.rest.access.Caller;
import io.muster.rest.access.Roles;
import io.muster.rest.audit.Author;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.muster.rest.paging.PageLimit;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** {@code /api/v1/tenants/{tenant}/rollouts}. */
@Path("/api/v1/tenants/{tenant}/rollouts")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Rollouts")
@RunOnVirtualThread
class RolloutResource {
  private static final List<String> RETRIED = List.of(DeviceState.FAILED, DeviceState.OVERDUE);
  private static final Set<String> RETRIABLE =
      Set.of(
          DeviceState.FAILED,
          DeviceState.OVERDUE,
          DeviceState.UNREACHED,
          DeviceState.CANCELLED,
          DeviceState.DISABLED);

  private final Rollouts rollouts;
  private final RolloutActions actions;
  private final WaysBack waysBack;
  private final Census census;
  private final RolloutReader reader;
  private final DeviceReader devices;
  private final Caller caller;

  RolloutResource(
      Rollouts rollouts,
      RolloutActions actions,
      WaysBack waysBack,
      Census census,
      RolloutReader reader,
      DeviceReader devices,
      Caller caller) {
    this.rollouts = rollouts;
    this.actions = actions;
    this.waysBack = waysBack;
    this.census = census;
    this.reader = reader;
    this.devices = devices;
    this.caller = caller;
  }

  /** What somebody says to a rollout that waits for approval. */
  @Schema(name = "RolloutDecisionInput")
  record DecisionBody(@Size(max = 2_000) @Schema(description = "For people") String note) {}

  /** How a rollout is called off. */
  @Schema(name = "CancelRolloutInput")
  record CancelBody(
      @Schema(
              description =
                  "Whether devices that have seen their update and not ended it are asked to leave"
                      + " it, too; false when absent")
          Boolean alsoSeen) {}

  /** Which devices have another turn. */
  @Schema(name = "RetryRolloutInput")
  record RetryDevicesBody(
      @Schema(
              description =
                  "failed, overdue, unreached, cancelled, disabled; failed and overdue when absent")
          List<@NotNull String> states) {}

  /** How a rollout is taken back. */
  @Schema(name = "RollbackInput")
  record RollbackBody(
      @Valid RateBody rate,
      @Min(1) @Schema(description = "How many devices may be at it at a time") Integer atOnce) {}

  @POST
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Give a distribution to many devices",
      description =
          "To those that are listed, to a group or to who fits a filter; in groups one after"
              + " another. Repeated with the same Idempotency-Key nothing is made again.")
  public RestResponse<RolloutView> make(
      @PathParam("tenant") TenantId tenant,
      @HeaderParam(IdempotencyKey.HEADER) String idempotencyKey,
      @NotNull @Valid RolloutBody body) {
    return created(
        tenant,
        rollouts.make(tenant, body, IdempotencyKey.read(idempotencyKey), Author.of(caller)));
  }

  @POST
  @Path("/forecast")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Say what a rollout would be like",
      description = "How many devices, which of them it fits, and how long. Makes nothing.")
  public ForecastView forecast(
      @PathParam("tenant") TenantId tenant, @NotNull @Valid RolloutBody body) {
    return census.take(tenant, body);
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "List rollouts",
      description = "The newest first, without counts and listed devices.")
  public Page<RolloutView> list(
      @PathParam("tenant") TenantId tenant,
      @QueryParam("state") String state,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue(PageLimit.DEFAULT) @Min(1) @Max(PageLimit.MAX) int limit) {
    var found = reader.list(tenant, state(state), KeyCursor.read(cursor), limit + 1);
    return Page.of(found, limit, it -> KeyCursor.text(it.key()), RolloutReader.Listed::view);
  }

  @GET
  @Path("/{rollout}")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Read a rollout, and how many of its devices are where")
  public RolloutView read(
      @PathParam("tenant") TenantId tenant, @PathParam("rollout") UUID rollout) {
    return reader.read(tenant, rollout);
  }

  @GET
  @Path("/{rollout}/devices")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "List a rollout's devices",
      description = "In the order of their ids; state is one of those in the rollout's counts.")
  public Page<RolloutDeviceView> devices(
      @PathParam("tenant") TenantId tenant,
      @PathParam("rollout") UUID rollout,
      @QueryParam("state") String state,
      @QueryParam("group") Integer group,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue(PageLimit.DEFAULT) @Min(1) @Max(PageLimit.MAX) int limit) {
    return devices.list(tenant, rollout, deviceState(state), group, Cursor.read(cursor), limit);
  }

  @POST
  @Path("/{rollout}/approve")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Agree to a rollout that somebody else made")
  public RolloutView approve(
      @PathParam("tenant") TenantId tenant,
      @PathParam("rollout") UUID rollout,
      @Valid DecisionBody body) {
    actions.approve(tenant, rollout, body == null ? null : body.note(), Author.of(caller));
    return reader.read(tenant, rollout);
  }

  @POST
  @Path("/{rollout}/reject")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Do not agree to a rollout that somebody else made")
  public RolloutView reject(
      @PathParam("tenant") TenantId tenant,
      @PathParam("rollout") UUID rollout,
      @Valid DecisionBody body) {
    actions.reject(tenant, rollout, body == null ? null : body.note(), Author.of(caller));
    return reader.read(tenant, rollout);
  }

  @POST
  @Path("/{rollout}/start")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Start a rollout that waits for that")
  public RolloutView start(
      @PathParam("tenant") TenantId tenant, @PathParam("rollout") UUID rollout) {
    actions.start(tenant, rollout, Author.of(caller));
    return reader.read(tenant, rollout);
  }

  @POST
  @Path("/{rollout}/pause")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Stop a rollout for a while",
      description =
          "No more devices get it. Those that have seen their update go on; from others it is taken"
              + " back, and they have their turn when it goes on.")
  public RolloutView pause(
      @PathParam("tenant") TenantId tenant, @PathParam("rollout") UUID rollout) {
    actions.pause(tenant, rollout, Author.of(caller));
    return reader.read(tenant, rollout);
  }

  @POST
  @Path("/{rollout}/resume")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Let a rollout go on",
      description =
          "Outside of its maintenance window it waits for that. One that stopped goes on in spite"
              + " of the failures of the groups that have begun.")
  public RolloutView resume(
      @PathParam("tenant") TenantId tenant, @PathParam("rollout") UUID rollout) {
    actions.resume(tenant, rollout, Author.of(caller));
    return reader.read(tenant, rollout);
  }

  @POST
  @Path("/{rollout}/cancel")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Call a rollout off",
      description =
          "Nobody else gets it, and what devices have not seen is taken back; with alsoSeen those"
              + " that are at it are asked to leave it as well.")
  public RolloutView cancel(
      @PathParam("tenant") TenantId tenant, @PathParam("rollout") UUID rollout, CancelBody body) {
    var alsoSeen = body != null && Boolean.TRUE.equals(body.alsoSeen());
    actions.cancel(tenant, rollout, alsoSeen, Author.of(caller));
    return reader.read(tenant, rollout);
  }

  @POST
  @Path("/{rollout}/retry")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Give failed devices another turn",
      description = "A rollout that stopped or finished goes on.")
  public RolloutView retry(
      @PathParam("tenant") TenantId tenant,
      @PathParam("rollout") UUID rollout,
      @Valid RetryDevicesBody body) {
    actions.retry(tenant, rollout, states(body), Author.of(caller));
    return reader.read(tenant, rollout);
  }

  @POST
  @Path("/{rollout}/rollback")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Take a rollout back",
      description =
          "It is cancelled, and another rollout, the answer, gives each device that has it, or may"
              + " have it yet, what it had before. Needs no approval.")
  public RestResponse<RolloutView> rollback(
      @PathParam("tenant") TenantId tenant,
      @PathParam("rollout") UUID rollout,
      @Valid RollbackBody body) {
    var rate = body == null ? null : body.rate();
    PlanChecks.checkRate(rate);
    return created(
        tenant,
        waysBack.make(
            tenant, rollout, rate, body == null ? null : body.atOnce(), Author.of(caller)));
  }

  private static List<String> states(RetryDevicesBody body) {
    if (body == null || body.states() == null) {
      return RETRIED;
    }
    if (body.states().isEmpty() || !RETRIABLE.containsAll(body.states())) {
      throw new Refusal.Meaningless(
              List.of(
                  FieldError.at(
                      "/states",
                      "must be some of failed, overdue, unreached, cancelled, disabled")))
          .asException();
    }
    return body.states();
  }

  private static Optional<RolloutState> state(String label) {
    try {
      return Optional.ofNullable(label).map(RolloutState::of);
    } catch (IllegalArgumentException unknown) {
      throw oneOf(Arrays.stream(RolloutState.values()).map(RolloutState::label).toList());
    }
  }

  private static String deviceState(String state) {
    if (state != null && !Standings.STATES.contains(state)) {
      throw oneOf(Standings.STATES);
    }
    return state;
  }

  private static RuntimeException oneOf(List<String> states) {
    return Refusal.parameter("state", "must be one of " + String.join(", ", states));
  }

  private RestResponse<RolloutView> created(TenantId tenant, UUID id) {
    return ResponseBuilder.create(RestResponse.Status.CREATED, reader.read(tenant, id))
        .location(URI.create("/api/v1/tenants/%s/rollouts/%s".formatted(tenant, id)))
        .build();
  }
}
