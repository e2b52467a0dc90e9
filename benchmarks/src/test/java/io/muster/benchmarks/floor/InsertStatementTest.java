package io.muster.benchmarks.floor;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.benchmarks.rounds.RoundFailedException;
import org.junit.jupiter.api.Test;

class InsertStatementTest {

  @Test
  void theSameStatementMayBeLaidOutInAnotherWay() {
    assertDoesNotThrow(
        () -> InsertStatement.requireSame(InsertStatement.SQL.replace("\n", "\n\t  ")));
  }

  @Test
  void aFloorOfAnotherStatementIsNone() {
    var other = InsertStatement.SQL.replace("ON CONFLICT DO NOTHING", "");

    var failure =
        assertThrows(RoundFailedException.class, () -> InsertStatement.requireSame(other));

    assertTrue(failure.getMessage().contains(other), failure.getMessage());
  }
}
