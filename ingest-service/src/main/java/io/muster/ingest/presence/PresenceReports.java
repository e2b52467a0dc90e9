package io.muster.ingest.presence;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.ingest.access.ActivitySink;
import io.muster.ingest.endpoint.DeviceEndpoint;
import io.muster.ingest.heard.HeardDevices;
import io.muster.ingest.sessions.PostgresSessions;
import io.muster.ingest.sessions.ReplicaIdentity;
import io.muster.outbox.chore.Outage;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jboss.logging.Logger;

/** Tells the registry at intervals which devices were heard of. Thread-safe. */
@Singleton
class PresenceReports {
  private static final Logger LOG = Logger.getLogger(PresenceReports.class);

  /** After the endpoint has started. */
  private static final int LAST = 20_000;

  /** More than the registry's client gives a request, whose limit comes first. */
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** Told long since. */
  private static final long FORGET_AFTER_MILLIS = Duration.ofMinutes(10).toMillis();

  private final PresenceConfig config;
  private final ActivityReporter reporter;
  private final List<HeardDevices> remembered;
  private final Clock clock;
  private final Thread thread = Thread.ofVirtual().name("presence-reports").unstarted(this::run);
  private volatile boolean stopped;
  private final Outage outage =
      new Outage(LOG, "The registry cannot be told for now which devices were heard of: %s");

  PresenceReports(
      PresenceConfig config,
      DeviceEndpoint endpoint,
      HeardDevices fromBroker,
      PostgresSessions sessions,
      ReplicaIdentity replica,
      ActivitySink registry,
      Clock clock,
      MeterRegistry meters) {
    this.config = config;
    this.clock = clock;
    this.remembered = List.of(endpoint.heardThroughGateways(), fromBroker);
    var counters = counters(meters);
    this.reporter =
        new ActivityReporter(
            replica,
            List.of(
                endpoint::eachConnected, endpoint.heardThroughGateways()::each, fromBroker::each),
            sessions::replicas,
            registry::report,
            new ActivityReporter.Settings(config.grain(), config.batch(), TIMEOUT),
            clock,
            outcome -> counters.get(outcome).increment());
  }

  private static Map<ActivityReporter.Outcome, Counter> counters(MeterRegistry meters) {
    Map<ActivityReporter.Outcome, Counter> counters = new EnumMap<>(ActivityReporter.Outcome.class);
    for (var outcome : ActivityReporter.Outcome.values()) {
      counters.put(
          outcome,
          Counter.builder("muster.presence.reports")
              .description("Reports to the registry of devices that were heard of")
              .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
              .register(meters));
    }
    return counters;
  }

  /** Those that a broker of others tells of. */
  @Produces
  @Singleton
  static HeardDevices fromBroker(PresenceConfig config) {
    return new HeardDevices(config.mostWithoutConnection());
  }

  void start(@Observes @Priority(LAST) StartupEvent started) {
    thread.start();
  }

  void stop(@Observes @Priority(1) ShutdownEvent stopping) {
    stopped = true;
    thread.interrupt();
  }

  private void run() {
    try {
      while (!stopped) {
        Thread.sleep(config.interval());
        tell();
      }
    } catch (InterruptedException ended) {
      LOG.debug("The registry is told no more which devices were heard of");
    }
  }

  private void tell() {
    try {
      reporter.tell();
      var longAgo = clock.millis() - FORGET_AFTER_MILLIS;
      remembered.forEach(it -> it.forgetBefore(longAgo));
      outage.succeeded();
    } catch (RuntimeException away) {
      if (!stopped) {
        outage.failed(away);
      }
    }
  }
}
