package io.muster.rest.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * One thing that is wrong with a request.
 *
 * @param pointer JSON pointer (RFC 6901) into the body, or null
 * @param parameter name of the path, query or header parameter, or null
 * @param detail what is expected, fit for the sender
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "One thing that is wrong with the request")
public record FieldError(
    @Schema(description = "JSON pointer into the body") String pointer,
    @Schema(description = "Path, query or header parameter") String parameter,
    String detail) {

  /** Something in the body. */
  public static FieldError at(String pointer, String detail) {
    return new FieldError(pointer, null, detail);
  }

  /** Something in the path, the query or a header. */
  public static FieldError in(String parameter, String detail) {
    return new FieldError(null, parameter, detail);
  }
}
