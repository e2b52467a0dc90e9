package io.muster.contract.reading;

import io.muster.contract.reading.UnreadablePayload.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/** Unpacks gzip, up to a bound: a few kilobytes can unpack to gigabytes. */
final class Inflation {
  private static final int BUFFER_BYTES = 8 * 1024;

  private Inflation() {}

  static byte[] gunzip(byte[] packed, int mostBytes) throws UnreadablePayload {
    try (var stream = new GZIPInputStream(new ByteArrayInputStream(packed), BUFFER_BYTES)) {
      var unpacked = stream.readNBytes(mostBytes + 1);
      if (unpacked.length > mostBytes) {
        throw new UnreadablePayload(
            Reason.TOO_LARGE, "the payload inflates to more than " + mostBytes + " bytes");
      }
      return unpacked;
    } catch (IOException noGzip) {
      throw new UnreadablePayload(Reason.MALFORMED, "the payload is not well-formed gzip");
    }
  }
}
