package io.muster.ingest.endpoint.down;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import io.muster.contract.event.SubscribedEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.down.Subscriptions.Subscription;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.muster.ingest.intake.Announcement;
import java.util.List;

/**
 * Tells the services what one connection's client hears from now on, so that they send what its
 * device missed. In order with what the device publishes.
 */
final class Hearings {
  /** What an announcement costs beside its filters. */
  private static final int ANNOUNCEMENT_BYTES = 1_536;

  private final ActiveSession session;
  private final DownSupport support;

  Hearings(ActiveSession session, DownSupport support) {
    this.session = session;
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
    // With the database away these wait for it like any publish, and count like one.
    support.budget().add(bytes);
    support
        .intake()
        .announce(
            new Announcement("session/subscribed", device, event),
            outcome -> support.budget().release(bytes));
  }
}
