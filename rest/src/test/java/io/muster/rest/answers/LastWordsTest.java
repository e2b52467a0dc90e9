package io.muster.rest.answers;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LastWordsTest {
  private static final DeviceAddress D1 = DeviceAddress.of("acme", "d1");
  private final AtomicLong now = new AtomicLong(100);

  @Test
  void areAboutWhomTheyName() {
    var words = new LastWords(Duration.ofHours(1), 100, now::get);
    assertFalse(words.isSince(50, D1));
    words.note(D1);
    assertTrue(words.isSince(50, D1));
    assertTrue(words.isSince(100, D1));
    assertFalse(words.isSince(101, D1));
    assertFalse(words.isSince(50, DeviceAddress.of("acme", "d2")));
    words.note(new TenantId("acme"));
    assertTrue(words.isSince(50, new TenantId("acme")));
    assertFalse(words.isSince(50, new TenantId("other")));
  }

  @Test
  void withMoreThanFitNoneIsForgotten() {
    var words = new LastWords(Duration.ofHours(1), 10, now::get);
    for (int n = 0; n < 1_000; n++) {
      now.incrementAndGet();
      words.note(DeviceAddress.of("acme", "x" + n));
    }
    for (int n = 0; n < 1_000; n++) {
      assertTrue(words.isSince(100, DeviceAddress.of("acme", "x" + n)), "x" + n);
    }
    assertFalse(words.isSince(now.get() + 1, D1));
  }

  @Test
  void aboutAllAreAboutEach() {
    var words = new LastWords(Duration.ofHours(1), 10, now::get);
    words.noteAll();
    assertTrue(words.isSince(100, D1));
    assertFalse(words.isSince(101, D1));
  }
}
