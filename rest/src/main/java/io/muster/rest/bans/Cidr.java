package io.muster.rest.bans;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * A network of IP addresses in CIDR notation (RFC 4632), or a single address. Immutable.
 *
 * @param prefix of four or sixteen bytes; those beyond {@code bits} say nothing
 * @param bits how many of its bits all addresses of the network have
 */
public record Cidr(byte[] prefix, int bits) {
  private static final int IPV4_BYTES = 4;
  private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

  public Cidr {
    if (bits < 0 || bits > prefix.length * Byte.SIZE) {
      throw new IllegalArgumentException("a network of " + bits + " bits");
    }
  }

  /**
   * Reads "10.1.0.0/16", "fd00::/8", or an address.
   *
   * @throws IllegalArgumentException when it is neither; no name is looked up
   */
  public static Cidr parse(String text) {
    var stripped = text.strip();
    var slash = stripped.indexOf('/');
    var prefix =
        NetUtil.createByteArrayFromIpAddressString(
            slash < 0 ? stripped : stripped.substring(0, slash));
    try {
      if (prefix != null) {
        return unmapped(
            prefix,
            slash < 0
                ? prefix.length * Byte.SIZE
                : Integer.parseUnsignedInt(stripped.substring(slash + 1)));
      }
    } catch (IllegalArgumentException notBits) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "'%s' is no network; write it as 10.1.0.0/16 or fd00::/8".formatted(text));
  }

  /** A network of IPv4 that is written in IPv6 (RFC 4291 §2.5.5.2) is one of IPv4. */
  private static Cidr unmapped(byte[] prefix, int bits) {
    var unmappedBits = bits - MAPPED.length * Byte.SIZE;
    var mapped =
        unmappedBits >= 0
            && Arrays.equals(
                prefix, 0, Math.min(prefix.length, MAPPED.length), MAPPED, 0, MAPPED.length);
    return mapped
        ? new Cidr(
            Arrays.copyOfRange(prefix, prefix.length - IPV4_BYTES, prefix.length), unmappedBits)
        : new Cidr(prefix, bits);
  }

  /** An IPv4 address that is written as one of IPv6 is one of IPv4. */
  public boolean contains(InetAddress address) {
    var bytes = address.getAddress();
    if (bytes.length != prefix.length) {
      return false;
    }
    for (int i = 0; i * Byte.SIZE < bits; i++) {
      var counted = Math.min(Byte.SIZE, bits - i * Byte.SIZE);
      var mask = 0xFF << (Byte.SIZE - counted);
      if (((bytes[i] ^ prefix[i]) & mask & 0xFF) != 0) {
        return false;
      }
    }
    return true;
  }
}
