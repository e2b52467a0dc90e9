package io.muster.ingest.endpoint;

import io.muster.contract.id.ClientIdentifier;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.ingest.endpoint.down.Downward;
import io.muster.ingest.endpoint.down.Reachable;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.heard.HeardDevice;
import io.muster.ingest.relay.Downlink.DownwardMessage;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;

/** How other threads reach one connection, from its CONNECT on. Thread-safe. */
final class Reach implements Reachable {
  /** An admission takes seconds at most; a device whose credentials come and go so fast waits. */
  private static final int MOST_WITHDRAWN = 32;

  private final DeviceConnection connection;
  private final ClientIdentifier client;
  private final long connectionId;

  /** While nobody knows yet what it showed; on the event loop. */
  private final Set<UUID> withdrawn = new HashSet<>(2);

  /** What the registry said of what it showed; null at first; on the event loop. */
  private VerifyAnswer.Allowed shown;

  private volatile ActiveSession session;
  private volatile Downward downward;
  private volatile DeviceLimits changed;
  private volatile HeardDevice heard;

  Reach(DeviceConnection connection, ClientIdentifier client, long connectionId) {
    this.connection = connection;
    this.client = client;
    this.connectionId = connectionId;
  }

  /**
   * The connection was accepted.
   *
   * @param nowMillis since 1970
   */
  void settle(ActiveSession settled, Downward down, int keepAliveSeconds, long nowMillis) {
    downward = down;
    heard = new HeardDevice(client.device(), nowMillis, keepAliveSeconds, true);
    session = settled;
  }

  /** Something of the client has come. On the event loop. */
  void heard(long atMillis) {
    var before = heard;
    if (atMillis > before.atMillis()) {
      heard = new HeardDevice(before.device(), atMillis, before.keepAliveSeconds(), true);
    }
  }

  /** When its device was last heard of; null until it is accepted. */
  @Override
  public HeardDevice heard() {
    return heard;
  }

  @Override
  public DeviceAddress device() {
    return client.device();
  }

  @Override
  public String clientIdentifier() {
    return client.value();
  }

  @Override
  public long connectionId() {
    return connectionId;
  }

  @Override
  public long epoch() {
    var settled = session;
    return settled == null ? 0 : settled.epoch();
  }

  @Override
  public void deliver(DownwardMessage message) {
    downward.offer(message);
  }

  @Override
  public void limits(DeviceLimits limits) {
    changed = limits;
  }

  /** What its tenant's limits became since the registry was asked; null: they did not change. */
  DeviceLimits changedLimits() {
    return changed;
  }

  @Override
  public void depart() {
    onLoop(connection::depart);
  }

  @Override
  public void endFromOutside(EndReason reason, String detail) {
    onLoop(() -> connection.endFromOutside(reason, detail));
  }

  @Override
  public void endIfShown(UUID gone, String detail) {
    onLoop(
        () -> {
          if (shown == null && withdrawn.size() < MOST_WITHDRAWN) {
            withdrawn.add(gone);
          } else if (shown == null || isShown(gone)) {
            connection.endFromOutside(EndReason.CREDENTIAL_ENDED, detail);
          }
        });
  }

  /**
   * Now it is known what it showed. On the event loop.
   *
   * @return whether that has been withdrawn since the registry was asked
   */
  boolean hasShownWithdrawn(VerifyAnswer.Allowed answer) {
    shown = answer;
    return withdrawn.stream().anyMatch(this::isShown);
  }

  private boolean isShown(UUID gone) {
    return gone.equals(shown.credential())
        || (shown.token() != null && gone.equals(shown.token().key()));
  }

  @Override
  public void forget(DeviceAddress device) {
    onLoop(
        () -> {
          if (downward != null) {
            downward.forget(device);
          }
        });
  }

  @Override
  public void reconsider(DeviceAddress device) {
    onLoop(
        () -> {
          if (downward != null) {
            downward.reconsider(device);
          }
        });
  }

  @Override
  public void watchPackets() {
    onLoop(connection::watchPackets);
  }

  private void onLoop(Runnable task) {
    try {
      connection.channel().eventLoop().execute(task);
    } catch (RejectedExecutionException loopHasEnded) {
      // Then the connection has ended too.
      return;
    }
  }
}
