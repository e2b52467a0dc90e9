package io.muster.ingest.endpoint.packets;

/**
 * What the decoders of one event loop share, so that an idle connection costs none of it. Not
 * thread-safe: used on that event loop alone.
 */
public final class ReadingDesk {
  private final PacketBody body = new PacketBody();

  PacketBody body() {
    return body;
  }
}
