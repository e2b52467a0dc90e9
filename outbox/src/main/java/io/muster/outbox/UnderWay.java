package io.muster.outbox;

import io.smallrye.mutiny.Uni;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * Messages on their way to the broker, each once: a channel keeps a message across reconnections,
 * so one that is asked for again meanwhile is not sent a second time. Thread-safe.
 */
public final class UnderWay {
  private final ConcurrentMap<UUID, Uni<Void>> messages = new ConcurrentHashMap<>();

  /**
   * Sends a message, or waits for what became of it where it is on its way already.
   *
   * @param send begins it once somebody subscribes
   * @return what {@code send} ends with, for all who ask until then
   */
  public Uni<Void> once(UUID id, Supplier<Uni<Void>> send) {
    return messages.computeIfAbsent(
        id,
        absent ->
            Uni.createFrom()
                .<Void>deferred(send::get)
                .onTermination()
                .invoke(() -> messages.remove(id))
                .memoize()
                .indefinitely());
  }
}
