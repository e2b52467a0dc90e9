package io.muster.ingest.uplink;

import io.muster.contract.event.UplinkBatch;
import io.muster.contract.event.UplinkState;
import io.muster.rest.client.NeighbourAwayException;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A hub's ingest-service behind a link that a test breaks. Thread-safe. */
final class StubHub implements HubLink {
  /** What becomes of a batch. */
  enum Mood {
    WELL,
    /** Nothing arrives. */
    AWAY,
    /** It is answered 422. */
    REFUSING,
    /** It is taken, and the answer is lost. */
    DYING_AFTER,
    /** It is taken, and the answer never comes. */
    SILENT_AFTER
  }

  private final SiteLogs logs;
  private final String site;
  private final List<Integer> sizes = new CopyOnWriteArrayList<>();
  private final AtomicInteger asked = new AtomicInteger();
  private volatile Mood mood = Mood.WELL;

  StubHub(SiteLogs logs, String site) {
    this.logs = logs;
    this.site = site;
  }

  void is(Mood now) {
    mood = now;
  }

  /** How often somebody tried. */
  int asked() {
    return asked.get();
  }

  /** How many entries the batches had that came through. */
  List<Integer> sizes() {
    return List.copyOf(sizes);
  }

  @Override
  public Uni<UplinkState> send(UplinkBatch batch) {
    asked.incrementAndGet();
    return switch (mood) {
      case WELL -> take(batch);
      case AWAY -> Uni.createFrom().failure(new NeighbourAwayException("cannot be asked"));
      case REFUSING -> Uni.createFrom().failure(new NeighbourAwayException("answered 422"));
      case DYING_AFTER ->
          take(batch)
              .chain(_ -> Uni.createFrom().failure(new NeighbourAwayException("it broke off")));
      case SILENT_AFTER -> take(batch).chain(_ -> Uni.createFrom().nothing());
    };
  }

  private Uni<UplinkState> take(UplinkBatch batch) {
    BatchCheck.check(site, batch, 1_000);
    return logs.take(site, batch).invoke(_ -> sizes.add(batch.entries().size()));
  }
}
