package io.muster.ingest.endpoint.down;

/** A QoS 2 message to one connection's client, or what is left of it. On the event loop. */
final class Exchange {
  /** How far it is (MQTT 5 §4.3.3). */
  enum State {
    /** It is being kept, and must not be sent before. */
    KEEPING,
    /** It may be sent. */
    READY,
    /** PUBLISH is on its way. */
    SENT,
    /** The client has it (PUBREC), and that is being kept. */
    TAKEN,
    /** That is kept: PUBREL may go. */
    RELEASABLE,
    /** PUBREL is on its way. */
    RELEASED,
    /** Nobody needs its identifier any more, and that is being kept. */
    OVER
  }

  private static final int REQUEST_LEVELS = 6;

  final int packetIdentifier;

  /** Whether an earlier connection may have sent it. */
  final boolean resumed;

  /** The topic name of a command that awaits an answer, which no other command has; or null. */
  final String request;

  State state;

  /** Null when the client has it. */
  Waiting message;

  Exchange(int packetIdentifier, Waiting message, boolean resumed, State state) {
    this.packetIdentifier = packetIdentifier;
    this.message = message;
    this.resumed = resumed;
    this.state = state;
    this.request = message == null ? null : request(message);
  }

  /** {@code command/{tenant}/{device}/req/{requestId}/{name}} (docs/architecture.md), or null. */
  static String request(Waiting message) {
    var topic = message.message().topic().serviceName();
    var level = topic.split("/", REQUEST_LEVELS);
    return level.length == REQUEST_LEVELS && level[0].equals("command") && !level[4].isEmpty()
        ? topic
        : null;
  }

  /** Whether the client counts it as one that it was sent and is not through with. */
  boolean isOnTheWay() {
    return switch (state) {
      case SENT, TAKEN, RELEASABLE, RELEASED -> true;
      case KEEPING, READY, OVER -> false;
    };
  }

  boolean isOver() {
    return state == State.OVER;
  }
}
