package io.muster.ingest.endpoint.up;

import io.muster.ingest.endpoint.limits.ReadGate;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.PacketWriter;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.muster.ingest.endpoint.session.ConnectionControl;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.endpoint.up.Pending.Answer;
import io.muster.ingest.intake.Outcome;
import io.muster.ingest.intake.Outcome.Refused.Shortage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.opentelemetry.context.Context;

/**
 * Answers what one connection sent: in order, after it is safe, many answers in one write. Goes on
 * giving back memory when the connection has ended. On the event loop.
 */
final class Answers {
  private final Channel channel;
  private final ActiveSession session;
  private final ConnectionControl control;
  private final UpSupport support;
  private final Qos2Identifiers qos2;
  private final InFlight inFlight;
  private final AnswerQueue queue;

  /** QoS 1 and 2 messages that the client may count as unacknowledged (MQTT 5 §4.9). */
  private int owed;

  private boolean ended;

  Answers(
      Channel channel,
      ActiveSession session,
      ReadGate gate,
      ConnectionControl control,
      UpSupport support,
      Qos2Identifiers qos2) {
    this.channel = channel;
    this.session = session;
    this.control = control;
    this.support = support;
    this.qos2 = qos2;
    // An MQTT 5 client keeps to its Receive Maximum; room above it is for QoS 0 and PUBREL.
    var window = support.config().window();
    this.inFlight =
        new InFlight(
            support, session.use(), gate, control, session.isMqtt5() ? 2 * window : window);
    this.queue = new AnswerQueue(channel.eventLoop(), done -> answerDone());
  }

  InFlight inFlight() {
    return inFlight;
  }

  boolean exceedsReceiveMaximum() {
    return session.isMqtt5() && owed >= support.config().window();
  }

  boolean isEmpty() {
    return queue.size() == 0;
  }

  /**
   * Notes a publish that is about to be offered.
   *
   * @param heldBytes what is held of it until it is done
   */
  Pending expect(Packet.Publish publish, int heldBytes, Context trace, boolean remembered) {
    var answer =
        switch (publish.qos()) {
          case 0 -> Answer.NONE;
          case 1 -> Answer.PUBACK;
          default -> Answer.PUBREC;
        };
    if (publish.qos() > 0) {
      owed++;
    }
    return add(answer, publish.packetIdentifier(), heldBytes, trace, remembered);
  }

  /** A QoS 2 publish that was or is being stored: its PUBREC comes after the first one's. */
  void repeat(int packetIdentifier) {
    add(Answer.PUBREC, packetIdentifier, 0, Context.root(), false).complete(Outcome.kept());
  }

  /** A publish that its device, its tenant or all have no quota for. */
  void refuse(Packet.Publish publish) {
    expect(publish, 0, Context.root(), false).complete(Outcome.refused(Shortage.QUOTA));
  }

  /**
   * PUBREL.
   *
   * @return whether the message came over this connection
   */
  boolean release(int packetIdentifier) {
    var openHere = qos2.close(packetIdentifier);
    if (openHere) {
      owed--;
    }
    var pending = add(Answer.PUBCOMP, packetIdentifier, 0, Context.root(), false);
    if (!session.persistent()) {
      pending.unknownIdentifier = !openHere;
      pending.complete(Outcome.kept());
      return openHere;
    }
    support
        .sessions()
        .release(session.sessionKey(), packetIdentifier)
        .subscribe()
        .with(
            wasThere -> {
              pending.unknownIdentifier = !wasThere && !openHere;
              pending.complete(Outcome.kept());
            });
    return openHere;
  }

  /** The connection has ended: nothing more is written (MQTT 5 §3.14.4). */
  void end() {
    ended = true;
  }

