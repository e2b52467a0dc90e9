package io.muster.registry.emqx;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.id.ClientIdentifier;
import io.muster.contract.id.MalformedIdException;
import io.quarkus.arc.All;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Takes the events of EMQX' rule engine about clients. Thread-safe. */
@ApplicationScoped
class EmqxSessions {
  private static final int MAX_NODE = 250;
  private static final int MAX_REASON = 60;

  private final List<SessionReports> listeners;

  EmqxSessions(@All List<SessionReports> listeners) {
    this.listeners = listeners;
  }

  /** Whether it was about a device. Fails when a listener does. */
  Uni<Boolean> take(JsonNode event) {
    var report = report(event);
    if (report.isEmpty()) {
      return Uni.createFrom().item(false);
    }
    return Multi.createFrom()
        .iterable(listeners)
        .onItem()
        .transformToUniAndConcatenate(listener -> listener.take(report.get()))
        .collect()
        .last()
        .replaceWith(true);
  }

  /** Empty when it is no event about a device's connection. */
  static Optional<SessionReport> report(JsonNode event) {
    try {
      var client = EmqxText.text(event, "clientid").map(ClientIdentifier::read);
      return client.flatMap(it -> report(it, event));
    } catch (MalformedIdException notADevice) {
      return Optional.empty();
    }
  }

  private static Optional<SessionReport> report(ClientIdentifier client, JsonNode event) {
    var connectedAt = EmqxText.time(event, "connected_at").orElse(null);
    var node = EmqxText.words(event, "node", MAX_NODE).orElse(null);
    return switch (EmqxText.text(event, "event").orElse("")) {
      case "client.connected" ->
          time(event, "connected_at")
              .map(
                  at ->
                      new SessionReport(
                          client, SessionReport.Kind.CONNECTED, at, connectedAt, node, null));
      case "client.disconnected" ->
          time(event, "disconnected_at")
              .map(
                  at ->
                      new SessionReport(
                          client,
                          SessionReport.Kind.DISCONNECTED,
                          at,
                          connectedAt,
                          node,
                          EmqxText.words(event, "reason", MAX_REASON).orElse("unknown")));
      default -> Optional.empty();
    };
  }

  private static Optional<Instant> time(JsonNode event, String member) {
    return EmqxText.time(event, member).or(() -> EmqxText.time(event, "timestamp"));
  }
}
