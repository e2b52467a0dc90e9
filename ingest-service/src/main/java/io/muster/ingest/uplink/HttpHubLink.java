package io.muster.ingest.uplink;

import io.muster.contract.event.UplinkBatch;
import io.muster.contract.event.UplinkState;
import io.muster.rest.client.Neighbour;
import io.muster.rest.client.NeighbourAwayException;
import io.smallrye.mutiny.Uni;

/** The hub's ingest-service over HTTP. Thread-safe. */
record HttpHubLink(Neighbour hub, String site) implements HubLink {

  @Override
  public Uni<UplinkState> send(UplinkBatch batch) {
    return hub.post("/internal/v1/sites/" + site + "/log", batch, UplinkState.class)
        .map(
            state ->
                state.orElseThrow(
                    () -> new NeighbourAwayException("the hub's ingest takes no logs of sites")));
  }
}
