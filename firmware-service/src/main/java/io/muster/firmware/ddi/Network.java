package io.muster.firmware.ddi;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Addresses that begin with the same bits, as {@code 10.1.0.0/16} or {@code fd00::/8}.
 *
 * @param address its bytes
 * @param bits how many of them count
 */
record Network(byte[] address, int bits) {
  // Literals alone: a name would be looked up.
  private static final Pattern LITERAL = Pattern.compile("[0-9a-fA-F:.]{2,45}");

  /**
   * Reads a network, or a single address.
   *
   * @throws IllegalArgumentException when it is neither
   */
  static Network of(String text) {
    var slash = text.indexOf('/');
    var address = bytes(slash < 0 ? text : text.substring(0, slash));
    if (address.isEmpty()) {
      throw new IllegalArgumentException(text + " is no address and no network");
    }
    var most = address.get().length * 8;
    try {
      var bits = slash < 0 ? most : Integer.parseInt(text.substring(slash + 1));
      if (bits >= 0 && bits <= most) {
        return new Network(address.get(), bits);
      }
    } catch (NumberFormatException malformed) {
      // Told below.
    }
    throw new IllegalArgumentException(text + " has no number of bits up to " + most);
  }

  /** Whether an address is one of them; what is none is in no network. */
  boolean holds(String literal) {
    return bytes(literal).filter(this::holds).isPresent();
  }

  private boolean holds(byte[] other) {
    if (other.length != address.length) {
      return false;
    }
    for (var bit = 0; bit < bits; bit++) {
      var mask = 0x80 >> bit % 8;
      if ((address[bit / 8] & mask) != (other[bit / 8] & mask)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a text is an address. */
  static boolean isAddress(String literal) {
    return bytes(literal).isPresent();
  }

  /** An IPv4 address within IPv6 is the IPv4 address. */
  private static Optional<byte[]> bytes(String literal) {
    if (!LITERAL.matcher(literal).matches()
        || literal.indexOf(':') < 0 && !literal.matches("\\d{1,3}(\\.\\d{1,3}){3}")) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(literal).getAddress());
    } catch (UnknownHostException none) {
      return Optional.empty();
    }
  }
}
