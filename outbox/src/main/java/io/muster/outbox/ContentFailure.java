package io.muster.outbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.vertx.core.json.DecodeException;
import io.vertx.pgclient.PgException;
import java.time.DateTimeException;
import java.util.NoSuchElementException;

/**
 * Tells what an event fails for. What its content is to blame for would fail for ever and hold up
 * the log; anything else (the database is away, a time limit, an answer that nobody foresaw) may
 * pass later, and to skip an event for it would lose it.
 */
public final class ContentFailure {
  private ContentFailure() {}

  /** Whether the same event would fail again in the same way. */
  static boolean is(Throwable failure) {
    return switch (failure) {
      case PgException refused -> isOfTheData(refused);
      case JsonProcessingException malformed -> true;
      case DecodeException malformed -> true;
      case IllegalArgumentException unfit -> true;
      case NullPointerException missing -> true;
      case ClassCastException another -> true;
      case ArithmeticException tooLarge -> true;
      case IndexOutOfBoundsException tooShort -> true;
      case NoSuchElementException missing -> true;
      case DateTimeException noTime -> true;
      default -> false;
    };
  }

  /**
   * Whether PostgreSQL refused what a statement held: SQLSTATE class 22 (data exception) or 23
   * (constraint violation).
   */
  public static boolean isOfTheData(Throwable failure) {
    return failure instanceof PgException refused
        && refused.getSqlState() != null
        && (refused.getSqlState().startsWith("22") || refused.getSqlState().startsWith("23"));
  }
}
