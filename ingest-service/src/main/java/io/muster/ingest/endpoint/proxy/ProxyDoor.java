package io.muster.ingest.endpoint.proxy;

import io.muster.ingest.endpoint.ProxyProtocolConfig;
import io.muster.ingest.endpoint.limits.Knocking;
import io.muster.ingest.endpoint.observe.EndpointMetrics;
import io.muster.ingest.endpoint.observe.RefusalLog;
import io.muster.rest.bans.Cidr;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Where connections come in of which a proxy says whose they are. It lets in proxies alone, and
 * from then on it is the client's address that counts. Thread-safe.
 */
public final class ProxyDoor {
  private final ProxyProtocolConfig config;
  private final List<Cidr> trusted;
  private final Knocking knocking;
  private final EndpointMetrics metrics;
  private final RefusalLog refusals;

  /**
   * @throws IllegalStateException when nobody is trusted, or what is written there is no network
   */
  public ProxyDoor(
      ProxyProtocolConfig config, Knocking knocking, EndpointMetrics metrics, RefusalLog refusals) {
    this.config = config;
    this.trusted = networks(config.trusted().orElse(List.of()));
    this.knocking = knocking;
    this.metrics = metrics;
    this.refusals = refusals;
    if (isUsed() && trusted.isEmpty()) {
      throw new IllegalStateException(
          "muster.endpoint.proxy-protocol is required, and muster.endpoint.proxy-protocol.trusted"
              + " names no proxy");
    }
  }

  private static List<Cidr> networks(List<String> texts) {
    try {
      return texts.stream().map(Cidr::parse).toList();
    } catch (IllegalArgumentException wrong) {
      throw new IllegalStateException(
          "muster.endpoint.proxy-protocol.trusted: " + wrong.getMessage(), wrong);
    }
  }

  /** Whether connections come this way. */
  public boolean isUsed() {
    return config.mode() == ProxyProtocolConfig.Mode.REQUIRED;
  }

  /**
   * Waits for a new connection's header. Until then it has a place as any stranger, but of no
   * address.
   *
   * @param welcome gets whose connection it is, and the place; it adds the handlers of what follows
   *     the header
   */
  public void meet(Channel channel, BiConsumer<SocketAddress, Knocking.Place> welcome) {
    if (!trusts(channel.remoteAddress())) {
      turnAway(channel, "proxy-untrusted", "it comes from no trusted proxy");
      return;
    }
    var place = knocking.takeUnnamed();
    if (place == null) {
      metrics.refused("knocking");
      channel.close();
      return;
    }
    channel
        .pipeline()
        .addLast(
            new ProxyHeaderReader(
                config, this, place, client -> name(channel, place, client, welcome)));
  }

  private boolean trusts(SocketAddress peer) {
    return peer instanceof InetSocketAddress address
        && address.getAddress() != null
        && trusted.stream().anyMatch(network -> network.contains(address.getAddress()));
  }

  private void name(
      Channel channel,
      Knocking.Place place,
      InetSocketAddress client,
      BiConsumer<SocketAddress, Knocking.Place> welcome) {
    var whose = client == null ? channel.remoteAddress() : client;
    if (place.belongsTo(whose)) {
      welcome.accept(whose, place);
    } else {
      place.leave();
      metrics.refused("knocking");
      channel.close();
    }
  }

  /** Closes a connection without a word: neither side has said in which protocol. */
  void turnAway(Channel channel, String reason, String detail) {
    metrics.refused(reason);
    var from =
        channel.remoteAddress() instanceof InetSocketAddress address && address.getAddress() != null
            ? address.getAddress().getHostAddress()
            : "unknown";
    refusals.write(null, from, "Connection closed before CONNECT", detail);
    channel.close();
  }
}
