package io.muster.ingest.endpoint.down;

import io.muster.contract.event.DeliveredEvent;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.muster.ingest.intake.Announcement;
import io.muster.ingest.relay.Downlink.DownwardMessage;
import java.util.UUID;

/** Tells the services what one connection's client has. */
final class Receipts {
  /** What the announcement that a device has something costs, with its topic names and JSON. */
  private static final int ANNOUNCEMENT_BYTES = 1_536;

  private final ActiveSession session;
  private final DownSupport support;

  Receipts(ActiveSession session, DownSupport support) {
    this.session = session;
    this.support = support;
  }

  /**
   * @param told runs when that is committed, on any thread
   */
  void delivered(DownwardMessage message, Runnable told) {
    support.metrics().down("delivered");
    var event =
        new DeliveredEvent(
            message.topic().serviceName(),
            session.epoch(),
            support.clock().instant(),
            messageId(message));
    var device = message.topic().device().orElse(session.device());
    // With the database away these wait for it like any publish, and count like one.
    support.budget().add(ANNOUNCEMENT_BYTES);
    support
        .intake()
        .announce(
            new Announcement("delivered", device, event),
            outcome -> {
              support.budget().release(ANNOUNCEMENT_BYTES);
              told.run();
            });
  }

  /** What is no id was not given by a service that waits for it. */
  private static UUID messageId(DownwardMessage message) {
    var text = message.userProperties().get(DeliveredEvent.MESSAGE_ID);
    try {
      return text == null ? null : UUID.fromString(text);
    } catch (IllegalArgumentException notAnId) {
      return null;
    }
  }
}
