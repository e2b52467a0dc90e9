package io.muster.registry.bulk;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.muster.rest.problem.Explanation;
import io.muster.rest.problem.FieldError;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What came of one row of an import.
 *
 * @param line where it began; the first line of the request is 1
 * @param id the device's; null when the row does not tell
 * @param result what was done
 * @param version of the device afterwards; null when it was rejected
 * @param problem why it was rejected: the last part of a problem's type
 * @param detail the same in words
 * @param errors what is wrong with it, with JSON pointers
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@Schema(name = "DeviceImportResult")
record RowResult(
    long line,
    String id,
    Outcome result,
    Long version,
    String problem,
    String detail,
    List<FieldError> errors) {

  /** What was done with a row. */
  @RegisterForReflection
  enum Outcome {
    @JsonProperty("created")
    CREATED,
    @JsonProperty("updated")
    UPDATED,
    @JsonProperty("unchanged")
    UNCHANGED,
    @JsonProperty("rejected")
    REJECTED
  }

  static RowResult done(long line, String id, Outcome outcome, long version) {
    return new RowResult(line, id, outcome, version, null, null, null);
  }

  /**
   * @param id null when it is none
   */
  static RowResult rejected(long line, String id, Explanation why) {
    return new RowResult(
        line, id, Outcome.REJECTED, null, why.problem(), why.detail(), why.errors());
  }

  boolean isRejected() {
    return result == Outcome.REJECTED;
  }
}
