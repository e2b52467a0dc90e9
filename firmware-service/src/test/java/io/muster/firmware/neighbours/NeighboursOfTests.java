package io.muster.firmware.neighbours;

import io.muster.firmware.HandWired;
import io.muster.firmware.Neighbour;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The neighbours as the service asks them, without the service. */
public final class NeighboursOfTests {
  private NeighboursOfTests() {}

  /** Registry and ingest are the same one. */
  public static Neighbours of(Vertx vertx, Neighbour neighbour, Path folder) throws IOException {
    var token = Files.writeString(folder.resolve("service.token"), "x");
    var settings =
        Map.of(
            "muster.firmware.neighbours.registry-url", neighbour.url(),
            "muster.firmware.neighbours.ingest-url", neighbour.url(),
            "muster.firmware.neighbours.service-token-file", token.toString(),
            "muster.firmware.neighbours.request-timeout", "60s");
    return new Neighbours(vertx, HandWired.config(NeighboursConfig.class, settings));
  }
}
