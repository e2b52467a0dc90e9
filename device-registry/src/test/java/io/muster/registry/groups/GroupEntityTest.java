package io.muster.registry.groups;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.GroupId;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class GroupEntityTest {
  private final GroupEntity group =
      GroupEntity.create(1, new GroupBody(new GroupId("hall"), null, null, null), Instant.EPOCH);

  @Test
  void itIsCountedOnce() {
    assertFalse(group.isSurelyWithin(100));
    group.moved(1);
    assertFalse(group.isSurelyWithin(100));
    group.counted(98);
    group.moved(1);
    assertTrue(group.isSurelyWithin(100));
    group.moved(1);
    assertTrue(group.isSurelyWithin(100));
  }

  @Test
  void itIsCountedAgainWhenItMayBeFull() {
    group.counted(100);
    group.moved(1);
    assertFalse(group.isSurelyWithin(100));
    group.moved(-1);
    assertTrue(group.isSurelyWithin(100));
    group.moved(3);
    group.counted(90);
    assertTrue(group.isSurelyWithin(90));
    assertFalse(group.isSurelyWithin(89));
  }
}
