package io.muster.ingest.problem;

import java.util.List;

/** The words and the status of each refusal. The types are public contract: never rename one. */
final class ProblemFactory {
  private ProblemFactory() {}

  static Problem of(Refusal refusal, String traceId) {
    var kind = kind(refusal);
    return new Problem(
        Problem.TYPE_PREFIX + kind.type,
        kind.title,
        kind.status,
        kind.detail,
        kind.errors.isEmpty() ? null : kind.errors,
        traceId);
  }

  private record Kind(
      String type, String title, int status, String detail, List<FieldError> errors) {
    private Kind(String type, String title, int status, String detail) {
      this(type, title, status, detail, List.of());
    }
  }

  private static Kind kind(Refusal refusal) {
    return switch (refusal) {
      case Refusal.Malformed it ->
          new Kind("malformed-request", "Malformed request", 400, it.detail(), it.errors());
      case Refusal.NotAuthenticated _ ->
          new Kind(
              "not-authenticated",
              "Not authenticated",
              401,
              "A valid bearer token for this interface is needed.");
      case Refusal.Forbidden it -> new Kind("forbidden", "Forbidden", 403, it.detail());
      case Refusal.Absent it -> new Kind("not-found", "Not found", 404, it.detail());
      case Refusal.MethodNotAllowed _ ->
          new Kind(
              "method-not-allowed",
              "Method not allowed",
              405,
              "There is something at this path, but not for this method.");
      case Refusal.NotAcceptable _ ->
          new Kind(
              "not-acceptable",
              "Not acceptable",
              406,
              "None of the accepted media types is to be had.");
      case Refusal.Conflict it ->
          new Kind(it.kind(), "Conflict with the present state", 409, it.detail());
      case Refusal.TooLarge it -> new Kind("too-large", "Too large", 413, it.detail());
      case Refusal.UnsupportedMediaType _ ->
          new Kind(
              "unsupported-media-type",
              "Unsupported media type",
              415,
              "The body must be application/json.");
      case Refusal.Meaningless it ->
          new Kind(
              "invalid-content",
              "Invalid content",
              422,
              "The request is well formed, but some of its values cannot be accepted.",
              it.errors());
      case Refusal.LimitReached it ->
          new Kind(
              "limit-reached",
              "Limit reached",
              429,
              "The limit '%s' of %d is reached.".formatted(it.limit(), it.value()));
      case Refusal.Unavailable it ->
          new Kind("unavailable", "Unavailable", 503, "%s; try again later.".formatted(it.what()));
      case Refusal.Unexpected _ ->
          new Kind(
              "unexpected",
              "Unexpected error",
              500,
              "This is a fault of the service. The trace id leads to it in its log.");
    };
  }
}
