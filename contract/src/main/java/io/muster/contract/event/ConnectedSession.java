package io.muster.contract.event;

import io.muster.contract.id.DeviceAddress;
import java.time.Instant;
import java.util.List;

/**
 * A client that is connected now, for who has missed what {@link SessionEvent} and {@link
 * SubscribedEvent} told of it.
 *
 * @param device the client's own
 * @param epoch of its session: what the log tells of a greater one is newer than this
 * @param since when it connected
 * @param hears which devices' downward topics it is subscribed to, as far as that is kept: of a
 *     session that ends with its connection those of other devices than its own
 */
public record ConnectedSession(
    DeviceAddress device, String clientIdentifier, long epoch, Instant since, List<Hearing> hears) {

  /**
   * @param filters as the client wrote them
   */
  public record Hearing(DeviceAddress device, List<String> filters) {
    public Hearing {
      filters = List.copyOf(filters);
    }
  }

  public ConnectedSession {
    hears = List.copyOf(hears);
  }
}
