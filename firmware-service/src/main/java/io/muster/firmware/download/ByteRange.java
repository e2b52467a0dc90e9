package io.muster.firmware.download;

/**
 * A part of some bytes.
 *
 * @param first where it begins, from 0
 * @param last where it ends; inclusive, as in HTTP
 */
public record ByteRange(long first, long last) {

  /**
   * @throws IllegalArgumentException if it is empty or begins before 0
   */
  public ByteRange {
    if (first < 0 || last < first) {
      throw new IllegalArgumentException("No range: " + first + "-" + last);
    }
  }

  /** How many bytes it has; at least one. */
  public long lengthBytes() {
    return last - first + 1;
  }

  /** The value of {@code Content-Range} (RFC 9110 §14.4). */
  public String contentRange(long sizeBytes) {
    return "bytes " + first + "-" + last + "/" + sizeBytes;
  }
}
