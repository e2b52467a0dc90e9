package io.muster.mqtt;

import io.smallrye.mutiny.Uni;

/** The direction that uses a link; called on the channel's loop alone. */
interface LinkListener {
  /** Before CONNECT, so that what the broker sends right after CONNACK finds its receiver. */
  void opening(Connection connection);

  /**
   * After CONNACK.
   *
   * @param sessionPresent whether the broker took up an earlier session
   * @return completes when messages may pass; a failure ends the connection, and another follows
   */
  Uni<Void> opened(Connection connection, boolean sessionPresent);

  /**
   * The connection is over; nothing of it may be used any more.
   *
   * @param cause why; null when it was ended on purpose
   */
  void lost(Connection connection, Throwable cause);
}
