package io.muster.ingest.intake;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.topic.DeviceTopic;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PublicationTest {
  private static final DeviceAddress DEVICE = DeviceAddress.of("acme", "boiler");

  private static int heldBytes(String contentType, Map<String, String> properties) {
    return new Publication(
            new DeviceTopic.Telemetry(DEVICE),
            DEVICE,
            new byte[100],
            1,
            false,
            contentType,
            properties,
            Instant.EPOCH,
            null,
            Context.root())
        .heldBytes();
  }

  @Test
  void holdsItsPayload() {
    assertTrue(heldBytes(null, Map.of()) >= 100);
  }

  @Test
  void holdsItsContentTypeAndProperties() {
    assertTrue(heldBytes("t".repeat(5_000), Map.of()) >= 5_100);
    assertTrue(heldBytes(null, Map.of("n".repeat(1_000), "v".repeat(2_000))) >= 3_100);
  }
}
