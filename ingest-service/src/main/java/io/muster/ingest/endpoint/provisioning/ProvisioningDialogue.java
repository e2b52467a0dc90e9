package io.muster.ingest.endpoint.provisioning;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.ProvisionReply;
import io.muster.contract.registry.ProvisionRequest;
import io.muster.ingest.endpoint.limits.ReadGate;
import io.muster.ingest.endpoint.limits.ReadGate.Hold;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.PacketWriter;
import io.muster.ingest.endpoint.session.ConnectionControl;
import io.muster.ingest.endpoint.session.Dialogue;
import io.muster.ingest.endpoint.session.EndReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Takes what a device that is nobody yet asks to the registry, and the answer back: one request at
 * a time, over this connection alone. A request is acknowledged after it was answered, so one that
 * nobody acknowledged comes again, which the registry bears. Nothing else is open to it. On the
 * event loop.
 */
public final class ProvisioningDialogue implements Dialogue {
  private static final int OVERHEAD_BYTES = 1_024;
  private static final int USUAL_BYTES = 256;
  private static final int NOT_AUTHENTICATED = 401;

  private final Channel channel;
  private final Guest guest;
  private final ReadGate gate;
  private final ConnectionControl control;
  private final ProvisioningSupport support;
  private final AnswerSubscription subscription;
  private final Runnable left;
  private int packets;
  private boolean ended;

  /**
   * @param left runs when it has ended, whatever the reason
   */
  public ProvisioningDialogue(
      Channel channel,
      Guest guest,
      ReadGate gate,
      ConnectionControl control,
      ProvisioningSupport support,
      Runnable left) {
    this.channel = channel;
    this.guest = guest;
    this.gate = gate;
    this.control = control;
    this.support = support;
    this.subscription = new AnswerSubscription(guest, support.metrics());
    this.left = left;
  }

  @Override
  public void controlFrame() {
    count();
  }

  /** Whether it may be one more. */
  private boolean count() {
    if (++packets <= support.config().packets()) {
      return true;
    }
    control.end(EndReason.QUOTA_EXCEEDED, "more packets than being provisioned takes");
    return false;
  }

  @Override
  public void handle(Packet packet) {
    if (!count()) {
      return;
    }
    switch (packet) {
      case Packet.Publish publish -> publish(publish);
      case Packet.Subscribe it ->
          answerAll(it.filters().size(), out -> subscription.subscribe(out, it));
      case Packet.Unsubscribe it ->
          answerAll(it.filters().size(), out -> subscription.unsubscribe(out, it));
      case Packet.PingReq _ -> send(PacketWriter::pingResp);
      case Packet.Disconnect _ -> control.end(EndReason.CLIENT, "");
      case Packet.PubAck _,
          Packet.PubRec _,
          Packet.PubRel _,
          Packet.PubComp _,
          Packet.Auth _,
          Packet.Connect _ ->
          control.end(EndReason.PROTOCOL_ERROR, "not a packet that may come now");
    }
  }

  private void answerAll(int filters, Consumer<ByteBuf> packet) {
    if (PacketWriter.subAckBytes(filters, "") > guest.maximumPacketBytes()) {
      control.end(EndReason.PACKET_TOO_LARGE, "an answer for each filter is more than it takes");
    } else {
      send(packet);
    }
  }

  private void publish(Packet.Publish publish) {
    support.metrics().published(publish.qos(), publish.payload().length);
    if (!isRequest(publish)) {
      control.end(
          EndReason.NOT_ALLOWED,
          "open is " + guest.newcomer().requestTopic() + " alone, at QoS 1 and not retained");
    } else if (publish.payload().length > support.config().payloadBytes()) {
      control.end(EndReason.PACKET_TOO_LARGE, "the request is larger than one may be");
    } else if (!subscription.isOn()) {
      // Else something would be used up for an answer that nobody hears.
      control.end(
          EndReason.NOT_ALLOWED, "subscribe to " + guest.newcomer().answerTopic() + " before");
    } else {
      ask(publish);
    }
  }

  private boolean isRequest(Packet.Publish publish) {
    return publish.qos() == 1
        && !publish.retain()
        && publish.topic().equals(guest.newcomer().requestTopic());
  }

  private void ask(Packet.Publish publish) {
    gate.hold(Hold.AUTHORISATION);
    var bytes = publish.payload().length + publish.properties().heldBytes() + OVERHEAD_BYTES;
    support.budget().add(bytes);
    support
        .access()
        .provision(
            new ProvisionRequest(
                guest.newcomer().tenant(), guest.claim(), guest.remoteAddress(), publish.payload()))
        .subscribe()
        .with(
            reply -> answered(publish, bytes, reply),
            away -> answered(publish, bytes, ProvisioningAnswer.REGISTRY_AWAY));
  }

  /** On any thread. */
  private void answered(Packet.Publish publish, int bytes, ProvisionReply reply) {
    support.budget().release(bytes);
    try {
      channel.eventLoop().execute(() -> answer(publish, reply));
    } catch (RejectedExecutionException loopHasEnded) {
      // Then the connection has ended too, and the request comes again.
      return;
    }
  }

  private void answer(Packet.Publish publish, ProvisionReply reply) {
    support.outcomes().answered(reply.status());
    if (ended) {
      return;
    }
    var properties = ProvisioningAnswer.properties(guest, publish, reply);
    if (ProvisioningAnswer.bytes(guest, reply, properties) > guest.maximumPacketBytes()) {
      control.end(EndReason.PACKET_TOO_LARGE, "the answer is larger than the client takes");
      return;
    }
    send(out -> ProvisioningAnswer.write(out, guest, publish, reply, properties));
    support.metrics().sent(reply.payload().length);
    if (reply.status() == NOT_AUTHENTICATED) {
      control.end(EndReason.CREDENTIAL_ENDED, "the claim token does not hold any more");
    } else {
      gate.release(Hold.AUTHORISATION);
    }
  }

  private void send(Consumer<ByteBuf> packets) {
    if (!ended && channel.isActive()) {
      var out = channel.alloc().ioBuffer(USUAL_BYTES);
      packets.accept(out);
      channel.writeAndFlush(out, channel.voidPromise());
    }
  }

  @Override
  public void readComplete() {
    // Each packet is answered by itself.
  }

  @Override
  public void writable() {
    // Nothing waits for it.
  }

  @Override
  public boolean isAnswered() {
    return !gate.isHeld(Hold.AUTHORISATION);
  }

  @Override
  public void end(EndReason reason) {
    ended = true;
    left.run();
    support.metrics().ended(reason);
  }

  @Override
  public DeviceAddress device() {
    return null;
  }

  @Override
  public boolean isMqtt5() {
    return guest.isMqtt5();
  }

  @Override
  public long maximumPacketBytes() {
    return guest.maximumPacketBytes();
  }

  @Override
  public Instant validUntil() {
    return guest.validUntil();
  }

  @Override
  public long keepAliveNanos() {
    return guest.keepAliveNanos();
  }
}
