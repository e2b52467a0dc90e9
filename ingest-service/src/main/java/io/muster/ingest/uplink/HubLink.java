package io.muster.ingest.uplink;

import io.muster.contract.event.UplinkBatch;
import io.muster.contract.event.UplinkState;
import io.smallrye.mutiny.Uni;

/** The hub, as far as its edge needs it. */
@FunctionalInterface
interface HubLink {

  /**
   * Hands a part of the log over; it may be handed over again when the answer was lost.
   *
   * @return how far the hub has come; fails when there is no answer, and then nobody knows whether
   *     the hub has it
   */
  Uni<UplinkState> send(UplinkBatch batch);
}
