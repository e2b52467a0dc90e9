package io.muster.ingest.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.pgclient.PgException;
import org.junit.jupiter.api.Test;

class RefusalOfThrowableTest {

  @Test
  void aReadThatTakesTooLongIsNoFaultAndNotTheDatabasesEither() {
    var refusal = RefusalOfThrowable.of(refused("57014"));
    assertTrue(((Refusal.Unavailable) refusal).what().contains("shorter range"), refusal::toString);
    assertEquals(503, ProblemFactory.of(refusal, "trace").status());
  }

  @Test
  void aDatabaseThatShutsDownIsAway() {
    var refusal = RefusalOfThrowable.of(new IllegalStateException(refused("57P01")));
    assertTrue(((Refusal.Unavailable) refusal).what().contains("database"), refusal::toString);
  }

  private static PgException refused(String state) {
    return new PgException("no", "ERROR", state, null);
  }
}
