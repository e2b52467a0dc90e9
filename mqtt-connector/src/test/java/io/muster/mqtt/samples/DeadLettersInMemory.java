package io.muster.mqtt.samples;

import io.muster.mqtt.DeadLetter;
import io.muster.mqtt.DeadLetterSink;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

@ApplicationScoped
@Identifier("in-memory") public class DeadLettersInMemory implements DeadLetterSink {
  private final Queue<DeadLetter> letters = new ConcurrentLinkedQueue<>();

  // The message is acknowledged when this has completed, and delivered again when it fails.
  @Override
  public Uni<Void> store(DeadLetter letter) {
    return Uni.createFrom().item(letter).invoke(letters::add).replaceWithVoid();
  }
}
