package io.muster.rest.problem;

import io.muster.rest.problem.Refusal.Absent;
import io.muster.rest.problem.Refusal.Conflict;
import io.muster.rest.problem.Refusal.Forbidden;
import io.muster.rest.problem.Refusal.LimitReached;
import io.muster.rest.problem.Refusal.Malformed;
import io.muster.rest.problem.Refusal.Meaningless;
import io.muster.rest.problem.Refusal.MethodNotAllowed;
import io.muster.rest.problem.Refusal.NotAcceptable;
import io.muster.rest.problem.Refusal.NotAuthenticated;
import io.muster.rest.problem.Refusal.TooLarge;
import io.muster.rest.problem.Refusal.TooManyFailures;
import io.muster.rest.problem.Refusal.Unavailable;
import io.muster.rest.problem.Refusal.Unexpected;
import io.muster.rest.problem.Refusal.UnsupportedMediaType;
import io.muster.rest.problem.Refusal.VersionMismatch;
import io.muster.rest.problem.Refusal.VersionRequired;
import java.util.List;

/** The words and the status of each refusal. The types are public contract: never rename one. */
final class ProblemFactory {
  private ProblemFactory() {}

  static Problem of(Refusal refusal, String traceId) {
    return switch (refusal) {
      case Malformed it ->
          problem("malformed-request", "Malformed request", 400, it.detail(), it.errors(), traceId);
      case NotAuthenticated(var challenge) ->
          problem("not-authenticated", "Not authenticated", 401, challenge.detail(), traceId);
      case Forbidden it -> problem("forbidden", "Forbidden", 403, it.detail(), traceId);
      case Absent it -> problem("not-found", "Not found", 404, it.detail(), traceId);
      case MethodNotAllowed ignored ->
          problem(
              "method-not-allowed",
              "Method not allowed",
              405,
              "There is something at this path, but not for this method; see Allow.",
              traceId);
      case NotAcceptable ignored ->
          problem(
              "not-acceptable",
              "Not acceptable",
              406,
              "None of the accepted media types is to be had.",
              traceId);
      case Conflict it ->
          problem(it.kind(), "Conflict with the present state", 409, it.detail(), traceId);
      case VersionMismatch it ->
          problem(
              "version-mismatch",
              "Changed in the meantime",
              412,
              "If-Match names another version than the present one, \"%d\"; read it again."
                  .formatted(it.current()),
              traceId);
      case TooLarge it -> problem("too-large", "Too large", 413, it.detail(), traceId);
      case UnsupportedMediaType ignored ->
          problem(
              "unsupported-media-type",
              "Unsupported media type",
              415,
              "Content-Type names none of the media types that are taken here; /q/openapi lists"
                  + " them.",
              traceId);
      case Meaningless it ->
          problem(
              "invalid-content",
              "Invalid content",
              422,
              "The request is well formed, but some of its values cannot be accepted.",
              it.errors(),
              traceId);
      case VersionRequired ignored ->
          problem(
              "version-required",
              "If-Match is missing",
              428,
              "A replacing update needs If-Match with the ETag that it is based on, or *.",
              traceId);
      case LimitReached it ->
          problem(
              "limit-reached",
              "Limit reached",
              429,
              "The limit '%s' of %d is reached.".formatted(it.limit(), it.value()),
              traceId);
      case TooManyFailures ignored ->
          problem(
              "too-many-failures",
              "Too many failures",
              429,
              "What was shown did not hold again and again, so nothing is looked at for a while;"
                  + " see Retry-After.",
              traceId);
      case Unavailable it ->
          problem(
              "unavailable",
              "Unavailable",
              503,
              "%s; try again later.".formatted(it.why()),
              traceId);
      case Unexpected ignored ->
          problem(
              "unexpected",
              "Unexpected error",
              500,
              "This is a fault of the service. The trace id leads to it in its log.",
              traceId);
    };
  }

  private static Problem problem(
      String type, String title, int status, String detail, String traceId) {
    return problem(type, title, status, detail, List.of(), traceId);
  }

  private static Problem problem(
      String type,
      String title,
      int status,
      String detail,
      List<FieldError> errors,
      String traceId) {
    return new Problem(
        Problem.TYPE_PREFIX + type,
        title,
        status,
        detail,
        errors.isEmpty() ? null : errors,
        traceId);
  }
}
