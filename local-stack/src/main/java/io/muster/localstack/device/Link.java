package io.muster.localstack.device;

/** One connection of a device. What happens on it is put into the sender's inbox. */
interface Link {
  /**
   * Publishes at QoS 1; the answer comes as an event.
   *
   * @param sequence given back with the answer
   */
  void publish(long sequence, byte[] payload);

  /** Ends it with DISCONNECT. */
  void close();

  /** Makes connections. */
  interface Maker {
    /**
     * Connects.
     *
     * @param inbox hears what happens on it
     * @throws RefusedException when the endpoint does not let the device in
     * @throws UnreachableException when it cannot be reached or is not ready just now
     */
    Link connect(Inbox inbox) throws RefusedException, UnreachableException;
  }

  /** Called on the connection's threads. */
  interface Inbox {
    void acknowledged(long sequence);

    /** The PUBACK came with an error; {@code again} when sending it again later may help. */
    void refused(long sequence, String reason, boolean again);

    void lost(String reason);
  }

  /** Wrong credentials, or a device that may not connect. */
  final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String reason) {
      super(reason);
    }
  }

  /** Trying again later may help. */
  final class UnreachableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreachableException(String reason) {
      super(reason);
    }
  }
}
