package io.muster.rest.bans;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Where somebody comes from, as far as it can be told apart: an IPv4 address, or the /64 of an IPv6
 * address. A network of IPv6 is somebody's as a whole (RFC 6177); its addresses are free to choose.
 */
public final class Network {
  private static final int IPV6_PREFIX_BYTES = 8;

  /** Nobody can tell. */
  public static final Network UNKNOWN = new Network(null, new byte[0]);

  private final InetAddress address;
  private final byte[] prefix;

  private Network(InetAddress address, byte[] prefix) {
    this.address = address;
    this.prefix = prefix;
  }

  public static Network of(SocketAddress remote) {
    return remote instanceof InetSocketAddress address && address.getAddress() != null
        ? of(address.getAddress())
        : UNKNOWN;
  }

  public static Network of(InetAddress address) {
    var bytes = address.getAddress();
    return new Network(address, Arrays.copyOf(bytes, Math.min(bytes.length, IPV6_PREFIX_BYTES)));
  }

  /**
   * @param address an IP address in words; of anything else nobody can tell
   */
  public static Network of(String address) {
    try {
      return of(InetAddress.ofLiteral(address));
    } catch (IllegalArgumentException noAddress) {
      return UNKNOWN;
    }
  }

  boolean isIn(Cidr cidr) {
    return address != null && cidr.contains(address);
  }

  /** Two addresses of the same network are equal. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Network network && Arrays.equals(prefix, network.prefix);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(prefix);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(prefix);
  }
}
