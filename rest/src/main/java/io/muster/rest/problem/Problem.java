package io.muster.rest.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Problem details (RFC 9457), the body of every error.
 *
 * @param type stable name of the kind of problem, {@code urn:muster:problem:…}
 * @param title the kind in words; the same for each of its occurrences
 * @param status the HTTP status
 * @param detail what happened this time
 * @param errors what is wrong with the request, place by place; null when no place is to be named
 * @param traceId finds the request in logs and traces
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "Problem details (RFC 9457)")
public record Problem(
    @Schema(examples = "urn:muster:problem:malformed-request") String type,
    String title,
    int status,
    String detail,
    List<FieldError> errors,
    String traceId) {

  /** Its media type. */
  public static final String MEDIA_TYPE = "application/problem+json";

  static final String TYPE_PREFIX = "urn:muster:problem:";
}
