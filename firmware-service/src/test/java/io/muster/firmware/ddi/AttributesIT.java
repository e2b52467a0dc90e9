package io.muster.firmware.ddi;

import static io.muster.firmware.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.PlainParts;
import io.muster.firmware.SetClock;
import io.muster.firmware.targets.Target;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What devices that say much of themselves cost. */
class AttributesIT {
  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  @TempDir Path folder;
  private final SetClock clock = new SetClock();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private PlainParts parts;
  private Attributes attributes;
  private Target lamp;
  private Target other;

  @BeforeEach
  void wire() throws Exception {
    parts = new PlainParts(DATABASE, folder, clock);
    var limits =
        config(DdiConfig.class, Map.of("muster.firmware.ddi.attribute-changes-per-minute", "2"));
    attributes =
        new Attributes(parts.database, new DeviceRequests(limits, meters, clock), limits, clock);
    lamp = device("lamp-1");
    other = device("lamp-2");
  }

  @AfterEach
  void close() {
    parts.close();
  }

  @Test
  void whatWasSaidBeforeIsNotWrittenAgain() {
    say(lamp, "1");
    var row = row();
    for (var i = 0; i < 5; i++) {
      say(lamp, "1");
    }
    assertEquals(row, row());
    clock.advance(Duration.ofMinutes(1));
    say(lamp, "1");
    assertEquals(
        1,
        DATABASE.number(
            "SELECT count(*) FROM target WHERE device = 'lamp-1' AND attributes_at = '"
                + clock.instant()
                + "'"));
  }

  @Test
  void whoSaysSomethingNewAgainAndAgainIsRefusedForAWhile() {
    say(lamp, "1");
    say(lamp, "2");
    clock.advance(Duration.ofSeconds(20));
    var refused = assertThrows(RefusedException.class, () -> say(lamp, "3"));
    var limit = assertInstanceOf(Refusal.LimitReached.class, refused.refusal());
    assertEquals(Duration.ofSeconds(40), limit.retryAfter());
    assertEquals(1, meters.counter("muster.firmware.device.limited", "what", "attributes").count());
    say(lamp, "2");
    say(other, "1");
    clock.advance(Duration.ofSeconds(40));
    say(lamp, "3");
  }

  private void say(Target device, String board) {
    var body = "{\"data\":{\"board\":\"%s\"}}".formatted(board);
    attributes.take(
        device,
        DdiJson.configData(
            body.getBytes(StandardCharsets.UTF_8), config(DdiConfig.class, Map.of()).ddi()));
  }

  private Target device(String id) {
    var address = DeviceAddress.of("acme", id);
    parts.registry.add(address);
    return parts.targets.existing(address);
  }

  /** Which version of the row it is. */
  private static long row() {
    return DATABASE.number("SELECT xmin::text::bigint FROM target WHERE device = 'lamp-1'");
  }
}
