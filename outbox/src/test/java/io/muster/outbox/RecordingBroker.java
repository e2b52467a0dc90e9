package io.muster.outbox;

import io.muster.contract.event.OutboxEvent;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Stands for the broker: remembers what it took, and can be away, slow or picky. */
final class RecordingBroker implements Function<OutboxEvent, Uni<Void>> {
  private final List<OutboxEvent> taken = new CopyOnWriteArrayList<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger mostUnderWay = new AtomicInteger();
  private final AtomicInteger asked = new AtomicInteger();
  private final CompletableFuture<Void> free = new CompletableFuture<>();
  private volatile int heldAfter = Integer.MAX_VALUE;
  private volatile Function<OutboxEvent, Optional<RuntimeException>> mood = any -> Optional.empty();

  @Override
  public Uni<Void> apply(OutboxEvent event) {
    var held = asked.incrementAndGet() > heldAfter;
    mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
    return Uni.createFrom()
        .completionStage(held ? free.copy() : CompletableFuture.<Void>completedFuture(null))
        .onItem()
        .delayIt()
        .by(Duration.ofMillis(1))
        .invoke(() -> answer(event))
        .onTermination()
        .invoke(() -> underWay.decrementAndGet());
  }

  private void answer(OutboxEvent event) {
    mood.apply(event)
        .ifPresent(
            failure -> {
              throw failure;
            });
    taken.add(event);
  }

  void goAway() {
    mood = any -> Optional.of(new IllegalStateException("the broker is away"));
  }

  void comeBack() {
    mood = any -> Optional.empty();
  }

  /** Takes so many and keeps whoever comes then waiting. */
  void holdAfter(int some) {
    heldAfter = some;
  }

  void letGo() {
    free.complete(null);
  }

  void failFor(String device, RuntimeException failure) {
    mood =
        event ->
            event.topic().contains("/" + device + "/") ? Optional.of(failure) : Optional.empty();
  }

  List<OutboxEvent> taken() {
    return List.copyOf(taken);
  }

  /** The payloads of one device's messages, in the order in which they were taken. */
  List<String> takenOf(String device) {
    return taken.stream()
        .filter(event -> event.topic().contains("/" + device + "/"))
        .map(event -> new String(event.payload(), StandardCharsets.UTF_8))
        .toList();
  }

  int asked() {
    return asked.get();
  }

  int mostUnderWay() {
    return mostUnderWay.get();
  }
}
