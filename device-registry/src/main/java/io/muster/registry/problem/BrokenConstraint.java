package io.muster.registry.problem;

import java.util.stream.Stream;
import org.hibernate.exception.ConstraintViolationException;

/** Recognises which constraint of the database a change would have broken. Stateless. */
public final class BrokenConstraint {
  private static final String UNIQUE = "23505";
  private static final String FOREIGN_KEY = "23503";
  private static final int CAUSES_LOOKED_AT = 10;

  private BrokenConstraint() {}

  /** Whether a failure means that a row is there already. */
  public static boolean unique(Throwable failure, String constraint) {
    return is(failure, UNIQUE, constraint);
  }

  /** Whether a failure means that the row referred to is not there, or not any more. */
  public static boolean reference(Throwable failure, String constraint) {
    return is(failure, FOREIGN_KEY, constraint);
  }

  private static boolean is(Throwable failure, String sqlState, String constraint) {
    return Stream.iterate(failure, it -> it != null, Throwable::getCause)
        .limit(CAUSES_LOOKED_AT)
        .anyMatch(
            it ->
                it instanceof ConstraintViolationException refused
                    && sqlState.equals(refused.getSQLState())
                    && constraint.equals(refused.getConstraintName()));
  }
}
