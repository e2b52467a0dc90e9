package io.muster.ingest.endpoint.packets;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Bytes as tests write them: pairs of hexadecimal digits, {@code 'text'} for its bytes, {@code
 * "text"} for its length in two bytes and its bytes.
 */
public final class WireBytes {
  private static final Pattern TOKEN = Pattern.compile("'([^']*)'|\"([^\"]*)\"|([0-9A-Fa-f]+)");

  private WireBytes() {}

  public static byte[] of(String written) {
    var out = new ByteArrayOutputStream();
    var tokens = TOKEN.matcher(written);
    while (tokens.find()) {
      if (tokens.group(1) != null) {
        out.writeBytes(tokens.group(1).getBytes(UTF_8));
      } else if (tokens.group(2) != null) {
        out.writeBytes(string(tokens.group(2)));
      } else {
        out.writeBytes(HexFormat.of().parseHex(tokens.group(3)));
      }
    }
    return out.toByteArray();
  }

  /** A packet whose remaining length is what it should be. */
  public static byte[] packet(int first, byte[]... body) {
    var content = joined(body);
    return joined(new byte[] {(byte) first}, variableByteInteger(content.length), content);
  }

  public static byte[] string(String text) {
    var bytes = text.getBytes(UTF_8);
    return joined(new byte[] {(byte) (bytes.length >> 8), (byte) bytes.length}, bytes);
  }

  public static byte[] variableByteInteger(int value) {
    var out = new ByteArrayOutputStream();
    var rest = value;
    while (rest >= 0x80) {
      out.write(rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
    return out.toByteArray();
  }

  public static byte[] joined(byte[]... parts) {
    var out = new ByteArrayOutputStream();
    for (var part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
