package io.muster.command.queue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.outbox.chore.Chore;
import io.muster.outbox.chore.Outage;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;

/**
 * Does what is due by the time alone: sends again, expires, gives up waiting, forgets what ended
 * long ago. Every instance looks at what no other looks at; what one leaves behind when it dies is
 * due all the same. Thread-safe.
 */
@ApplicationScoped
class Dispatcher {
  private static final Logger LOG = Logger.getLogger(Dispatcher.class);

  private static final int FORGOTTEN_AT_ONCE = 100;

  private final Queues queues;
  private final DispatchConfig config;
  private final Counter looks;
  private final Chore chore;

  Dispatcher(Queues queues, DispatchConfig config, MeterRegistry meters) {
    this.queues = queues;
    this.config = config;
    this.looks =
        Counter.builder("muster.command.queue.looks")
            .description("Devices whose queue was looked at because its time had come")
            .register(meters);
    this.chore =
        new Chore(
            this::look,
            new Outage(
                LOG, "Queues cannot be looked after for now: %s", "Queues are looked after again"));
  }

  void start(@Observes StartupEvent started, Vertx vertx) {
    chore.every(config.interval(), vertx);
  }

  void stop(@Observes ShutdownEvent stopping) {
    chore.stop();
  }

  private Uni<Integer> look() {
    return lookUntilNothingIsDue()
        .flatMap(done -> queues.forgetFinished(config.keepFor(), FORGOTTEN_AT_ONCE));
  }

  private Uni<Void> lookUntilNothingIsDue() {
    return queues
        .lookAtDue(config.batchDevices())
        .invoke(looked -> looks.increment(looked))
        .flatMap(
            looked ->
                looked < config.batchDevices()
                    ? Uni.createFrom().voidItem()
                    : lookUntilNothingIsDue());
  }
}
