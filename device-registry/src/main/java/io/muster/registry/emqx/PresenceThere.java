package io.muster.registry.emqx;

import io.muster.registry.presence.Presences;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;

/** Devices that are connected to a broker of others are as present as any. Thread-safe. */
@ApplicationScoped
class PresenceThere implements SessionReports {
  private final Presences presences;
  private final EmqxConfig config;

  PresenceThere(Presences presences, EmqxConfig config) {
    this.presences = presences;
    this.config = config;
  }

  /**
   * A connection that the broker has not had to end yet must not be taken for lost.
   *
   * @throws IllegalStateException when it would be
   */
  void check(@Observes StartupEvent started) {
    requireLonger(presences.lostElsewhereAfter(), config.authenticateAgainAfter());
  }

  static void requireLonger(Duration lostAfter, Duration authenticateAgainAfter) {
    if (lostAfter.compareTo(authenticateAgainAfter) <= 0) {
      throw new IllegalStateException(
          "muster.registry.presence.lost-elsewhere-after must be longer than"
              + " muster.registry.emqx.authenticate-again-after");
    }
  }

  @Override
  public Uni<Void> take(SessionReport report) {
    return switch (report.kind()) {
      case CONNECTED ->
          presences.connected(report.client(), report.at(), report.connectedAt(), report.node());
      case DISCONNECTED ->
          presences.disconnected(
              report.client(), report.at(), report.connectedAt(), report.reason());
    };
  }
}
