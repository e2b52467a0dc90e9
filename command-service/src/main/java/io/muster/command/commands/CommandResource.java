package io.muster.command.commands;

import io.muster.command.life.State;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.rest.access.Caller;
import io.muster.rest.access.Roles;
import io.muster.rest.audit.Author;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.muster.rest.paging.PageLimit;
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
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jboss.resteasy.reactive.server.Cancellable;

/** {@code /api/v1/tenants/{tenant}/devices/{device}/commands}. */
@Path("/api/v1/tenants/{tenant}/devices/{device}/commands")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Commands")
// A client that hangs up must not cut a transaction short of its audit.
@Cancellable(false)
class CommandResource {
  private final Commands commands;
  private final CommandReader reader;
  private final Waiting waiting;
  private final CommandLimits limits;
  private final Caller caller;

  CommandResource(
      Commands commands,
      CommandReader reader,
      Waiting waiting,
      CommandLimits limits,
      Caller caller) {
    this.commands = commands;
    this.reader = reader;
    this.waiting = waiting;
    this.limits = limits;
    this.caller = caller;
  }

  @POST
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Send a command to a device",
      description =
          "It waits in the device's queue until the device is connected, and expires after its time"
              + " to live. A device may get it twice and knows it again by its id, which a one-way"
              + " command does not have. Repeated with the same Idempotency-Key nothing is sent"
              + " again. With Prefer: wait=N the answer comes when the command has ended, or after"
              + " N seconds.")
  public Uni<RestResponse<CommandView>> send(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @HeaderParam(IdempotencyKey.HEADER) String idempotencyKey,
      @HeaderParam(Preference.HEADER) String prefer,
      @NotNull @Valid CommandBody body) {
    var address = new DeviceAddress(tenant, device);
    var wanted = Preference.wait(prefer, limits.maxWait());
    var key = IdempotencyKey.read(idempotencyKey);
    var author = Author.of(caller);
    var trace = TraceProperties.current();
    // A preference may be left aside, and then nobody says that it was applied.
    var wait = wanted.filter(it -> waiting.enter());
    var id = commands.nextId();
    var sending =
        Uni.createFrom().deferred(() -> commands.send(address, id, body, key, author, trace));
    return wait.map(atMost -> waiting.forEndOf(address, id, sending, atMost))
        .orElseGet(
            () -> sending.flatMap(sent -> sent.orAsQueued(reader.read(address, sent.command()))))
        .onTermination()
        .invoke(() -> wait.ifPresent(it -> waiting.leave()))
        .map(command -> created(address, command, wait));
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "List a device's commands", description = "The newest first.")
  public Uni<Page<CommandView>> list(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @QueryParam("state") String state,
      @QueryParam("name") String name,
      @QueryParam("cursor") String cursor,
      @QueryParam("limit") @DefaultValue(PageLimit.DEFAULT) @Min(1) @Max(PageLimit.MAX) int limit) {
    var question =
        new CommandReader.Question(
            Optional.of(new DeviceAddress(tenant, device)), state(state), name(name));
    return reader.list(tenant, question, Cursor.read(cursor), limit);
  }

  @GET
  @Path("/{command}")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Read a command and what became of it")
  public Uni<CommandView> read(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @PathParam("command") UUID command) {
    return reader.read(new DeviceAddress(tenant, device), command);
  }

  @POST
  @Path("/{command}/cancel")
  @Consumes(MediaType.WILDCARD)
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Call a command off",
      description =
          "Its reason says whether the device may have had it: before-sending or after-sending."
              + " What has ended is 409.")
  public Uni<CommandView> cancel(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @PathParam("command") UUID command) {
    var address = new DeviceAddress(tenant, device);
    return commands
        .cancel(address, command, Author.of(caller))
        .flatMap(done -> reader.read(address, command));
  }

  static Optional<State> state(String label) {
    try {
      return Optional.ofNullable(label).map(State::of);
    } catch (IllegalArgumentException unknown) {
      throw Refusal.parameter("state", "is no state of a command");
    }
  }

  static Optional<String> name(String name) {
    if (name != null && !name.matches(CommandBody.NAME)) {
      throw Refusal.parameter("name", "is no name of a command");
    }
    return Optional.ofNullable(name);
  }

  private static RestResponse<CommandView> created(
      DeviceAddress device, CommandView command, Optional<Duration> wait) {
    var location =
        "/api/v1/tenants/%s/devices/%s/commands/%s"
            .formatted(device.tenant(), device.device(), command.id());
    var response =
        ResponseBuilder.create(RestResponse.Status.CREATED, command).location(URI.create(location));
    wait.ifPresent(it -> response.header(Preference.APPLIED, "wait=" + it.toSeconds()));
    return response.build();
  }
}
