package io.muster.ingest.endpoint.down;

import io.muster.ingest.endpoint.session.ActiveSession;
import io.muster.ingest.sessions.OutgoingMessages;
import io.netty.channel.EventLoop;
import java.time.Clock;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Keeps one connection's QoS 2 exchanges for the next one; does nothing for a session that ends
 * with its connection. Answers come later on the event loop.
 */
final class Keeping {
  private final ActiveSession session;
  private final OutgoingMessages messages;
  private final EventLoop loop;
  private final Clock clock;

  Keeping(ActiveSession session, DownSupport support, EventLoop loop) {
    this.session = session;
    this.messages = session.persistent() ? support.sessions().outgoing() : null;
    this.loop = loop;
    this.clock = support.clock();
  }

  boolean isNeeded() {
    return messages != null;
  }

  /**
   * @param answer hears whether it may be sent
   */
  void begin(Exchange exchange, Consumer<Boolean> answer) {
    messages
        .begin(session.sessionKey(), session.epoch(), KeptMessages.of(exchange, clock))
        .subscribe()
        .with(
            kept -> onLoop(() -> answer.accept(kept)), away -> onLoop(() -> answer.accept(false)));
  }

  /**
   * @param then runs unless another connection has the session, and so sends the message again
   */
  void taken(Exchange exchange, Runnable then) {
    if (!isNeeded()) {
      then.run();
      return;
    }
    messages
        .taken(session.sessionKey(), session.epoch(), exchange.packetIdentifier)
        .subscribe()
        .with(
            ours -> {
              if (ours) {
                onLoop(then);
              }
            });
  }

  void over(Exchange exchange, Runnable then) {
    if (!isNeeded()) {
      then.run();
      return;
    }
    messages
        .over(session.sessionKey(), session.epoch(), exchange.packetIdentifier)
        .subscribe()
        .with(done -> onLoop(then));
  }

  /** Never at once, so that nothing goes on in the middle of what asked. */
  void onLoop(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException loopHasEnded) {
      // Then the connection has ended too.
      return;
    }
  }
}
