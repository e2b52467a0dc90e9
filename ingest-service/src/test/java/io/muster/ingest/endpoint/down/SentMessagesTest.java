package io.muster.ingest.endpoint.down;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

class SentMessagesTest {
  private static final IntPredicate NOWHERE = identifier -> false;

  private static Waiting message(int bytes) {
    return new Waiting(null, 1, null, 0, bytes);
  }

  @Test
  void isFullWhenEveryPlaceIsTaken() {
    var sent = new SentMessages(2, NOWHERE);
    sent.add(message(1));
    assertFalse(sent.isFull());
    sent.add(message(1));
    assertTrue(sent.isFull());
    sent.remove(1);
    assertFalse(sent.isFull());
  }

  @Test
  void findsEachByItsIdentifierOnce() {
    var sent = new SentMessages(3, NOWHERE);
    var first = message(1);
    var second = message(2);
    var third = message(3);
    assertEquals(1, sent.add(first));
    assertEquals(2, sent.add(second));
    assertEquals(3, sent.add(third));
    assertSame(second, sent.remove(2));
    assertNull(sent.remove(2));
    assertSame(third, sent.remove(3));
    assertSame(first, sent.remove(1));
    assertNull(sent.remove(4));
  }

  /** A late PUBACK must not meet a newer message. */
  @Test
  void usesAnIdentifierAgainOnlyAfterAllOthersAndNeverWhileItIsOut() {
    var sent = new SentMessages(2, NOWHERE);
    var stays = message(1);
    assertEquals(1, sent.add(stays));
    for (int i = 2; i <= 65_535; i++) {
      assertEquals(i, sent.add(message(1)));
      sent.remove(i);
    }
    assertEquals(2, sent.add(message(1)));
    assertSame(stays, sent.remove(1));
  }

  @Test
  void leavesOutIdentifiersThatAreUsedElsewhere() {
    var sent = new SentMessages(2, identifier -> identifier == 1 || identifier == 3);
    assertEquals(2, sent.add(message(1)));
    assertEquals(4, sent.nextIdentifier());
  }

  @Test
  void tellsWhatIsToBeGivenBackWhenItForgetsAll() {
    var sent = new SentMessages(3, NOWHERE);
    sent.add(message(10));
    sent.add(message(20));
    sent.remove(1);
    sent.add(message(5));
    assertEquals(25, sent.heldBytesAndClear());
    assertEquals(0, sent.heldBytesAndClear());
    assertNull(sent.remove(2));
  }
}
