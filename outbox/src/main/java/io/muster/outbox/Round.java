package io.muster.outbox;

import io.muster.contract.event.OutboxEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * One attempt to publish a list of events: devices side by side within the window, each device's
 * one after the other. When one fails, those of the same device behind it are not tried; when
 * nothing at all passes, the rest is not tried either.
 */
final class Round {
  private final Function<OutboxEvent, Uni<Void>> publish;
  private final int window;
  private final Duration timeout;
  private final Runnable attempted;

  private final Queue<OutboxEvent> published = new ConcurrentLinkedQueue<>();
  private final Queue<OutboxEvent> refused = new ConcurrentLinkedQueue<>();
  private final Queue<OutboxEvent> failed = new ConcurrentLinkedQueue<>();
  private volatile Throwable lastFailure;

  /**
   * @param attempted called after each attempt, whatever came of it
   */
  Round(
      Function<OutboxEvent, Uni<Void>> publish, int window, Duration timeout, Runnable attempted) {
    this.publish = publish;
    this.window = window;
    this.timeout = timeout;
    this.attempted = attempted;
  }

  /** Completes when each event has its fate; never fails. */
  Uni<Void> run(List<OutboxEvent> events) {
    return Multi.createFrom()
        .iterable(DeviceOrder.chains(events))
        .onItem()
        .transformToUni(this::inOrder)
        .merge(window)
        .collect()
        .last()
        .replaceWithVoid();
  }

  private Uni<Void> inOrder(List<OutboxEvent> chain) {
    return Multi.createFrom()
        .iterable(chain)
        .onItem()
        .transformToUniAndConcatenate(this::attempt)
        .select()
        .first(settled -> settled)
        .collect()
        .last()
        .replaceWithVoid();
  }

  /** Whether what comes behind it may go. */
  private Uni<Boolean> attempt(OutboxEvent event) {
    if (isHopeless()) {
      return Uni.createFrom().item(false);
    }
    return Uni.createFrom()
        .deferred(() -> publish.apply(event))
        .ifNoItem()
        .after(timeout)
        .fail()
        .onItemOrFailure()
        .transform((done, failure) -> record(event, failure));
  }

  private boolean record(OutboxEvent event, Throwable failure) {
    attempted.run();
    switch (failure) {
      case null -> published.add(event);
      case RefusedMessageException never -> {
        lastFailure = never;
        refused.add(event);
      }
      default -> {
        lastFailure = failure;
        failed.add(event);
        return false;
      }
    }
    return true;
  }

  private boolean isHopeless() {
    return published.isEmpty() && refused.isEmpty() && failed.size() >= window;
  }

  List<OutboxEvent> published() {
    return List.copyOf(published);
  }

  List<OutboxEvent> refused() {
    return List.copyOf(refused);
  }

  /** Those that may pass another time. */
  List<OutboxEvent> failed() {
    return List.copyOf(failed);
  }

  /** Why the last one did not pass, or null. */
  Throwable lastFailure() {
    return lastFailure;
  }

  /** Whether the broker took or refused nothing although it was asked. */
  boolean brokerIsAway() {
    return published.isEmpty() && refused.isEmpty() && !failed.isEmpty();
  }
}
