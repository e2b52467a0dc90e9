package io.muster.rest.problem;

import io.muster.rest.problem.Refusal.Conflict;
import io.muster.rest.problem.Refusal.LimitReached;
import io.muster.rest.problem.Refusal.Malformed;
import io.muster.rest.problem.Refusal.Meaningless;
import java.util.List;
import java.util.Optional;

/**
 * Why one of the many things that a request holds was refused, in the words of a {@link Problem}.
 * Immutable.
 *
 * @param problem the last part of the problem's type, such as {@code invalid-content}
 * @param detail what happened
 * @param errors what is wrong, place by place; may be empty
 */
public record Explanation(String problem, String detail, List<FieldError> errors) {
  public Explanation {
    errors = List.copyOf(errors);
  }

  /** What a failure says about the thing; empty when it is no fault of the thing. */
  public static Optional<Explanation> of(Throwable failure) {
    var refusal = RefusalOfException.of(failure);
    return switch (refusal) {
      case Malformed _, Meaningless _, Conflict _, LimitReached _ -> Optional.of(of(refusal));
      default -> Optional.empty();
    };
  }

  /** Whether a failure means that the same may succeed later. */
  public static boolean passes(Throwable failure) {
    return RefusalOfException.of(failure) instanceof Refusal.Unavailable;
  }

  private static Explanation of(Refusal refusal) {
    var problem = ProblemFactory.of(refusal, "");
    return new Explanation(
        problem.type().substring(Problem.TYPE_PREFIX.length()),
        problem.detail(),
        problem.errors() == null ? List.of() : problem.errors());
  }
}
