package io.muster.ingest.endpoint.session;

/** What the parts of a connection may ask of it. On its event loop. */
public interface ConnectionControl {

  /**
   * Ends the connection, telling an MQTT 5 client why.
   *
   * @param detail for the engineer at the other end; never a payload or a credential
   */
  void end(EndReason reason, String detail);

  /** Leaves the connection unread until its large packet may gather. */
  void waitToGather();

  /** Leaves the connection unread until all connections together hold less. */
  void waitForMemory();
}
