package io.muster.registry.bulk;

/**
 * A line of an import as it came.
 *
 * @param number the first is 1
 * @param bytes without the line feed; null when it is longer than is read
 */
record Line(long number, byte[] bytes) {
  boolean isTooLong() {
    return bytes == null;
  }

  int length() {
    return bytes == null ? 0 : bytes.length;
  }
}
