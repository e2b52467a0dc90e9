package io.muster.ingest.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.intake.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Function;

/**
 * What a client may hear for what it said, told from what the endpoint read and wrote: the
 * acknowledgements of publishes in their order and none before its message is off the endpoint's
 * hands, the other answers in theirs, messages to the device within what it takes at a time, those
 * of QoS 2 through all four packets. What a session's connections leave one another is not told
 * from one of them: of that only the form is judged here.
 */
final class ExpectedAnswers {
  private static final int PUBACK = 0x40;
  private static final int PUBREC = 0x50;
  private static final int PUBREL = 0x60;
  private static final int PUBCOMP = 0x70;
  private static final int SUBACK = 0x90;
  private static final int UNSUBACK = 0xB0;
  private static final int PINGRESP = 0xD0;

  /**
   * @param payload null for what is no message, and for a repetition
   */
  private record Expected(int first, int identifier, byte[] payload) {}

  /** How far a message to the device has come. */
  private enum Stage {
    SENT_AT_LEAST_ONCE,
    SENT_EXACTLY_ONCE,
    RECEIVED,
    RELEASED
  }

  /**
   * A PUBREL that the client may hear.
   *
   * @param certain whether its message was sent; what was not yet may have the identifier as well
   */
  private record Release(int identifier, boolean certain) {}

  private final boolean five;
  private final int mostOnTheWay;

  /** What became of a message, told by its payload's identity; null for nothing yet. */
  private final Function<byte[], Outcome> outcomes;

  private final Queue<Expected> acknowledgements = new ArrayDeque<>();
  private final Queue<Expected> others = new ArrayDeque<>();
  private final BitSet openQos2 = new BitSet();
  private final Map<Integer, Stage> onTheWay = new HashMap<>();
  private final Queue<Release> releases = new ArrayDeque<>();

  /** The PUBREC that was handled last, when it may be answered at once; 0 for none. */
  private int askedAgain;

  /** Whether an earlier connection of the session may have left messages of QoS 2. */
  private boolean resumed;

  private final List<byte[]> repetitions = new ArrayList<>();

  ExpectedAnswers(boolean five, int mostOnTheWay, Function<byte[], Outcome> outcomes) {
    this.five = five;
    this.mostOnTheWay = mostOnTheWay;
    this.outcomes = outcomes;
  }

  /** CONNACK said that there is a session. */
  void resumed() {
    resumed = true;
  }

  /** The endpoint is about to handle a packet. */
  void handled(Packet packet) {
    switch (packet) {
      case Packet.Publish it -> published(it);
      case Packet.PubRel it -> {
        openQos2.clear(it.packetIdentifier());
        acknowledgements.add(new Expected(PUBCOMP, it.packetIdentifier(), null));
      }
      case Packet.PubAck it -> onTheWay.remove(it.packetIdentifier(), Stage.SENT_AT_LEAST_ONCE);
      case Packet.Subscribe it -> others.add(new Expected(SUBACK, it.packetIdentifier(), null));
      case Packet.Unsubscribe it -> others.add(new Expected(UNSUBACK, it.packetIdentifier(), null));
      case Packet.PingReq it -> others.add(new Expected(PINGRESP, 0, null));
      case Packet.Connect it -> {}
      case Packet.PubRec it -> received(it.packetIdentifier(), it.reasonCode() < 0x80);
      case Packet.PubComp it -> onTheWay.remove(it.packetIdentifier(), Stage.RELEASED);
      case Packet.Disconnect it -> {}
      case Packet.Auth it -> {}
    }
  }

  /** The endpoint has handled it; what comes now comes by itself. */
  void handled() {
    assertTrue(
        onTheWay.get(askedAgain) != Stage.RELEASED, "a repeated PUBREC without another PUBREL");
    askedAgain = 0;
  }

  private void received(int identifier, boolean taken) {
    var stage = onTheWay.get(identifier);
    if (stage == Stage.SENT_EXACTLY_ONCE && taken) {
      onTheWay.put(identifier, Stage.RECEIVED);
      releases.add(new Release(identifier, true));
    } else if (stage == Stage.SENT_EXACTLY_ONCE) {
      onTheWay.remove(identifier);
    } else if (stage != Stage.RECEIVED) {
      askedAgain = identifier;
      releases.add(new Release(identifier, false));
    }
  }

  private void published(Packet.Publish it) {
    var identifier = it.packetIdentifier();
    if (it.qos() == 1) {
      acknowledgements.add(new Expected(PUBACK, identifier, it.payload()));
    } else if (it.qos() == 2 && openQos2.get(identifier)) {
      repetitions.add(it.payload());
      acknowledgements.add(new Expected(PUBREC, identifier, null));
    } else if (it.qos() == 2) {
      openQos2.set(identifier);
      acknowledgements.add(new Expected(PUBREC, identifier, it.payload()));
    }
  }

