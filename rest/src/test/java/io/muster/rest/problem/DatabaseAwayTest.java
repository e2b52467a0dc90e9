package io.muster.rest.problem;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;

class DatabaseAwayTest {

  @Test
  void aPoolWithoutAFreeConnectionIsNoFaultOfTheRequest() {
    assertTrue(DatabaseAway.isCauseOf(new NoStackTraceThrowable("Timeout")));
    assertFalse(DatabaseAway.isCauseOf(new NoStackTraceThrowable("Something else")));
  }

  @Test
  void aRefusedConnectionAndADeadlockArePassing() {
    assertTrue(DatabaseAway.isCauseOf(new ConnectException()));
    assertTrue(DatabaseAway.isCauseOf(new PgException("deadlock", "ERROR", "40P01", "")));
    assertFalse(DatabaseAway.isCauseOf(new PgException("syntax", "ERROR", "42601", "")));
  }
}
