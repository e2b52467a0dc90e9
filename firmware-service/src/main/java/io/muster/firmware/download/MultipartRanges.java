package io.muster.firmware.download;

import io.muster.firmware.store.ArtifactStore;
import io.muster.firmware.store.Sha256;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Several ranges of a file as {@code multipart/byteranges} (RFC 9110 §14.6). Written once, by one
 * thread, in small pieces.
 */
final class MultipartRanges implements StreamingOutput {
  private final List<ByteRange> ranges;
  private final long sizeBytes;
  private final ArtifactStore store;
  private final Sha256 name;
  private final Pace pace;
  private final String boundary;

  MultipartRanges(
      List<ByteRange> ranges, long sizeBytes, ArtifactStore store, Sha256 name, Pace pace) {
    this.ranges = List.copyOf(ranges);
    this.sizeBytes = sizeBytes;
    this.store = store;
    this.name = name;
    this.pace = pace;
    // Bytes that hold their own digest are not to be found.
    this.boundary = "muster-" + name.hex().substring(0, 40);
  }

  String mediaType() {
    return "multipart/byteranges; boundary=" + boundary;
  }

  @Override
  public void write(OutputStream out) throws IOException {
    for (var range : ranges) {
      out.write(head(range));
      try (var part = store.open(name, range.first(), range.lengthBytes())) {
        pace.copy(part, out);
      }
    }
    out.write(end());
  }

  private byte[] head(ByteRange range) {
    return ("\r\n--%s\r\nContent-Type: application/octet-stream\r\nContent-Range: %s\r\n\r\n")
        .formatted(boundary, range.contentRange(sizeBytes))
        .getBytes(StandardCharsets.US_ASCII);
  }

  private byte[] end() {
    return ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII);
  }
}