  /** Payloads that must not have been offered. */
  List<byte[]> repetitions() {
    return repetitions;
  }

  /** The endpoint wrote an answer or a message, but CONNACK and DISCONNECT. */
  void written(int first, byte[] body) {
    switch (first & 0xF0) {
      case PUBACK, PUBREC, PUBCOMP -> acknowledged(first, body);
      case SUBACK, UNSUBACK -> assertEquals(others.poll(), new Expected(first, at(body, 0), null));
      case PINGRESP -> assertEquals(others.poll(), new Expected(first, 0, null));
      case PUBREL -> released(first, body);
      case 0x30 -> message(first, body);
      default -> throw new AssertionError("a server does not send " + Integer.toHexString(first));
    }
  }

  private void acknowledged(int first, byte[] body) {
    var identifier = at(body, 0);
    var code = body.length > 2 ? body[2] & 0xFF : 0;
    var expected = acknowledgements.poll();
    assertNotNull(expected, "an acknowledgement of nothing");
    assertEquals(expected.first, first, "an acknowledgement out of order");
    assertEquals(expected.identifier, identifier, "an acknowledgement out of order");
    assertTrue(five || body.length == 2, "MQTT 3.1.1 has no reason codes");
    if (expected.payload != null && expected.payload.length > 0) {
      judged(expected.payload, code);
    }
    if (first == PUBREC && code >= 0x80) {
      openQos2.clear(identifier);
    }
  }

  private void judged(byte[] payload, int code) {
    var outcome = outcomes.apply(payload);
    assertNotNull(outcome, "acknowledged before it was safe");
    var kept = outcome == Outcome.kept();
    if (five) {
      assertEquals(kept, code < 0x80, "the acknowledgement of " + outcome + " says " + code);
    } else if (outcome instanceof Outcome.Refused(var shortage)) {
      assertEquals(Outcome.Refused.Shortage.QUARANTINED, shortage, "acknowledged, but not kept");
    }
  }

  private void message(int first, byte[] body) {
    var topic = new String(body, 2, at(body, 0), java.nio.charset.StandardCharsets.UTF_8);
    assertTrue(topic.contains("boiler") || topic.contains("sensor"), topic);
    var qos = first >> 1 & 0b11;
    assertTrue(qos < 3, "no such QoS");
    var again = (first & 8) != 0;
    assertTrue(!again || qos == 2 && resumed, "nothing else is sent again");
    if (qos > 0) {
      var identifier = at(body, 2 + at(body, 0));
      var stage = qos == 1 ? Stage.SENT_AT_LEAST_ONCE : Stage.SENT_EXACTLY_ONCE;
      assertTrue(
          identifier > 0 && onTheWay.putIfAbsent(identifier, stage) == null, "identifier in use");
      assertTrue(onTheWay.size() <= mostOnTheWay, "more on the way than Receive Maximum");
    }
  }

  private void released(int first, byte[] body) {
    assertEquals(0x62, first, "PUBREL's flags");
    assertTrue(five || body.length == 2, "MQTT 3.1.1 has no reason codes");
    var identifier = at(body, 0);
    var unknown = body.length > 2;
    var atOnce = askedAgain == identifier;
    askedAgain = 0;
    if (unknown) {
      assertEquals(ReasonCode.PACKET_IDENTIFIER_NOT_FOUND.code(), body[2] & 0xFF, "the reason");
      assertTrue(atOnce, "a PUBREL that nobody asked for");
      assertTrue(onTheWay.get(identifier) != Stage.RELEASED, "the identifier is known");
    } else if (atOnce) {
      assertTrue(
          !five || onTheWay.get(identifier) == Stage.RELEASED, "the identifier is not known");
    } else {
      releasedInTurn(identifier);
    }
  }

  private void releasedInTurn(int identifier) {
    // Those that were answered at once, or whose message was never sent, hold up nobody.
    while (!releases.isEmpty()
        && !releases.peek().certain
        && releases.peek().identifier != identifier) {
      releases.remove();
    }
    var next = releases.peek();
    if (next != null && next.identifier == identifier) {
      releases.remove();
    } else {
      assertTrue(resumed && !onTheWay.containsKey(identifier), "a PUBREL out of order");
    }
    onTheWay.put(identifier, Stage.RELEASED);
  }

  private static int at(byte[] body, int index) {
    return (body[index] & 0xFF) << 8 | body[index + 1] & 0xFF;
  }
}
