package io.muster.ingest.uplink;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.UplinkBatch;
import io.muster.contract.event.UplinkState;
import io.muster.contract.message.UserProperties;
import io.muster.ingest.intake.Afterwards;
import io.muster.ingest.uplink.SiteLogs.Taken;
import io.muster.outbox.TimedPool;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/** The logs of this hub's sites, and what is counted of them. Thread-safe. */
@ApplicationScoped
@RegisterForReflection(
    targets = {
      OutboxEvent.class,
      UplinkBatch.class,
      UplinkBatch.Beginning.class,
      UplinkState.class,
      UserProperties.class
    })
class Sites {
  private static final Logger LOG = Logger.getLogger(Sites.class);
  private static final Duration EVERY = Duration.ofHours(1);

  private final Vertx vertx;
  private final SitesConfig config;
  private final SiteLogs logs;
  private final List<Afterwards> afterwards;
  private final Counter batches;
  private final Counter nothingNew;
  private final Counter messages;
  private final Counter known;
  private final Counter beginnings;
  private final Counter missed;
  private long timer = -1;

  Sites(
      Vertx vertx,
      Pool pool,
      SitesConfig config,
      Clock clock,
      MeterRegistry meters,
      @All List<Afterwards> afterwards) {
    this.vertx = vertx;
    this.config = config;
    this.logs =
        new SiteLogs(new TimedPool(pool, config.timeout()), config.most(), clock, this::taken);
    this.afterwards = List.copyOf(afterwards);
    this.batches = batches(meters, "taken");
    this.nothingNew = batches(meters, "nothing-new");
    this.messages = messages(meters, "taken");
    this.known = messages(meters, "known");
    this.beginnings =
        Counter.builder("muster.sites.beginnings")
            .description("Times that a site's log went on from elsewhere")
            .register(meters);
    this.missed =
        Counter.builder("muster.sites.missed.messages")
            .description("Entries that expired at sites before they came here")
            .register(meters);
  }

  private static Counter batches(MeterRegistry meters, String outcome) {
    return Counter.builder("muster.sites.batches")
        .description("Batches of sites' logs, by whether anything of them was taken")
        .tag("outcome", outcome)
        .register(meters);
  }

  private static Counter messages(MeterRegistry meters, String outcome) {
    return Counter.builder("muster.sites.messages")
        .description("Entries of sites' logs, by whether this log had them under another position")
        .tag("outcome", outcome)
        .register(meters);
  }

  void start(@Observes StartupEvent started) {
    timer = vertx.setPeriodic(EVERY.toMillis(), _ -> forget());
  }

  void stop(@Observes ShutdownEvent stopping) {
    vertx.cancelTimer(timer);
  }

  private void forget() {
    logs.forget(config.forgetAfter())
        .subscribe()
        .with(
            sites -> {},
            failure -> LOG.warnf("Sites that are no more cannot be forgotten: %s", failure));
  }

  Uni<UplinkState> take(String site, UplinkBatch batch) {
    return logs.take(site, batch);
  }

  private void taken(Taken it) {
    if (it.written() + it.known() == 0) {
      nothingNew.increment();
    } else {
      batches.increment();
      messages.increment(it.written());
      known.increment(it.known());
    }
    if (it.written() > 0 || it.begun()) {
      afterwards.forEach(Afterwards::outboxWritten);
    }
    if (it.begun()) {
      beginnings.increment();
      missed.increment(it.missed());
    }
  }
}
