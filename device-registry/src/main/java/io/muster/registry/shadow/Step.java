package io.muster.registry.shadow;

import io.muster.contract.event.ConnectedSession;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ShadowName;
import io.muster.contract.message.UserProperties;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** What an event of ingest asks of the shadows. */
sealed interface Step {

  /**
   * A device asks.
   *
   * @param clientToken or null
   * @param trace goes on with the answer
   */
  record Request(ShadowTopic topic, Ask ask, String clientToken, UserProperties trace)
      implements Step {
    /** Of a request that is not refused already. */
    ShadowName name() {
      return topic.name().orElseThrow();
    }
  }

  /** What it asks for. */
  sealed interface Ask {
    record Get() implements Ask {}

    record Update(ShadowUpdate update) implements Ask {}

    record Delete() implements Ask {}

    /** Something that cannot be, whatever shadows there are. */
    record Refused(ShadowRefusal refusal) implements Ask {}
  }

  /** A client hears deltas of a device from now on. */
  record Subscribed(DeviceAddress device, String client, long epoch, Set<Hearing> hearings)
      implements Step {

    /**
     * What a client that is connected hears. Of a session that ends with its connection nobody
     * keeps what it hears of its own device: that may be all.
     */
    static Stream<Subscribed> of(ConnectedSession session) {
      var told =
          session.hears().stream()
              .map(it -> of(session, it.device(), Hearing.of(it.device(), it.filters())));
      var ownIsTold = session.hears().stream().anyMatch(it -> it.device().equals(session.device()));
      var own =
          ownIsTold
              ? Stream.<Subscribed>empty()
              : Stream.of(of(session, session.device(), Hearing.ALL));
      return Stream.concat(told, own).filter(it -> !it.hearings().isEmpty());
    }

    private static Subscribed of(
        ConnectedSession session, DeviceAddress device, Set<Hearing> hearings) {
      return new Subscribed(device, session.clientIdentifier(), session.epoch(), hearings);
    }
  }

  /** A client's connection has ended. */
  record Disconnected(String client, long epoch) implements Step {}

  /** A device has a delta. */
  record Delivered(UUID messageId) implements Step {}
}
