package io.muster.ingest.endpoint.limits;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ByteBudgetTest {
  private final ByteBudget budget = new ByteBudget(100);

  @Test
  void whatIsNotReadMakesForShedding() {
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
    budget.unread(1_000);
    assertFalse(budget.isExhausted());
    assertTrue(budget.hasRecovered());
    assertTrue(budget.tryReserve(10));
  }
}
