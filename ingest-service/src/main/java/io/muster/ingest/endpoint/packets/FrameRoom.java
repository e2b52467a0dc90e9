package io.muster.ingest.endpoint.packets;

/**
 * Where the decoder asks before it lets a packet gather that has not come whole. Called on the
 * event loop.
 */
public interface FrameRoom {
  /** Whether packets may be decoded now; when not, bytes stay where they are. */
  boolean open();

  /**
   * Takes memory for a packet, or for more of it.
   *
   * @return false when there is none; decoding stops until it is resumed
   */
  boolean reserve(int bytes);

  /** Gives back what {@link #reserve} took. */
  void giveBack(int bytes);

  /**
   * Counts what lies undecoded while the room is closed.
   *
   * @param change in bytes, negative when it became less
   */
  default void kept(int change) {}
}