  private Pending add(
      Answer answer, int packetIdentifier, int heldBytes, Context trace, boolean remembered) {
    var bytes = heldBytes + InFlight.OVERHEAD_BYTES;
    var pending =
        new Pending(queue, answer, packetIdentifier, bytes, System.nanoTime(), trace, remembered);
    queue.add(pending);
    support.metrics().inFlight(1);
    inFlight.add(bytes);
    return pending;
  }

  private void answerDone() {
    ByteBuf out = null;
    int count = 0;
    long bytes = 0;
    Outcome.Refused notKept = null;
    var now = System.nanoTime();
    for (var done = queue.peekDone(); done != null; done = queue.peekDone()) {
      if (mustForgetFirst(done)) {
        break;
      }
      queue.remove();
      count++;
      bytes += done.bytes;
      support.tracing().end(done.trace, done.outcome());
      if (done.answer == Answer.NONE) {
        continue;
      }
      // What a quarantined device sends too much of is acknowledged at MQTT 3.1.1: closing would
      // make it resend for ever.
      if (!session.isMqtt5()
          && done.outcome() instanceof Outcome.Refused refused
          && refused.shortage() != Shortage.QUARANTINED) {
        notKept = refused;
      }
      if (notKept != null) {
        continue;
      }
      support.metrics().acknowledged(now - done.arrivedNanos, done.trace);
      if (out == null && !ended && channel.isActive()) {
        out = channel.alloc().ioBuffer(64 + PacketWriter.ACKNOWLEDGEMENT_BYTES * queue.size());
      }
      if (out != null) {
        answer(done, out);
      }
    }
    if (out != null) {
      channel.writeAndFlush(out, channel.voidPromise());
    }
    if (notKept != null) {
      // An acknowledgement would be a lie, and MQTT 3.1.1 has no other word.
      control.end(
          notKept.shortage() == Shortage.QUOTA ? EndReason.QUOTA_EXCEEDED : EndReason.NOT_KEPT,
          notKept.shortage().name());
    }
    if (count > 0) {
      support.metrics().inFlight(-count);
      inFlight.release(count, bytes);
    }
  }

  /**
   * An error ends a QoS 2 exchange at MQTT 5, and the client may use the identifier for another
   * message: the database must not take that one for a repetition.
   */
  private boolean mustForgetFirst(Pending done) {
    if (!done.remembered || !session.isMqtt5() || !Verdicts.of(done.outcome()).isError()) {
      return false;
    }
    if (done.forgetting) {
      return !done.forgotten;
    }
    done.forgetting = true;
    support
        .sessions()
        .release(session.sessionKey(), done.packetIdentifier)
        .subscribe()
        .with(
            wasThere ->
                channel
                    .eventLoop()
                    .execute(
                        () -> {
                          done.forgotten = true;
                          answerDone();
                        }));
    return true;
  }

  private void answer(Pending done, ByteBuf out) {
    var code = session.isMqtt5() ? Verdicts.of(done.outcome()) : ReasonCode.SUCCESS;
    var words = code.isError() ? words(done.outcome()) : "";
    switch (done.answer) {
      case NONE -> {}
      case PUBACK -> {
        owed--;
        PacketWriter.pubAck(out, done.packetIdentifier, code, words);
      }
      case PUBREC -> {
        if (code.isError() && qos2.close(done.packetIdentifier)) {
          owed--;
        }
        PacketWriter.pubRec(out, done.packetIdentifier, code, words);
      }
      case PUBCOMP ->
          PacketWriter.pubComp(
              out,
              done.packetIdentifier,
              done.unknownIdentifier && session.isMqtt5()
                  ? ReasonCode.PACKET_IDENTIFIER_NOT_FOUND
                  : ReasonCode.SUCCESS);
    }
  }

  /** Why it was refused; empty for a client that does not want to hear, or cannot take as much. */
  private String words(Outcome outcome) {
    var words = Verdicts.inWords(outcome);
    return session.wantsProblemInformation()
            && PacketWriter.acknowledgementBytes(words) <= session.maximumPacketBytes()
        ? words
        : "";
  }
}
