package io.muster.ingest.endpoint.down;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import io.muster.contract.event.SubscribedEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.down.Subscriptions.Subscription;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.muster.ingest.endpoint.up.InFlight;
import io.muster.ingest.intake.Announcement;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Tells the services what one connection's client hears from now on, so that they send what its
 * device missed. In order with what the device publishes. On the event loop.
 */
final class Hearings {
  /** What an announcement costs beside its filters. */
  private static final int ANNOUNCEMENT_BYTES = 1_536;

  private final ActiveSession session;
  private final InFlight inFlight;
  private final Executor loop;
  private final DownSupport support;

  Hearings(ActiveSession session, InFlight inFlight, Executor loop, DownSupport support) {
    this.session = session;
    this.inFlight = inFlight;
    this.loop = loop;
    this.support = support;
  }

  /** These were granted, or taken up again. */
  void began(List<Subscription> subscriptions) {
    subscriptions.stream()
        .collect(groupingBy(Subscription::about, mapping(it -> it.filter().value(), toList())))
        .forEach(this::announce);
  }

  private void announce(DeviceAddress device, List<String> filters) {
    var event =
        new SubscribedEvent(
            session.client().value(), session.epoch(), filters, support.clock().instant());
    var bytes = ANNOUNCEMENT_BYTES + 2 * filters.stream().mapToInt(String::length).sum();
    // These wait for the database like any publish, and count like one: a client that goes on
    // subscribing is not read beyond what it may have on its way.
    inFlight.add(bytes);
    support
        .intake()
        .announce(
            new Announcement("session/subscribed", device, event),
            outcome -> onLoop(() -> inFlight.release(1, bytes)));
  }

  private void onLoop(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException loopHasEnded) {
      // The process is going down; nobody counts any more.
      return;
    }
  }
}
