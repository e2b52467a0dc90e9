package io.muster.ingest.endpoint.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.zip.CRC32C;

/**
 * A header of the PROXY protocol, version 2 (section 2.2 of its specification, which comes with
 * HAProxy).
 *
 * <p>It is not Netty's decoder because that one, given an extension that is longer than the header,
 * never gives back the buffer and takes what follows for the client's; and it lets what is no
 * header gather before it says so.
 *
 * @param client null when the proxy speaks for itself, as when it looks whether we are well, or
 *     when its client has no IP address; then it is the proxy's own that counts
 */
record ProxyHeader(InetSocketAddress client) {
  static final ProxyHeader OF_NOBODY = new ProxyHeader(null);

  private static final byte[] SIGNATURE = {
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
  };
  private static final int FIXED_BYTES = 16;
  private static final int COMMAND_AT = 12;
  private static final int FAMILY_AT = 13;
  private static final int LENGTH_AT = 14;

  private static final int LOCAL = 0x20;
  private static final int PROXY = 0x21;
  private static final int UNSPECIFIED = 0x00;
  private static final int TCP_OVER_IPV4 = 0x11;
  private static final int TCP_OVER_IPV6 = 0x21;
  private static final int UNIX_STREAM = 0x31;

  private static final int EXTENSION_HEAD_BYTES = 3;
  private static final int CHECKSUM = 0x03;
  private static final int CHECKSUM_BYTES = 4;

  /** It is no header, or one that may not be taken. It says nothing of what was sent. */
  static final class MalformedHeaderException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedHeaderException(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * Takes a header from the front of what came.
   *
   * @return null when it has not come whole; then nothing was taken
   */
  static ProxyHeader read(ByteBuf in, int maxBytes) throws MalformedHeaderException {
    judgeSignature(in);
    if (in.readableBytes() < FIXED_BYTES) {
      return null;
    }
    var start = in.readerIndex();
    var bytes = FIXED_BYTES + in.getUnsignedShort(start + LENGTH_AT);
    if (bytes > maxBytes) {
      throw new MalformedHeaderException(
          "a PROXY header of %d bytes, %d are allowed".formatted(bytes, maxBytes));
    }
    if (in.readableBytes() < bytes) {
      return null;
    }
    var header = read(in.slice(start, bytes));
    in.skipBytes(bytes);
    return header;
  }

  private static void judgeSignature(ByteBuf in) throws MalformedHeaderException {
    var there = Math.min(in.readableBytes(), SIGNATURE.length);
    for (int i = 0; i < there; i++) {
      if (in.getByte(in.readerIndex() + i) != SIGNATURE[i]) {
        throw new MalformedHeaderException(
            in.getByte(in.readerIndex()) == 'P'
                ? "perhaps a PROXY header of version 1; version 2 is wanted"
                : "no PROXY header");
      }
    }
  }

  private static ProxyHeader read(ByteBuf header) throws MalformedHeaderException {
    var command = header.getUnsignedByte(COMMAND_AT);
    var family = header.getUnsignedByte(FAMILY_AT);
    return switch (command) {
      case LOCAL -> OF_NOBODY;
      case PROXY ->
          switch (family) {
            case UNSPECIFIED -> OF_NOBODY;
            case TCP_OVER_IPV4 -> of(header, 4);
            case TCP_OVER_IPV6 -> of(header, 16);
            case UNIX_STREAM -> {
              judgeExtensions(header, FIXED_BYTES + 2 * 108);
              yield OF_NOBODY;
            }
            default -> throw new MalformedHeaderException("a PROXY header for what is not TCP");
          };
      default -> throw new MalformedHeaderException("a PROXY header of another version or command");
    };
  }

  private static ProxyHeader of(ByteBuf header, int addressBytes) throws MalformedHeaderException {
    var portAt = FIXED_BYTES + 2 * addressBytes;
    judgeExtensions(header, portAt + 4);
    try {
      var address =
          InetAddress.getByAddress(ByteBufUtil.getBytes(header, FIXED_BYTES, addressBytes));
      return new ProxyHeader(new InetSocketAddress(address, header.getUnsignedShort(portAt)));
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /**
   * What stands behind the addresses is nothing to us, but it must fit in, and its sum be right.
   */
  private static void judgeExtensions(ByteBuf header, int from) throws MalformedHeaderException {
    var end = header.readableBytes();
    int at = from;
    while (at != end) {
      if (at + EXTENSION_HEAD_BYTES > end) {
        throw new MalformedHeaderException("a PROXY header that is too short for what it holds");
      }
      var bytes = header.getUnsignedShort(at + 1);
      if (at + EXTENSION_HEAD_BYTES + bytes > end) {
        throw new MalformedHeaderException("a PROXY header that is too short for what it holds");
      }
      if (header.getUnsignedByte(at) == CHECKSUM) {
        judgeChecksum(header, at + EXTENSION_HEAD_BYTES, bytes);
      }
      at += EXTENSION_HEAD_BYTES + bytes;
    }
  }

  /** Section 2.2.3: of the whole header, with zeros in its own place. */
  private static void judgeChecksum(ByteBuf header, int at, int bytes)
      throws MalformedHeaderException {
    if (bytes == CHECKSUM_BYTES) {
      var all = ByteBufUtil.getBytes(header);
      java.util.Arrays.fill(all, at, at + CHECKSUM_BYTES, (byte) 0);
      var sum = new CRC32C();
      sum.update(all);
      if (sum.getValue() == header.getUnsignedInt(at)) {
        return;
      }
    }
    throw new MalformedHeaderException("a PROXY header with a wrong checksum");
  }
}
