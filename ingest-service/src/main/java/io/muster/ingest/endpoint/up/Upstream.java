package io.muster.ingest.endpoint.up;

import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.access.Mandate;
import io.muster.ingest.endpoint.authorisation.Mandates;
import io.muster.ingest.endpoint.authorisation.PublishRights;
import io.muster.ingest.endpoint.authorisation.PublishVerdict;
import io.muster.ingest.endpoint.limits.ReadGate;
import io.muster.ingest.endpoint.limits.ReadGate.Hold;
import io.muster.ingest.endpoint.packets.MalformedPacketException;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.muster.ingest.endpoint.session.ConnectionControl;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.intake.DeadLetterReason;
import io.muster.ingest.intake.Outcome;
import io.muster.ingest.intake.Publication;
import io.muster.ingest.intake.RefusedPublish;
import io.netty.channel.Channel;
import io.opentelemetry.context.Context;
import java.time.Instant;

/**
 * Takes one connection's publishes to the intake: topic, rights, limits, offer. What becomes of
 * them is answered by {@link Answers}. On the event loop.
 */
public final class Upstream {
  private final ActiveSession session;
  private final UpSupport support;
  private final ReadGate gate;
  private final ConnectionControl control;
  private final PublishRights rights;
  private final Mandates mandates;
  private final TopicAliases aliases;
  private final Qos2Identifiers qos2;
  private final Answers answers;
  private final Throttle throttle;
  private Instant readAt;

  public Upstream(
      Channel channel,
      ActiveSession session,
      PublishRights rights,
      Mandates mandates,
      ReadGate gate,
      ConnectionControl control,
      UpSupport support) {
    this.session = session;
    this.rights = rights;
    this.mandates = mandates;
    this.gate = gate;
    this.control = control;
    this.support = support;
    var config = support.config();
    var mostAliases = session.isMqtt5() ? config.topicAliases() : 0;
    this.aliases = new TopicAliases(mostAliases, config.topicAliasBytes(), support.budget());
    this.qos2 = new Qos2Identifiers(support.budget());
    this.answers = new Answers(channel, session, gate, control, support, qos2);
    this.throttle = new Throttle(channel, session.use(), gate, support.metrics());
  }

  /**
   * @throws MalformedPacketException when the connection must close for it
   */
  public void publish(Packet.Publish publish) throws MalformedPacketException {
    var topic = aliases.resolve(publish);
    support.metrics().published(publish.qos(), publish.payload().length);
    if (publish.qos() > 0 && answers.exceedsReceiveMaximum()) {
      control.end(
          EndReason.RECEIVE_MAXIMUM_EXCEEDED, "more unacknowledged messages than announced");
      return;
    }
    var admitted = throttle.admits(publish, topic);
    if (publish.qos() == 2 && !qos2.open(publish.packetIdentifier())) {
      answers.repeat(publish.packetIdentifier());
      return;
    }
    if (admitted) {
      judge(publish, topic);
    } else if (publish.qos() > 0) {
      answers.refuse(publish);
    }
  }

  private void judge(Packet.Publish publish, String topicName) {
    switch (rights.judge(topicName, publish.qos(), publish.retain())) {
      case PublishVerdict.Allowed allowed -> admit(publish, topicName, allowed.topic());
      case PublishVerdict.Forbidden forbidden ->
          deadLetter(
              publish,
              topicName,
              DeadLetterReason.TOPIC_NOT_ALLOWED,
              "not a topic, QoS or retain flag that the device may use, or not what its token is"
                  + " for");
      case PublishVerdict.AskRegistry question -> ask(publish, topicName, question);
    }
  }

  /**
   * Nothing is read meanwhile, so that what comes next stays behind it. When nobody can tell for
   * too long the connection ends: what was not acknowledged comes again.
   */
  private void ask(Packet.Publish publish, String topicName, PublishVerdict.AskRegistry question) {
    gate.hold(Hold.AUTHORISATION);
    var bytes = heldBytes(publish, topicName);
    support.budget().add(bytes);
    mandates.ask(
        question.about(),
        mandate -> {
          support.budget().release(bytes);
          answered(publish, topicName, question, mandate);
        });
  }

