package io.muster.firmware.download;

import io.muster.firmware.store.StoredObject;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Several ranges of a file as {@code multipart/byteranges} (RFC 9110 §14.6). Written once, by one
 * thread, in pieces of a fixed size.
 */
final class MultipartRanges implements StreamingOutput {
  private static final int PIECE_BYTES = 64 * 1024;

  private final List<ByteRange> ranges;
  private final long sizeBytes;
  private final StoredObject object;
  private final String boundary;

  MultipartRanges(List<ByteRange> ranges, long sizeBytes, StoredObject object) {
    this.ranges = List.copyOf(ranges);
    this.sizeBytes = sizeBytes;
    this.object = object;
    // Bytes that hold their own digest are not to be found.
    this.boundary = "muster-" + object.name().hex().substring(0, 40);
  }

  String mediaType() {
    return "multipart/byteranges; boundary=" + boundary;
  }

  @Override
  public void write(OutputStream out) throws IOException {
    try (var file = FileChannel.open(object.file().orElseThrow(), StandardOpenOption.READ)) {
      var buffer = ByteBuffer.allocate(PIECE_BYTES);
      for (var range : ranges) {
        out.write(head(range));
        write(out, file, range, buffer);
      }
    }
    out.write(end());
  }

  private static void write(OutputStream out, FileChannel file, ByteRange range, ByteBuffer buffer)
      throws IOException {
    var next = range.first();
    while (next <= range.last()) {
      buffer.clear().limit((int) Math.min(PIECE_BYTES, range.last() - next + 1));
      var read = file.read(buffer, next);
      if (read < 0) {
        throw new IOException("the file is shorter than its artifact");
      }
      out.write(buffer.array(), 0, read);
      next += read;
    }
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
