package io.muster.broker.accounts;

import com.hivemq.extension.sdk.api.packets.disconnect.DisconnectReasonCode;
import com.hivemq.extension.sdk.api.services.Services;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends connections whose tokens have ended. Thread-safe.
 *
 * <p>Keyed by client identifier: a newer connection of the same identifier throws the older one off
 * anyway, so the end that counts is that of the token shown last. An entry leaves with its token,
 * at the latest an hour later, so their number is bounded by that of services' connections.
 */
final class ConnectionEnds {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionEnds.class);

  private final Clock clock;
  private final Map<String, Instant> endByClient = new ConcurrentHashMap<>();

  ConnectionEnds(Clock clock) {
    this.clock = clock;
  }

  /** Remembers when a client that was just let in must go. */
  void at(String clientIdentifier, Instant end) {
    endByClient.put(clientIdentifier, end);
  }

  /** Ends what is due; called about every second. */
  void sweep() {
    var now = clock.instant();
    endByClient.forEach(
        (client, end) -> {
          if (!end.isAfter(now) && endByClient.remove(client, end)) {
            end(client);
          }
        });
  }

  private static void end(String client) {
    // Its will is published: to others the client is gone.
    Services.clientService()
        .disconnectClient(client, false, DisconnectReasonCode.NOT_AUTHORIZED, "token ended")
        .whenComplete(
            (wasConnected, failure) -> {
              if (failure != null) {
                LOG.warn("cannot disconnect {}: {}", client, failure.toString());
              } else if (wasConnected) {
                LOG.info("disconnected {}: its token ended", client);
              }
            });
  }
}
