package io.muster.ingest.endpoint.limits;

import java.net.InetAddress;

/**
 * A network in CIDR notation (RFC 4632), or a single address.
 *
 * @param address of the network
 * @param prefixBits how many of its bits count
 */
record Cidr(InetAddress address, int prefixBits) {

  Cidr {
    if (prefixBits < 0 || prefixBits > 8 * address.getAddress().length) {
      throw new IllegalArgumentException("no such prefix: " + address + "/" + prefixBits);
    }
  }

  /**
   * Reads {@code 192.0.2.0/24}, {@code 2001:db8::/32} or an address.
   *
   * @throws IllegalArgumentException for anything else, also for a host's name
   */
  static Cidr parse(String text) {
    var slash = text.indexOf('/');
    var address =
        InetAddress.ofLiteral(slash < 0 ? text.strip() : text.substring(0, slash).strip());
    if (slash < 0) {
      return new Cidr(address, 8 * address.getAddress().length);
    }
    try {
      return new Cidr(address, Integer.parseInt(text.substring(slash + 1).strip()));
    } catch (NumberFormatException noNumber) {
      throw new IllegalArgumentException("not a network in CIDR notation: " + text, noNumber);
    }
  }

  boolean contains(InetAddress other) {
    var mine = address.getAddress();
    var its = other.getAddress();
    if (mine.length != its.length) {
      return false;
    }
    for (int bit = 0; bit < prefixBits; bit++) {
      var mask = 0x80 >> (bit % 8);
      if ((mine[bit / 8] & mask) != (its[bit / 8] & mask)) {
        return false;
      }
    }
    return true;
  }
}
