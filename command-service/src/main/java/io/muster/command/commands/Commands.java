package io.muster.command.commands;

import io.muster.command.audit.AuditEntry;
import io.muster.command.audit.AuditLog;
import io.muster.command.database.Database;
import io.muster.command.life.Happening;
import io.muster.command.life.Outcome;
import io.muster.command.problem.ConflictKind;
import io.muster.command.queue.QueueTransaction;
import io.muster.command.queue.Queues;
import io.muster.contract.id.DeviceAddress;
import io.muster.outbox.EventIds;
import io.muster.rest.audit.Author;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Sends and cancels commands. Thread-safe. */
@ApplicationScoped
class Commands {
  private final Database database;
  private final KnownDevices devices;
  private final Intake intake;
  private final NewCommands table;
  private final Queues queues;
  private final AuditLog audit;
  private final CommandLimits limits;
  private final Clock clock;
  private final EventIds ids;

  Commands(
      Database database,
      KnownDevices devices,
      Intake intake,
      NewCommands table,
      Queues queues,
      AuditLog audit,
      CommandLimits limits,
      Clock clock) {
    this.database = database;
    this.devices = devices;
    this.intake = intake;
    this.table = table;
    this.queues = queues;
    this.audit = audit;
    this.limits = limits;
    this.clock = clock;
    this.ids = new EventIds(clock);
  }

  /** The id of a command that is to be sent. */
  UUID nextId() {
    return ids.next();
  }

  /**
   * Puts a command into its device's queue, and on its way when the device is there.
   *
   * @param id which a repeated request has for nothing
   * @param trace W3C trace context of the request
   */
  Uni<Intake.Sent> send(
      DeviceAddress device,
      UUID id,
      CommandBody body,
      Optional<IdempotencyKey> key,
      Author author,
      Map<String, String> trace) {
    var command = NewCommand.read(body, limits, clock.instant());
    return devices
        .queueOf(device)
        .flatMap(
            queue -> intake.put(new Intake.Order(queue, device, id, command, key, author, trace)));
  }

  /** Calls a command off; fails with 409 when it has ended, with 404 when there is none. */
  Uni<Void> cancel(DeviceAddress device, UUID id, Author author) {
    var entry = AuditEntry.ofDevice("command-cancelled", device, "/commands/" + id);
    return database
        .inTransaction(
            db ->
                queues
                    .begin(db, List.of(device))
                    .call(open -> cancel(db, open, device, id))
                    .flatMap(QueueTransaction::write)
                    .call(written -> audit.write(db, entry, author)))
        .invoke(
            written -> {
              audit.tell(entry, author);
              queues.committed(written);
            })
        .replaceWithVoid();
  }

  private Uni<Void> cancel(SqlConnection db, QueueTransaction open, DeviceAddress device, UUID id) {
    var outcome = open.apply(device, id, new Happening.Cancelled(null, clock.instant()));
    if (outcome.orElse(null) instanceof Outcome.Changed) {
      return Uni.createFrom().voidItem();
    }
    return table
        .exists(db, device, id)
        .invoke(
            exists -> {
              throw exists
                  ? new Refusal.Conflict(
                          ConflictKind.COMMAND_FINISHED, "The command has ended already.")
                      .asException()
                  : new Refusal.Absent("The device has no such command.").asException();
            })
        .replaceWithVoid();
  }
}
