package io.muster.registry.problem;

import java.util.stream.Stream;
import org.hibernate.exception.ConstraintViolationException;

/** Recognises that a row is there already. */
public final class UniqueViolation {
  private static final String SQLSTATE = "23505";
  private static final int CAUSES_LOOKED_AT = 10;

  private UniqueViolation() {}

  /** Whether a failure comes from that constraint. */
  public static boolean of(Throwable failure, String constraint) {
    return Stream.iterate(failure, it -> it != null, Throwable::getCause)
        .limit(CAUSES_LOOKED_AT)
        .anyMatch(
            it ->
                it instanceof ConstraintViolationException refused
                    && SQLSTATE.equals(refused.getSQLState())
                    && constraint.equals(refused.getConstraintName()));
  }
}
