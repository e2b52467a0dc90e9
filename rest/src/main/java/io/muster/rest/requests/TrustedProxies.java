package io.muster.rest.requests;

import io.muster.rest.bans.Cidr;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Proxies whose word counts on who is behind them. Immutable, thread-safe.
 *
 * @param networks from where they connect
 */
public record TrustedProxies(List<Cidr> networks) {
  private static final int MAX_HOPS = 32;
  // In full: 10.1 would be an address as well.
  private static final Pattern LITERAL =
      Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|(?=.*:)[0-9a-fA-F:.]{2,45}");

  public TrustedProxies {
    networks = List.copyOf(networks);
  }

  /**
   * @throws IllegalArgumentException when one is no address and no network
   */
  public static TrustedProxies of(List<String> texts) {
    return new TrustedProxies(texts.stream().map(Cidr::parse).toList());
  }

  /** Whether somebody is one of them. */
  public boolean trusts(String address) {
    return address(address)
        .filter(it -> networks.stream().anyMatch(network -> network.contains(it)))
        .isPresent();
  }

  /**
   * Who asks: the last one in the header that is none of these. What stands before that one anybody
   * may have written.
   *
   * @param peer who holds the connection
   * @param header which the proxies write
   * @param values of the header, in their order
   */
  public String client(String peer, ForwardedHeader header, List<String> values) {
    if (!trusts(peer)) {
      return peer;
    }
    var hops = String.join(",", values).split(",");
    var found = peer;
    for (var i = hops.length - 1; i >= Math.max(0, hops.length - MAX_HOPS); i--) {
      var hop = header.address(hops[i]);
      if (address(hop).isEmpty()) {
        return found;
      }
      found = hop;
      if (!trusts(hop)) {
        return hop;
      }
    }
    return found;
  }

  /** An IPv4 address within IPv6 is the IPv4 address; no name is looked up. */
  private static Optional<InetAddress> address(String text) {
    if (!LITERAL.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException none) {
      return Optional.empty();
    }
  }
}
