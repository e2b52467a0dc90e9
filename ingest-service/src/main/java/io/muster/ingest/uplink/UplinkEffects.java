package io.muster.ingest.uplink;

import io.muster.contract.event.EventPage;
import io.muster.contract.event.UplinkBatch;
import io.muster.contract.event.UplinkBatch.Beginning;
import io.muster.contract.event.UplinkState;
import io.muster.ingest.uplink.UplinkTable.Kept;
import io.muster.outbox.EventFollower;
import io.muster.outbox.OutboxLog;
import io.muster.outbox.PositionMovedException;
import io.muster.outbox.TimedPool;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * What following its own log means to an edge: the hub gets it. The hub's position is what counts,
 * and this database's copy of it tells whether the two still speak of the same log (DESIGN.md).
 * Called by one thread, one call at a time.
 */
final class UplinkEffects implements EventFollower.Effects {
  private static final Logger LOG = Logger.getLogger(UplinkEffects.class);

  private final TimedPool pool;
  private final OutboxLog log;
  private final HubLink hub;
  private final Retelling retelling;
  private final UplinkCounts counts;
  private volatile Kept kept;

  UplinkEffects(
      TimedPool pool, OutboxLog log, HubLink hub, Retelling retelling, UplinkCounts counts) {
    this.pool = pool;
    this.log = log;
    this.hub = hub;
    this.retelling = retelling;
    this.counts = counts;
  }

  /** Asks the hub, and goes on where it is, if it has the same log there. */
  @Override
  public Uni<Long> position() {
    return oldest()
        .chain(
            oldest ->
                UplinkTable.read(pool, oldest - 1)
                    .chain(
                        known -> hub.send(question(known)).chain(it -> settle(known, it, oldest))))
        .onFailure()
        .invoke(counts::failed);
  }

  private Uni<Long> oldest() {
    return log.page(0, 1).map(EventPage::oldest);
  }

  private static UplinkBatch question(Kept known) {
    return new UplinkBatch(known.log(), known.position(), known.lastId(), null, List.of());
  }

  private Uni<Long> settle(Kept known, UplinkState state, long oldest) {
    if (!known.log().equals(state.log())) {
      // The hub knows nothing of it, or the log of a database that this one took the place of.
      return begin(new Kept(known.log(), oldest - 1, null), state, missed(known, oldest));
    }
    if (state.position() == known.position() && Objects.equals(state.lastId(), known.lastId())) {
      return goOn(known);
    }
    return log.idAt(state.position()).chain(own -> compare(known, state, own, oldest));
  }

  /** The hub is elsewhere than was noted: an answer was lost, or one of the two was restored. */
  private Uni<Long> compare(Kept known, UplinkState state, Optional<UUID> own, long oldest) {
    var same = own.filter(id -> id.equals(state.lastId())).isPresent();
    // Not to be compared any more. The log has gone beyond it, so it is no earlier one.
    var trimmed = own.isEmpty() && state.position() < oldest;
    if (same || trimmed) {
      LOG.infof(
          "The hub is at %d and not at %d: going on there", state.position(), known.position());
      return goOn(new Kept(known.log(), state.position(), state.lastId()));
    }
    LOG.warnf(
        "This site's log is not the one of which the hub has %d: it was restored, and begins anew",
        state.position());
    var from = Math.max(oldest - 1, Math.min(known.position(), state.position()));
    return begin(new Kept(UUID.randomUUID(), from, null), state, missed(known, oldest));
  }

  private static long missed(Kept known, long oldest) {
    return Math.max(0, oldest - 1 - known.position());
  }

  private Uni<Long> goOn(Kept at) {
    return keep(at).map(_ -> at.position());
  }

  private Uni<Void> keep(Kept next) {
    return pool.use(db -> UplinkTable.keep(db, next)).invoke(() -> kept = next);
  }

  /**
   * Tells the hub that it is to go on from here. It is written here first, with who is connected:
   * what the hub has of that may have come to an end in what it never gets.
   */
  private Uni<Long> begin(Kept from, UplinkState former, long missed) {
    var batch =
        new UplinkBatch(
            from.log(), from.position(), from.lastId(), new Beginning(former, missed), List.of());
    return pool.inTransaction(db -> UplinkTable.keep(db, from).chain(() -> retelling.write(db)))
        .chain(() -> hub.send(batch))
        .invoke(state -> check(state, from))
        .invoke(
            () -> {
              kept = from;
              counts.begun(missed);
              LOG.infof(
                  "The hub goes on with this site's log from %d; %d entries expired unsent",
                  from.position(), missed);
            })
        .map(_ -> from.position());
  }

  private void check(UplinkState state, Kept expected) {
    if (!state.equals(new UplinkState(expected.log(), expected.position(), expected.lastId()))) {
      throw new PositionMovedException(
          "the hub is at %d of its log, not at %d"
              .formatted(state.position(), expected.position()));
    }
  }

  @Override
  public Uni<Void> take(EventPage page) {
    var from = kept;
    if (page.items().getFirst().sequence() != from.position() + 1) {
      // An answer that came too late for whoever waited for it.
      return Uni.createFrom().failure(new PositionMovedException("the position was moved"));
    }
    var next = new Kept(from.log(), page.next(), page.items().getLast().id());
    var batch = new UplinkBatch(from.log(), from.position(), from.lastId(), null, page.items());
    return hub.send(batch)
        .invoke(state -> check(state, next))
        .chain(() -> keep(next))
        .invoke(() -> counts.taken(page.items().size()))
        .onFailure()
        .invoke(counts::failed);
  }

  /** What comes next has expired unsent. */
  @Override
  public Uni<Long> startOver(long end) {
    var known = kept;
    var former = new UplinkState(known.log(), known.position(), known.lastId());
    return oldest()
        .chain(
            oldest -> begin(new Kept(known.log(), oldest - 1, null), former, missed(known, oldest)))
        .onFailure()
        .invoke(counts::failed);
  }
}
