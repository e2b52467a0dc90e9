package io.muster.registry.events;

import jakarta.enterprise.context.ApplicationScoped;

/** Takes the outbox to the broker. */
@ApplicationScoped
class EventPublisher {
  void wakeUp() {}
}
