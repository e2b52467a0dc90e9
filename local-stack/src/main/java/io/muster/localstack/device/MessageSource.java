package io.muster.localstack.device;

import java.time.Instant;
import java.util.Optional;

/** What a device has to say, one payload after the other. Used by one thread. */
public interface MessageSource {
  /** When the next one is to be sent, maybe in the past; empty when there are no more. */
  Optional<Instant> nextDue();

  /** The next one. */
  byte[] next();
}
