package io.muster.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class InstanceNameTest {

  @Test
  void isWhatIsConfigured() {
    assertEquals("replica-1", InstanceName.of(Optional.of("replica-1"), "ingest"));
  }

  @Test
  void isSomethingThatLastsWithoutIt() {
    var name = InstanceName.of(Optional.empty(), "ingest");
    assertFalse(name.isBlank());
    assertEquals(name, InstanceName.of(Optional.empty(), "ingest"));
  }
}
