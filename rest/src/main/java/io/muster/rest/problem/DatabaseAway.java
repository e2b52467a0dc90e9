package io.muster.rest.problem;

import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.net.ConnectException;
import java.net.SocketException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** Tells a database that is away or overloaded from one that says no. */
final class DatabaseAway {
  /** Connection, serialisation and deadlock, resources, operator intervention (PostgreSQL, A). */
  private static final List<String> SQLSTATE_CLASSES = List.of("08", "40", "53", "57");

  /** {@code query_canceled}: a statement took longer than it may. */
  private static final String TOOK_TOO_LONG = "57014";

  private DatabaseAway() {}

  /** Whether the database gave a statement up for the time it took. */
  static boolean tookTooLong(Throwable thrown) {
    return TOOK_TOO_LONG.equals(
        switch (thrown) {
          case PgException refused -> refused.getSqlState();
          case SQLException refused -> refused.getSQLState();
          default -> null;
        });
  }

  static boolean isCauseOf(Throwable thrown) {
    return switch (thrown) {
      case PgException refused -> isAway(refused.getSqlState());
      // Hibernate makes one of these of what the reactive client tells.
      case SQLException refused -> isAway(refused.getSQLState());
      case ClosedConnectionException ignored -> true;
      case ConnectException ignored -> true;
      case SocketException ignored -> true;
      case TimeoutException ignored -> true;
      // What the pool says to who waited too long for one of its connections.
      case NoStackTraceThrowable waited -> "Timeout".equals(waited.getMessage());
      default -> false;
    };
  }

  private static boolean isAway(String sqlState) {
    return sqlState != null && SQLSTATE_CLASSES.stream().anyMatch(sqlState::startsWith);
  }
}
