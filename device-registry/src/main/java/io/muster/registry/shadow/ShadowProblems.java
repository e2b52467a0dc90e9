package io.muster.registry.shadow;

import io.muster.registry.problem.ConflictKind;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.util.List;

/** What AWS IoT's codes are at this service's REST interface. Stateless. */
final class ShadowProblems {
  private ShadowProblems() {}

  static RuntimeException of(ShadowRefusal refusal, ShadowConfig config) {
    var problem =
        switch (refusal.code()) {
          case 400 -> malformed(refusal);
          case 404 -> new Refusal.Absent(refusal.message() + ".");
          case 409 -> new Refusal.Conflict(ConflictKind.SHADOW_VERSION_CONFLICT, detail(refusal));
          case 413 ->
              new Refusal.TooLarge(
                  "The shadow would be longer than %d bytes.".formatted(config.maxBytes()));
          case 415 -> new Refusal.UnsupportedMediaType();
          case 429 -> new Refusal.LimitReached("shadows", config.maxPerDevice());
          default -> new Refusal.Unexpected();
        };
    return problem.asException();
  }

  private static String detail(ShadowRefusal refusal) {
    return refusal.message() + ": the update is based on another version than the present one.";
  }

  private static Refusal malformed(ShadowRefusal refusal) {
    return new Refusal.Malformed(
        "The shadow document cannot be accepted.",
        List.of(FieldError.at(refusal.pointer(), refusal.message())));
  }
}
