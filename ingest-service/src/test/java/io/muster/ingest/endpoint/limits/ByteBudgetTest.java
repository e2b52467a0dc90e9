package io.muster.ingest.endpoint.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteBudgetTest {

  @ParameterizedTest
  @CsvSource({
    "700,  false, false, false, true",
    "701,  true,  false, false, true",
    "850,  true,  false, false, true",
    "851,  true,  true,  false, true",
    "900,  true,  true,  false, true",
    "901,  true,  true,  false, false",
    "999,  true,  true,  false, false",
    "1000, true,  true,  true,  false",
  })
  void shedsInSteps(
      long used, boolean qos0, boolean connections, boolean exhausted, boolean recovered) {
    var budget = new ByteBudget(1_000);
    budget.add(used);
    assertEquals(qos0, budget.shedsQos0());
    assertEquals(connections, budget.refusesConnections());
    assertEquals(exhausted, budget.isExhausted());
    assertEquals(recovered, budget.hasRecovered());
  }

  @Test
  void reservesNothingBeyondTheLimit() {
    var budget = new ByteBudget(1_000);
    assertTrue(budget.tryReserve(1_000));
    assertFalse(budget.tryReserve(1));
    assertEquals(1_000, budget.usedBytes());
    budget.release(1_000);
    assertFalse(budget.tryReserve(1_001));
    assertEquals(0, budget.usedBytes());
  }

  @Test
  void whatIsNotReadMakesForShedding() {
    var budget = new ByteBudget(100);
    budget.add(50);
    budget.unread(30);
    assertTrue(budget.shedsQos0());
    budget.unread(10);
    assertTrue(budget.refusesConnections());
    budget.unread(-40);
    assertFalse(budget.shedsQos0());
  }

  /** Else those that wait to be read would wait for each other. */
  @Test
  void whatIsNotReadKeepsNobodyFromBeingRead() {
    var budget = new ByteBudget(100);
    budget.unread(1_000);
    assertFalse(budget.isExhausted());
    assertTrue(budget.hasRecovered());
    assertTrue(budget.tryReserve(10));
  }

  @ParameterizedTest
  @CsvSource({"700, false", "780, false", "781, true", "1000, true"})
  void shedsWhatPeopleReadAfterQos0AndBeforeConnections(long used, boolean reads) {
    var budget = new ByteBudget(1_000);
    budget.add(used);
    assertEquals(reads, budget.shedsReads());
  }
}
