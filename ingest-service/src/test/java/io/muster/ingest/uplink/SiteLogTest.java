package io.muster.ingest.uplink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.UplinkBatch;
import io.muster.contract.event.UplinkBatch.Beginning;
import io.muster.contract.event.UplinkState;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a batch adds to what a hub has of a site's log. */
class SiteLogTest {
  private static final UUID LOG = UUID.randomUUID();
  private static final List<OutboxEvent> TEN = LogEntries.numbered(0, LogEntries.answers(0, 10));

  private static SiteLog at(int position) {
    return new SiteLog(new UplinkState(LOG, position, id(position)));
  }

  private static UUID id(int position) {
    return position == 0 ? null : TEN.get(position - 1).id();
  }

  private static UplinkBatch batch(int after, int to) {
    return new UplinkBatch(LOG, after, id(after), null, TEN.subList(after, to));
  }

  @Test
  void whatGoesOnFromThereIsNew() {
    assertEquals(TEN.subList(4, 7), at(4).newOf(batch(4, 7)));
    assertEquals(TEN, at(0).newOf(batch(0, 10)));
    assertEquals(at(7), at(4).with(TEN.subList(4, 7)));
    assertSame(at(4).state().log(), at(4).with(List.of()).state().log());
  }

  @Test
  void ofAnOverlapOnlyTheRestIsNew() {
    assertEquals(TEN.subList(4, 7), at(4).newOf(batch(2, 7)));
    assertEquals(List.of(), at(7).newOf(batch(2, 7)));
    assertEquals(List.of(), at(9).newOf(batch(2, 7)));
  }

  @Test
  void afterAGapNothingIsTaken() {
    assertEquals(List.of(), at(3).newOf(batch(4, 7)));
  }

  @Test
  void ofAnotherLogNothingIsTaken() {
    var other = new UplinkBatch(UUID.randomUUID(), 4, id(4), null, TEN.subList(4, 7));
    assertEquals(List.of(), at(4).newOf(other));
    assertEquals(List.of(), new SiteLog(new UplinkState(null, 0, null)).newOf(batch(0, 3)));
  }

  @Test
  void anotherEntryAtThePositionIsAnotherLogUnderTheSameName() {
    var elsewhere = LogEntries.numbered(0, LogEntries.answers(0, 10));
    var continued = new UplinkBatch(LOG, 4, elsewhere.get(3).id(), null, elsewhere.subList(4, 7));
    assertEquals(List.of(), at(4).newOf(continued));
    var overlapping = new UplinkBatch(LOG, 2, id(2), null, elsewhere.subList(2, 7));
    assertEquals(List.of(), at(4).newOf(overlapping));
  }

  @Test
  void aBeginningCountsOnlyInPlaceOfTheStateThatItNames() {
    var other = UUID.randomUUID();
    var begins =
        new UplinkBatch(other, 6, null, new Beginning(at(4).state(), 2), TEN.subList(6, 8));
    assertTrue(at(4).isBegunBy(begins));
    assertEquals(new UplinkState(other, 6, null), at(4).begun(begins).state());
    assertEquals(TEN.subList(6, 8), at(4).begun(begins).newOf(begins));
    assertFalse(at(5).isBegunBy(begins));
    assertEquals(at(5), at(5).begun(begins));
    assertFalse(at(4).isBegunBy(batch(4, 7)));
  }

  @Test
  void aSiteOfWhichNothingIsKnownBeginsInPlaceOfNothing() {
    var nothing = new SiteLog(new UplinkState(null, 0, null));
    var begins = new UplinkBatch(LOG, 0, null, new Beginning(nothing.state(), 0), List.of());
    assertEquals(at(0), nothing.begun(begins));
  }
}