  private void answered(
      Packet.Publish publish,
      String topicName,
      PublishVerdict.AskRegistry question,
      Mandate mandate) {
    switch (mandate) {
      case GIVEN -> admit(publish, topicName, question.topic());
      case NOT_GIVEN ->
          deadLetter(
              publish,
              topicName,
              DeadLetterReason.TOPIC_NOT_ALLOWED,
              "the device is not the gateway of the one that the topic names");
      case UNKNOWN -> {
        control.end(EndReason.REGISTRY_AWAY, "the server cannot tell who may speak for the device");
        return;
      }
    }
    gate.release(Hold.AUTHORISATION);
  }

  private void admit(Packet.Publish publish, String topicName, DeviceTopic topic) {
    if (publish.payload().length > session.use().payloadLimitBytes()) {
      deadLetter(
          publish,
          topicName,
          DeadLetterReason.TOO_LARGE,
          "larger than the device's payload limit of "
              + session.use().payloadLimitBytes()
              + " bytes");
      return;
    }
    if (publish.qos() == 0 && support.budget().shedsQos0()) {
      support.metrics().shedQos0();
      return;
    }
    offer(publish, topic);
  }

  /** With the topic name, which may be any and so as long as one may be. */
  private static int heldBytes(Packet.Publish publish, String topicName) {
    return publish.payload().length + publish.properties().heldBytes() + 2 * topicName.length();
  }

  /** One behind this gateway has been heard of as well. */
  private void hear(DeviceTopic topic) {
    topic
        .device()
        .filter(device -> !device.equals(session.device()))
        .ifPresent(device -> support.heard().heard(device, readAt().toEpochMilli()));
  }

  private void offer(Packet.Publish publish, DeviceTopic topic) {
    hear(topic);
    var properties = publish.properties();
    var trace =
        support
            .tracing()
            .begin(topic, publish.qos(), publish.payload(), properties.userProperties());
    var exactlyOnce =
        publish.qos() == 2 && session.persistent()
            ? new Publication.ExactlyOnce(
                session.sessionKey(), session.epoch(), publish.packetIdentifier())
            : null;
    var publication =
        new Publication(
            topic,
            session.device(),
            publish.payload(),
            publish.qos(),
            publish.retain(),
            properties.contentType(),
            properties.userProperties(),
            readAt(),
            exactlyOnce,
            trace,
            Carried.of(properties, readAt()));
    var pending = answers.expect(publish, publication.heldBytes(), trace, exactlyOnce != null);
    support.intake().offer(publication, pending);
  }

  private void deadLetter(
      Packet.Publish publish, String topicName, DeadLetterReason reason, String detail) {
    support.metrics().forbidden(reason.label());
    var properties = publish.properties();
    var pending = answers.expect(publish, heldBytes(publish, topicName), Context.root(), false);
    support
        .intake()
        .deadLetter(
            new RefusedPublish(
                session.device(),
                topicName,
                publish.qos(),
                properties.contentType(),
                properties.userProperties(),
                publish.payload(),
                reason,
                detail),
            // The client hears the reason whatever the intake says of the letter.
            outcome -> pending.complete(Outcome.deadLettered(reason)));
  }

  /** What of the connection is on its way to the store. */
  public InFlight inFlight() {
    return answers.inFlight();
  }

  /** Whether nothing waits for its answer. */
  public boolean isAnswered() {
    return answers.isEmpty();
  }

  /**
   * Any other packet that costs something to answer.
   *
   * @param bytes that are stored for it
   */
  public void countOther(int bytes) {
    throttle.count(bytes);
  }

  /** The connection has ended: nothing more is answered. */
  public void end() {
    answers.end();
    throttle.end();
    aliases.end();
    qos2.end();
  }

  /**
   * PUBREL: the client will not send the message again. Of a message that did not come over this
   * connection it counts, since the database is asked whether it came over another one.
   */
  public void release(int packetIdentifier) {
    if (!answers.release(packetIdentifier)) {
      throttle.count(0);
    }
  }

  /** One time for all that one read brought; asking the clock costs more than it tells. */
  private Instant readAt() {
    if (readAt == null) {
      readAt = support.clock().instant();
    }
    return readAt;
  }

  /** All that one read brought has been handled. */
  public void readComplete() {
    readAt = null;
  }
}
