package io.muster.ingest.uplink;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionsRetold;
import io.muster.contract.event.UplinkBatch;
import io.muster.contract.event.UplinkState;
import io.muster.outbox.EventIds;
import io.muster.outbox.Outbox;
import io.muster.outbox.OutboxEntry;
import io.muster.outbox.TimedPool;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Takes the logs of a hub's sites into its own: a batch in one transaction with the site's
 * position, under the lock of the site's row. So each entry of a site comes into the log once and
 * in order, under its own id and with its own time, and the services that follow the hub's log need
 * not know that there are sites. Thread-safe.
 */
final class SiteLogs {
  private static final Logger LOG = Logger.getLogger(SiteLogs.class);

  private final TimedPool pool;
  private final int mostSites;
  private final Clock clock;
  private final EventIds ids;
  private final Consumer<Taken> taken;

  /**
   * What has come of a batch.
   *
   * @param state what the site is told
   * @param written how many entries this log has more
   * @param known how many it had already, under another position
   * @param begun whether the site began anew
   * @param missed how many entries this hub will never get
   */
  record Taken(UplinkState state, int written, int known, boolean begun, long missed) {}

  /**
   * @param mostSites beyond which no other is taken
   * @param taken told after the commit
   */
  SiteLogs(TimedPool pool, int mostSites, Clock clock, Consumer<Taken> taken) {
    this.pool = pool;
    this.mostSites = mostSites;
    this.clock = clock;
    this.ids = new EventIds(clock);
    this.taken = taken;
  }

  /**
   * Takes what is new of it.
   *
   * @param batch one that {@link BatchCheck} let pass
   * @return how far this has come with the site's log, whatever it was before; fails when the
   *     database is away
   */
  Uni<UplinkState> take(String site, UplinkBatch batch) {
    return pool.inTransaction(
            db -> SiteTable.lock(db, site, mostSites).chain(known -> take(db, site, batch, known)))
        .invoke(taken)
        .invoke(it -> tellOfBeginning(site, it))
        .map(Taken::state);
  }

  private Uni<Taken> take(SqlConnection db, String site, UplinkBatch batch, SiteLog known) {
    if (known == null) {
      return Uni.createFrom().failure(new Refusal.LimitReached("sites", mostSites).asException());
    }
    var begun = known.isBegunBy(batch);
    var from = known.begun(batch);
    var entries = from.newOf(batch);
    var next = from.with(entries);
    if (!begun && entries.isEmpty()) {
      return Uni.createFrom().item(new Taken(known.state(), 0, 0, false, 0));
    }
    var missed = begun ? batch.beginning().missed() : 0;
    return (begun ? SiteSessions.doubt(db, site) : Uni.createFrom().voidItem())
        .chain(() -> append(db, site, entries))
        .call(() -> SiteTable.keep(db, site, next.state()))
        .map(
            written ->
                new Taken(next.state(), written, told(entries).size() - written, begun, missed));
  }

  /** What a site says to its hub alone has its effect here, and is not for the services. */
  private Uni<Integer> append(SqlConnection db, String site, List<OutboxEvent> entries) {
    var told = told(entries);
    return Outbox.append(db, told.stream().map(OutboxEntry::of).toList())
        .call(() -> SiteSessions.take(db, site, told))
        .call(
            () -> {
              Uni<Void> all = Uni.createFrom().voidItem();
              for (var it : entries) {
                if (SessionsRetold.isTopic(it.topic())) {
                  all = all.chain(() -> endUntold(db, site, it));
                }
              }
              return all;
            });
  }

  private static List<OutboxEvent> told(List<OutboxEvent> entries) {
    return entries.stream().filter(it -> !SessionsRetold.isTopic(it.topic())).toList();
  }

  private Uni<Void> endUntold(SqlConnection db, String site, OutboxEvent retold) {
    return SiteSessions.untold(db, site, retold, ids, clock.instant())
        .chain(ends -> Outbox.append(db, ends))
        .replaceWithVoid();
  }

  /**
   * Forgets sites that have brought nothing for so long, and tells the end of who was connected.
   *
   * @return how many they were
   */
  Uni<Integer> forget(Duration silent) {
    return pool.inTransaction(
        db ->
            SiteTable.silent(db, silent)
                .call(
                    sites -> {
                      Uni<Void> all = Uni.createFrom().voidItem();
                      for (var site : sites) {
                        all = all.chain(() -> forget(db, site));
                      }
                      return all;
                    })
                .map(List::size));
  }

  private Uni<Void> forget(SqlConnection db, String site) {
    LOG.warnf("Site %s has brought nothing of its log for too long, and is forgotten", site);
    return SiteSessions.all(db, site, ids, clock.instant())
        .chain(ends -> Outbox.append(db, ends))
        .chain(() -> SiteTable.remove(db, site));
  }

  private static void tellOfBeginning(String site, Taken it) {
    if (it.begun()) {
      LOG.infof(
          "The log of site %s goes on from %d, under the identity %s; %d entries expired there",
          site, it.state().position(), it.state().log(), it.missed());
    }
  }
}
