package io.muster.ingest.access;

import io.muster.contract.event.EventPage;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.DeviceView;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/**
 * The registry's internal API, as far as ingest needs it. Each call fails with {@link
 * RegistryAwayException} when there is no answer that can be believed: no connection, a timeout,
 * too many waiting, another status, a body that does not parse. Thread-safe.
 */
interface RegistryClient {
  Uni<VerifyAnswer> verify(VerifyRequest request);

  /** Empty when there is no such device. */
  Uni<Optional<DeviceView>> device(DeviceAddress device);

  Uni<EventPage> events(long after, int limit);
}
