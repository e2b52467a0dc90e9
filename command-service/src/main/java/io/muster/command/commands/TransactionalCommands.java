package io.muster.command.commands;

import io.muster.command.audit.AuditEntry;
import io.muster.command.audit.AuditLog;
import io.muster.command.database.Pipeline;
import io.muster.command.queue.QueueTransaction;
import io.muster.command.queue.Queues;
import io.muster.command.queue.Written;
import io.muster.contract.id.DeviceAddress;
import io.muster.rest.audit.Author;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Sends commands in a transaction of somebody else's, so that they are sent exactly when that is
 * committed. Thread-safe.
 */
@ApplicationScoped
public class TransactionalCommands {
  private final KnownDevices devices;
  private final NewCommands table;
  private final Queues queues;
  private final AuditLog audit;

  TransactionalCommands(KnownDevices devices, NewCommands table, Queues queues, AuditLog audit) {
    this.devices = devices;
    this.table = table;
    this.queues = queues;
    this.audit = audit;
  }

  /**
   * The queue of a device. Fails with 404 when there is no such device, with 503 when nobody knows;
   * maybe the registry is asked, so not within the transaction.
   */
  public Uni<Long> queueOf(DeviceAddress device) {
    return devices.queueOf(device);
  }

  /**
   * Puts a command into its device's queue. Fails with 404 when the device was deleted meanwhile,
   * with 429 when device or tenant have as many open commands as they may.
   *
   * @param queue of the device
   * @param trace W3C trace context of what it is sent for
   * @return for {@link Queues#committed} after the commit
   */
  public Uni<Written> send(
      SqlConnection db,
      long queue,
      DeviceAddress device,
      UUID id,
      NewCommand command,
      Author author,
      Map<String, String> trace) {
    var entry = AuditEntry.ofDevice("command-sent", device, "/commands/" + id);
    return table
        .lock(db, queue)
        .flatMap(open -> table.checkRoom(db, device.tenant(), open))
        .flatMap(
            room ->
                Pipeline.of(
                    table.insert(db, table.row(queue, device, id, command, author, trace)),
                    audit.write(db, entry, author)))
        .flatMap(done -> queues.begin(db, List.of(device)))
        .flatMap(QueueTransaction::write);
  }
}
