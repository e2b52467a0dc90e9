package io.muster.ingest.endpoint.limits;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.EnumSet;

/**
 * Whether a connection is read. It is while nobody holds it; while somebody does, the socket is
 * left alone, TCP slows the client down and its keep-alive timer stands still. Used on the
 * connection's event loop alone.
 */
public final class ReadGate {
  /** Why a connection is not read. */
  public enum Hold {
    /** Its CONNECT is being answered. */
    ADMISSION,
    /** Nobody has yet said whether it may speak for another device. */
    AUTHORISATION,
    /** Its subscriptions are being stored. */
    SUBSCRIPTION,
    /** As many messages as it may have wait for the store. */
    WINDOW,
    /** As many bytes as it may have wait for the store. */
    BYTES,
    /** Its device, or its tenant or all by it, have as much on its way to the store as they may. */
    IN_FLIGHT,
    /** It sent more in a second than its device, its tenant or all may. */
    RATE,
    /** Other large packets, of its device or tenant, gather in what it may have for that. */
    GATHERING,
    /** All connections together hold as much as they may. */
    MEMORY,
    /** It does not read what is sent to it. */
    OUTPUT,
    /** It is about to close. */
    CLOSING
  }

  /** The state of a socket whose peer has closed its half (linux/include/net/tcp_states.h). */
  private static final int TCP_CLOSE_WAIT = 8;

  private final Channel channel;
  private final Runnable reopen;
  private final PausedConnections paused;
  private final EnumSet<Hold> holds = EnumSet.noneOf(Hold.class);
  private long resumedAtNanos = System.nanoTime();
  private boolean abandoned;
  private boolean inputEnded;

  /**
   * @param reopen decodes what has gathered; called in a task of its own, never from within {@link
   *     #release}
   */
  public ReadGate(Channel channel, Runnable reopen, PausedConnections paused) {
    this.channel = channel;
    this.reopen = reopen;
    this.paused = paused;
  }

  public void hold(Hold hold) {
    if (holds.isEmpty()) {
      channel.config().setAutoRead(false);
      paused.oneMore();
    }
    if (holds.add(hold) && !abandoned) {
      paused.held(hold);
    }
  }

  public void release(Hold hold) {
    if (!holds.remove(hold)) {
      return;
    }
    if (!abandoned) {
      paused.released(hold);
    }
    if (holds.isEmpty()) {
      resumedAtNanos = System.nanoTime();
      paused.oneLess();
      channel.eventLoop().execute(this::read);
    }
  }

  private void read() {
    if (holds.isEmpty()) {
      reopen.run();
    }
    // Decoding what had gathered may have closed it again.
    if (holds.isEmpty() && channel.isActive()) {
      readOnOrClose();
    }
  }

  private void readOnOrClose() {
    if (inputEnded) {
      channel.close();
    } else {
      channel.config().setAutoRead(true);
    }
  }

  /**
   * Nothing more will come: closes the connection, but not before what came is decoded. Java's own
   * sockets tell it only to who reads; epoll reads to the end by itself once the client has closed.
   */
  public void inputEnded() {
    inputEnded = true;
    if (abandoned) {
      channel.close();
    } else if (holds.isEmpty()) {
      // Not at once: of what came while it was held some may wait for its task.
      channel.eventLoop().execute(this::read);
    }
  }

  /**
   * Whether the client has closed its half, as far as the system knows; epoll then reads to the end
   * although nobody is to be read. Java's own sockets do not, and say false. A call of the system.
   */
  public boolean clientHasClosed() {
    return channel instanceof EpollSocketChannel socket
        && socket.isOpen()
        && socket.tcpInfo().state() == TCP_CLOSE_WAIT;
  }

  /** Closes the connection whatever is left of it. */
  public void giveUp() {
    channel.close();
  }

  public boolean isOpen() {
    return holds.isEmpty();
  }

  public boolean isHeld(Hold hold) {
    return holds.contains(hold);
  }

  /** When it last began to be read again, from which a keep-alive counts anew. */
  public long resumedAtNanos() {
    return resumedAtNanos;
  }

  /**
   * Forgets all holds of a connection that has ended; it stays shut, and is no longer counted. Once
   * or more often.
   */
  public void abandon() {
    if (!holds.isEmpty() && !abandoned) {
      paused.oneLess();
      holds.forEach(paused::released);
    }
    abandoned = true;
    holds.clear();
    holds.add(Hold.CLOSING);
  }
}
