package io.muster.ingest.uplink;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.UplinkBatch;
import io.muster.contract.event.UplinkState;
import java.util.List;
import java.util.Objects;

/**
 * How far this hub has come with the log of one site, and what a batch adds to it. A batch that
 * does not go on from there adds nothing, and the site is told where that is. Immutable.
 */
record SiteLog(UplinkState state) {

  /** Where it is after the site has said that it begins elsewhere. */
  SiteLog begun(UplinkBatch batch) {
    return isBegunBy(batch)
        ? new SiteLog(new UplinkState(batch.log(), batch.after(), batch.afterId()))
        : this;
  }

  /** Not when the site did not know where this is: it asks again then. */
  boolean isBegunBy(UplinkBatch batch) {
    var beginning = batch.beginning();
    return beginning != null
        && beginning.former().position() == state.position()
        && Objects.equals(beginning.former().log(), state.log());
  }

  /** What is new of a batch; none when it does not go on from here. */
  List<OutboxEvent> newOf(UplinkBatch batch) {
    if (!batch.log().equals(state.log()) || batch.after() > state.position()) {
      return List.of();
    }
    var known = state.position() - batch.after();
    if (known >= batch.entries().size() + 1L || !agrees(batch, (int) known)) {
      return List.of();
    }
    return batch.entries().subList((int) known, batch.entries().size());
  }

  /** Whether the last entry that is known here is the one that the batch has in its place. */
  private boolean agrees(UplinkBatch batch, int known) {
    var id = known == 0 ? batch.afterId() : batch.entries().get(known - 1).id();
    return Objects.equals(id, state.lastId());
  }

  /** Where it is with these as well. */
  SiteLog with(List<OutboxEvent> entries) {
    if (entries.isEmpty()) {
      return this;
    }
    var last = entries.getLast();
    return new SiteLog(new UplinkState(state.log(), last.sequence(), last.id()));
  }
}
