package io.muster.outbox;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonParseException;
import io.vertx.core.VertxException;
import io.vertx.core.json.DecodeException;
import io.vertx.pgclient.PgException;
import java.time.format.DateTimeParseException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentFailureTest {
  @ParameterizedTest
  @ValueSource(strings = {"22P02", "22021", "23505", "23514"})
  void dataThatTheDatabaseRefusesIsContent(String sqlState) {
    assertTrue(ContentFailure.is(new PgException("no", "ERROR", sqlState, null)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"08006", "40001", "40P01", "53300", "57P01", "57014"})
  void aDatabaseThatIsAwayOrBusyIsNot(String sqlState) {
    assertFalse(ContentFailure.is(new PgException("no", "ERROR", sqlState, null)));
  }

  @Test
  void whatCannotBeReadIsContent() {
    assertTrue(ContentFailure.is(new JsonParseException(null, "no JSON")));
    assertTrue(ContentFailure.is(new DateTimeParseException("no time", "x", 0)));
    assertTrue(ContentFailure.is(new DecodeException("no JSON")));
    assertTrue(ContentFailure.is(new NullPointerException()));
    assertTrue(ContentFailure.is(new NumberFormatException()));
  }

  @Test
  void whatNobodyForesawMayPassLater() {
    assertFalse(ContentFailure.is(new VertxException("Connection was closed")));
    assertFalse(ContentFailure.is(new TimeoutException()));
    assertFalse(ContentFailure.is(new IllegalStateException("Pool closed")));
    assertFalse(ContentFailure.is(new PgException("no", "ERROR", null, null)));
  }
}
