package io.muster.command.commands;

import io.muster.command.queue.Written;
import io.muster.contract.id.DeviceAddress;
import io.muster.rest.audit.Author;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Sends commands in a transaction of somebody else's, so that they are sent exactly when that is
 * committed. Thread-safe.
 */
@ApplicationScoped
public class TransactionalCommands {
  private final KnownDevices devices;
  private final Intake intake;

  TransactionalCommands(KnownDevices devices, Intake intake) {
    this.devices = devices;
    this.intake = intake;
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
   * @return for {@link io.muster.command.queue.Queues#committed} after the commit
   */
  public Uni<Written> send(
      SqlConnection db,
      long queue,
      DeviceAddress device,
      UUID id,
      NewCommand command,
      Author author,
      Map<String, String> trace) {
    return intake.within(
        db, new Intake.Order(queue, device, id, command, Optional.empty(), author, trace));
  }
}
