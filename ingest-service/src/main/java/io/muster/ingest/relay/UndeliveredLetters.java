package io.muster.ingest.relay;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.ingest.deadletters.DeadLetter;
import io.muster.ingest.deadletters.DeadLetterConfig;
import io.muster.ingest.deadletters.DeadLetterTable;
import io.muster.ingest.intake.DeadLetterReason;
import io.muster.outbox.UndeliveredSink;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Messages of devices that nobody took become dead letters, to be read and replayed. What ingest
 * itself told stays in its log, where consumers find it by their position; so does a request of a
 * client that has no name yet, and which has long since given up.
 */
@ApplicationScoped
class UndeliveredLetters implements UndeliveredSink {
  private static final Logger LOG = Logger.getLogger(UndeliveredLetters.class);

  private final int payloadBytes;

  UndeliveredLetters(DeadLetterConfig config) {
    this.payloadBytes = config.payloadBytes();
  }

  @Override
  public Uni<Void> keep(SqlConnection transaction, OutboxEvent event, Reason reason) {
    var device = deviceOf(event.topic());
    if (device.isEmpty()) {
      LOG.warnf("Event %d was never delivered (%s)", event.sequence(), reason);
      return Uni.createFrom().voidItem();
    }
    var letter = letter(event, device.get(), reason).cutTo(payloadBytes);
    return UniHelper.toUni(DeadLetterTable.insert(transaction.getDelegate(), List.of(letter)));
  }

  /** Every topic that a device's message has between services names its device in two levels. */
  private static Optional<DeviceAddress> deviceOf(String topic) {
    var level = topic.split("/", 4);
    if (level.length < 3 || level[0].equals("platform") || level[0].equals("provision")) {
      return Optional.empty();
    }
    try {
      return Optional.of(DeviceAddress.of(level[1], level[2]));
    } catch (MalformedIdException nobodys) {
      return Optional.empty();
    }
  }

  private static DeadLetter letter(OutboxEvent event, DeviceAddress device, Reason reason) {
    return new DeadLetter(
        event.id(),
        device,
        Optional.of(device),
        event.topic(),
        event.qos(),
        event.contentType(),
        event.userProperties().asMap(),
        event.payload(),
        event.payload().length,
        switch (reason) {
          case EXPIRED -> DeadLetterReason.EXPIRED_UNDELIVERED;
          case REFUSED -> DeadLetterReason.TOPIC_NOT_ALLOWED;
        },
        switch (reason) {
          case EXPIRED ->
              event.expiresAt() == null
                  ? "the broker was away for longer than messages are kept for it"
                  : "the broker was away until its message expiry";
          case REFUSED -> "the broker will not take it";
        },
        event.createdAt());
  }
}
