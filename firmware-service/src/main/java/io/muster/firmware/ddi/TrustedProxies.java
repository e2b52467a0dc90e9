package io.muster.firmware.ddi;

import java.util.List;

/**
 * Proxies whose word counts on who is behind them. Immutable, thread-safe.
 *
 * @param networks from where they connect
 */
record TrustedProxies(List<Network> networks) {
  private static final int MAX_HOPS = 32;

  TrustedProxies {
    networks = List.copyOf(networks);
  }

  /**
   * @throws IllegalArgumentException when one is no address and no network
   */
  static TrustedProxies of(List<String> texts) {
    return new TrustedProxies(texts.stream().map(String::strip).map(Network::of).toList());
  }

  /** Whether somebody is one of them. */
  boolean trusts(String address) {
    return networks.stream().anyMatch(it -> it.holds(address));
  }

  /**
   * Who asks: the last one in {@code X-Forwarded-For} that is none of these. What stands before
   * that one anybody may have written.
   *
   * @param peer who holds the connection
   * @param forwarded the values of the header, in their order
   */
  String client(String peer, List<String> forwarded) {
    if (!trusts(peer)) {
      return peer;
    }
    var hops = String.join(",", forwarded).split(",");
    var found = peer;
    for (var i = hops.length - 1; i >= Math.max(0, hops.length - MAX_HOPS); i--) {
      var hop = hops[i].strip();
      if (!Network.isAddress(hop)) {
        return found;
      }
      found = hop;
      if (!trusts(hop)) {
        return hop;
      }
    }
    return found;
  }
}
