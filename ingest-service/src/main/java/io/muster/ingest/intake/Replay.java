package io.muster.ingest.intake;

import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.deadletters.DeadLetter;
import io.opentelemetry.context.Context;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Offers a dead letter once more. Doing it twice stores it once. Thread-safe. */
@ApplicationScoped
public class Replay {
  private final Lanes lanes;

  Replay(Lanes lanes) {
    this.lanes = lanes;
  }

  /**
   * Offers it as it was received then.
   *
   * @param topic its topic
   * @return what became of it, once that is committed
   */
  public Uni<Outcome> offer(DeadLetter letter, DeviceTopic topic) {
    var publication =
        new Publication(
            topic,
            letter.publisher(),
            letter.payload(),
            Math.max(1, letter.qos()),
            false,
            letter.contentType(),
            letter.userProperties(),
            letter.receivedAt(),
            null,
            Context.current());
    return Uni.createFrom()
        .emitter(emitter -> lanes.offerAgain(publication, letter.id(), emitter::complete));
  }
}
