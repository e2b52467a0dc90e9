package io.muster.registry.emqx;

import io.muster.contract.id.ClientIdentifier;
import java.time.Instant;

/**
 * What a broker of others says of a device's connection.
 *
 * @param client whose it is
 * @param kind what happened
 * @param at when, by that broker's clock
 * @param connectedAt when the connection began, which tells it from others of the client; null when
 *     the broker does not say
 * @param node which of the broker's nodes holds or held it; null when it does not say
 * @param reason why it ended, in that broker's words; null when it began
 */
public record SessionReport(
    ClientIdentifier client,
    Kind kind,
    Instant at,
    Instant connectedAt,
    String node,
    String reason) {
  /** What happened to a connection. */
  public enum Kind {
    CONNECTED,
    DISCONNECTED
  }
}
