package io.muster.ingest.endpoint.packets;

import java.util.Arrays;

/**
 * Remembers the last topic name of a connection: a device sends most of its messages under one, and
 * the same string again lets those who judge it know it by identity.
 */
final class TopicMemory {
  private static final int MAX_BYTES = 200;
  private static final byte[] NONE = {};

  private byte[] bytes = NONE;
  private String topic = "";

  /** The string of the bytes that were loaded into the body's scratch space. */
  String read(PacketBody body, int length) throws MalformedPacketException {
    if (length == bytes.length && Arrays.equals(body.scratch(), 0, length, bytes, 0, length)) {
      return topic;
    }
    var decoded = body.decoded(length);
    if (length > 0 && length <= MAX_BYTES) {
      bytes = Arrays.copyOf(body.scratch(), length);
      topic = decoded;
    }
    return decoded;
  }
}
