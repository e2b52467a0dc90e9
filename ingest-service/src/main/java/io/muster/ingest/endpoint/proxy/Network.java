package io.muster.ingest.endpoint.proxy;

import io.netty.util.NetUtil;
import java.net.InetAddress;

/**
 * A network of IP addresses, or one of them. Immutable.
 *
 * @param prefix of four or sixteen bytes; those beyond {@code bits} say nothing
 * @param bits how many of its bits all addresses of the network have
 */
record Network(byte[] prefix, int bits) {
  Network {
    if (bits < 0 || bits > prefix.length * Byte.SIZE) {
      throw new IllegalArgumentException("a network of " + bits + " bits");
    }
  }

  /**
   * Reads "10.1.0.0/16", "fd00::/8", or an address.
   *
   * @throws IllegalArgumentException when it is neither; no name is looked up
   */
  static Network parse(String text) {
    var slash = text.indexOf('/');
    var prefix =
        NetUtil.createByteArrayFromIpAddressString(slash < 0 ? text : text.substring(0, slash));
    try {
      if (prefix != null) {
        return new Network(
            prefix,
            slash < 0
                ? prefix.length * Byte.SIZE
                : Integer.parseUnsignedInt(text.substring(slash + 1)));
      }
    } catch (IllegalArgumentException notBits) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "'%s' is no network; write it as 10.1.0.0/16 or fd00::/8".formatted(text));
  }

  /** An IPv4 address that is written as one of IPv6 is one of IPv4. */
  boolean contains(InetAddress address) {
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
