package io.muster.registry.emqx;

import io.muster.registry.presence.Presences;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Devices that are connected to a broker of others are as present as any. Thread-safe. */
@ApplicationScoped
class PresenceThere implements SessionReports {
  private final Presences presences;

  PresenceThere(Presences presences) {
    this.presences = presences;
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
