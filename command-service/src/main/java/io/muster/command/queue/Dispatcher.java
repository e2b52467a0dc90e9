package io.muster.command.queue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.atomic.AtomicBoolean;
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
  private final AtomicBoolean busy = new AtomicBoolean();
  private volatile boolean failing;
  private long timer = -1;

  Dispatcher(Queues queues, DispatchConfig config, MeterRegistry meters) {
    this.queues = queues;
    this.config = config;
    this.looks =
        Counter.builder("muster.command.queue.looks")
            .description("Devices whose queue was looked at because its time had come")
            .register(meters);
  }

  void start(@Observes StartupEvent started, Vertx vertx) {
    timer = vertx.setPeriodic(config.interval().toMillis(), _ -> look());
  }

  void stop(@Observes ShutdownEvent stopping, Vertx vertx) {
    vertx.cancelTimer(timer);
  }

  private void look() {
    if (busy.compareAndSet(false, true)) {
      lookUntilNothingIsDue()
          .flatMap(done -> queues.forgetFinished(config.keepFor(), FORGOTTEN_AT_ONCE))
          .onTermination()
          .invoke(() -> busy.set(false))
          .subscribe()
          .with(done -> recovered(), this::failed);
    }
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

  private void recovered() {
    if (failing) {
      failing = false;
      LOG.info("Queues are looked after again");
    }
  }

  private void failed(Throwable failure) {
    if (!failing) {
      failing = true;
      LOG.warnf("Queues cannot be looked after for now: %s", failure);
    }
  }
}
