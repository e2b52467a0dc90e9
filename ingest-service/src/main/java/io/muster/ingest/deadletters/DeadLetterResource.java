package io.muster.ingest.deadletters;

import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.intake.DeadLetterReason;
import io.muster.ingest.intake.Outcome;
import io.muster.ingest.intake.Replay;
import io.muster.ingest.people.AuditLog;
import io.muster.rest.access.Roles;
import io.muster.rest.paging.Page;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.UUID;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /api/v1/tenants/{tenant}/dead-letters}. */
@Path("/api/v1/tenants/{tenant}/dead-letters")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Dead letters")
class DeadLetterResource {
  private static final int MAX_LIMIT = 1_000;

  private final DeadLetters letters;
  private final Replay replay;
  private final AuditLog audit;

  DeadLetterResource(DeadLetters letters, Replay replay, AuditLog audit) {
    this.letters = letters;
    this.replay = replay;
    this.audit = audit;
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "List the messages that could not be understood, the newest first")
  public Uni<Page<DeadLetterItem>> list(
      @PathParam("tenant") TenantId tenant,
      @QueryParam("device") DeviceId device,
      @QueryParam("reason") String reason,
      @QueryParam("limit") @DefaultValue("100") @Min(1) @Max(MAX_LIMIT) int limit,
      @QueryParam("cursor") String cursor) {
    return letters
        .page(
            tenant,
            LetterCursor.read(cursor),
            device == null ? null : device.value(),
            reason(reason),
            limit + 1)
        .map(found -> found.page(limit, Function.identity(), last -> LetterCursor.text(last.id())));
  }

  private static DeadLetterReason reason(String label) {
    try {
      return label == null ? null : DeadLetterReason.of(label);
    } catch (IllegalArgumentException unknown) {
      throw Refusal.parameter("reason", "is none that a dead letter has");
    }
  }

  @GET
  @Path("/{id}")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Read a dead letter with its payload")
  public Uni<DeadLetterItem> read(@PathParam("tenant") TenantId tenant, @PathParam("id") UUID id) {
    return require(tenant, id).map(DeadLetterItem::whole);
  }

  @POST
  @Path("/{id}/replay")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Take a dead letter in once more",
      description =
          "As if it came now, with the time at which it arrived. When it is kept the dead letter"
              + " is gone; else it stays, and the answer is 409 with the reason.")
  public Uni<Void> replay(@PathParam("tenant") TenantId tenant, @PathParam("id") UUID id) {
    return require(tenant, id)
        .chain(letter -> replay.offer(letter, topic(letter)))
        .chain(outcome -> settle(tenant, id, outcome));
  }

  private static DeviceTopic topic(DeadLetter letter) {
    if (letter.isCut()) {
      throw new Refusal.Conflict(
              "dead-letter-cut", "Only the first bytes of its payload were kept.")
          .asException();
    }
    var topic = DeviceTopic.parse(letter.topic());
    if (letter.reason() == DeadLetterReason.TOPIC_NOT_ALLOWED || topic.isEmpty()) {
      throw new Refusal.Conflict("topic-not-allowed", "The device may not publish under its topic.")
          .asException();
    }
    return topic.get();
  }

  private Uni<Void> settle(TenantId tenant, UUID id, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Kept _ ->
          letters
              .discard(tenant, id)
              .invoke(gone -> audit("dead-letter-replayed", tenant, id))
              .replaceWithVoid();
      case Outcome.DeadLettered again ->
          throw new Refusal.Conflict(
                  "still-not-understood", "It is refused again: " + again.reason().label() + ".")
              .asException();
      case Outcome.Refused _ ->
          throw new Refusal.Conflict(
                  "still-not-understood", "It is refused again, and its device is in quarantine.")
              .asException();
    };
  }

  @DELETE
  @Path("/{id}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Discard a dead letter")
  public Uni<Void> discard(@PathParam("tenant") TenantId tenant, @PathParam("id") UUID id) {
    return letters
        .discard(tenant, id)
        .invoke(
            gone -> {
              if (!gone) {
                throw absent();
              }
              audit("dead-letter-discarded", tenant, id);
            })
        .replaceWithVoid();
  }

  private Uni<DeadLetter> require(TenantId tenant, UUID id) {
    return letters.find(tenant, id).onItem().ifNull().failWith(DeadLetterResource::absent);
  }

  private static RuntimeException absent() {
    return new Refusal.Absent("There is no such dead letter.").asException();
  }

  private void audit(String what, TenantId tenant, UUID id) {
    audit.record(what, tenant + " " + id);
  }
}
