package io.muster.registry.problem;

import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** Tells a database that is away or overloaded from one that says no. */
final class DatabaseAway {
  /** Connection, serialisation and deadlock, resources, operator intervention (PostgreSQL, A). */
  private static final List<String> SQLSTATE_CLASSES = List.of("08", "40", "53", "57");

  private DatabaseAway() {}

  static boolean isCauseOf(Throwable thrown) {
    return switch (thrown) {
      case PgException refused -> SQLSTATE_CLASSES.stream().anyMatch(stateOf(refused)::startsWith);
      case ClosedConnectionException ignored -> true;
      case ConnectException ignored -> true;
      case SocketException ignored -> true;
      case TimeoutException ignored -> true;
      default -> false;
    };
  }

  private static String stateOf(PgException refused) {
    return refused.getSqlState() == null ? "" : refused.getSqlState();
  }
}
