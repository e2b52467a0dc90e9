package io.muster.firmware.artifacts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.contract.id.TenantId;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import org.junit.jupiter.api.Test;

class SendersTest {
  private static final TenantId ONE = new TenantId("one");
  private static final TenantId OTHER = new TenantId("other");

  private final Senders senders = new Senders(3, 2);

  @Test
  void aTenantThatSendsMuchLeavesRoomForOthers() {
    sending(
        ONE,
        () ->
            sending(
                ONE,
                () -> {
                  assertInstanceOf(Refusal.LimitReached.class, refused(ONE));
                  assertEquals(2, senders.count());
                  assertEquals(1, senders.send(OTHER, () -> 1));
                }));
  }

  @Test
  void allTogetherAreBounded() {
    sending(
        ONE,
        () ->
            sending(
                ONE,
                () ->
                    sending(
                        OTHER, () -> assertInstanceOf(Refusal.Unavailable.class, refused(OTHER)))));
  }

  @Test
  void whoeverFailsLeavesItsPlace() {
    for (var i = 0; i < 5; i++) {
      assertThrows(
          IllegalStateException.class,
          () ->
              senders.send(
                  ONE,
                  () -> {
                    throw new IllegalStateException("cut");
                  }));
    }
    assertEquals(7, senders.send(ONE, () -> 7));
    assertEquals(0, senders.count());
  }

  private void sending(TenantId tenant, Runnable meanwhile) {
    senders.send(
        tenant,
        () -> {
          meanwhile.run();
          return 0;
        });
  }

  private Refusal refused(TenantId tenant) {
    return assertThrows(RefusedException.class, () -> senders.send(tenant, () -> 0)).refusal();
  }
}
