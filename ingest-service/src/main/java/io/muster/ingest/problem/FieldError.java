package io.muster.ingest.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * One thing that is wrong with a request.
 *
 * @param pointer JSON pointer (RFC 6901) into the body, or null
 * @param parameter name of the path or query parameter, or null
 * @param detail what is expected, fit for the sender
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "One thing that is wrong with the request")
public record FieldError(
    @Schema(description = "JSON pointer into the body") String pointer,
    @Schema(description = "Path or query parameter") String parameter,
    String detail) {

  /** Something in the path or the query. */
  public static FieldError in(String parameter, String detail) {
    return new FieldError(null, parameter, detail);
  }
}
