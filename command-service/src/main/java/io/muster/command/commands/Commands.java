package io.muster.command.commands;

import io.muster.command.audit.AuditEntry;
import io.muster.command.audit.AuditLog;
import io.muster.command.database.Database;
import io.muster.command.database.Pipeline;
import io.muster.command.life.Happening;
import io.muster.command.life.Outcome;
import io.muster.command.problem.ConflictKind;
import io.muster.command.queue.QueueTransaction;
import io.muster.command.queue.Queues;
import io.muster.command.queue.Written;
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
  private final NewCommands table;
  private final IdempotentRequests requests;
  private final Queues queues;
  private final AuditLog audit;
  private final CommandLimits limits;
  private final Clock clock;
  private final EventIds ids;

  Commands(
      Database database,
      KnownDevices devices,
      NewCommands table,
      IdempotentRequests requests,
      Queues queues,
      AuditLog audit,
      CommandLimits limits,
      Clock clock) {
    this.database = database;
    this.devices = devices;
    this.table = table;
    this.requests = requests;
    this.queues = queues;
    this.audit = audit;
    this.limits = limits;
    this.clock = clock;
    this.ids = new EventIds(clock);
  }

  /**
   * A command that was sent, by this request or by the one that it repeats.
   *
   * @param row null for a repeated request
   */
  record Sent(UUID command, NewCommands.Row row, Written written) {

    boolean isNew() {
      return row != null;
    }

    /**
     * What a look at it shows; as it was queued when that fails. It is sent, whatever comes after:
     * who hears of a failure and of no id sends it once more. A repeated request may be repeated.
     */
    Uni<CommandView> orAsQueued(Uni<CommandView> look) {
      return isNew() ? look.onFailure().recoverWithItem(() -> CommandView.queued(row)) : look;
    }
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
  Uni<Sent> send(
      DeviceAddress device,
      UUID id,
      CommandBody body,
      Optional<IdempotencyKey> key,
      Author author,
      Map<String, String> trace) {
    var now = clock.instant();
    var command = NewCommand.read(body, limits, now);
    var entry = AuditEntry.ofDevice("command-sent", device, "/commands/" + id);
    return devices
        .queueOf(device)
        .flatMap(
            queue ->
                database.inTransaction(
                    db ->
                        table
                            .lock(db, queue)
                            .flatMap(
                                open ->
                                    earlier(db, queue, key, command)
                                        .flatMap(
                                            known ->
                                                known.isPresent()
                                                    ? Uni.createFrom()
                                                        .item(
                                                            new Sent(
                                                                known.get(), null, Written.NOTHING))
                                                    : insert(
                                                        db, queue, open, device, id, command,
                                                        author, trace, key, entry)))))
        .invoke(
            sent -> {
              if (sent.isNew()) {
                audit.tell(entry, author);
                queues.committed(sent.written());
              }
            });
  }

  private Uni<Optional<UUID>> earlier(
      SqlConnection db, long queue, Optional<IdempotencyKey> key, NewCommand command) {
    return key.isEmpty()
        ? Uni.createFrom().item(Optional.empty())
        : requests
            .find(db, queue, key.get())
            .map(
                found ->
                    found.map(
                        it -> {
                          if (!java.util.Arrays.equals(
                              it.requestSha256(), command.requestSha256())) {
                            throw new Refusal.Conflict(
                                    ConflictKind.IDEMPOTENCY_KEY_USED,
                                    "The Idempotency-Key was used for another command.")
                                .asException();
                          }
                          return it.command();
                        }));
  }

  private Uni<Sent> insert(
      SqlConnection db,
      long queue,
      int open,
      DeviceAddress device,
      UUID id,
      NewCommand command,
      Author author,
      Map<String, String> trace,
      Optional<IdempotencyKey> key,
      AuditEntry entry) {
    var row = table.row(queue, device, id, command, author, trace);
    return table
        .checkRoom(db, device.tenant(), open)
        .flatMap(
            room ->
                Pipeline.of(
                    table.insert(db, row),
                    key.isEmpty()
                        ? Uni.createFrom().voidItem()
                        : requests.store(db, queue, key.get(), command.requestSha256(), id),
                    audit.write(db, entry, author)))
        .flatMap(done -> queues.begin(db, List.of(device)))
        .flatMap(QueueTransaction::write)
        .map(written -> new Sent(id, row, written));
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
