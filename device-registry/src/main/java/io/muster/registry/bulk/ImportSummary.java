package io.muster.registry.bulk;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The last line of an import's answer. Without it the answer was cut off.
 *
 * @param summary what came of all
 */
@RegisterForReflection
record ImportSummary(Counts summary) {

  /**
   * What came of all.
   *
   * @param complete whether the whole request was worked on
   * @param rows how many were, rejected ones too
   * @param created how many devices are new
   * @param updated how many rows changed a device
   * @param unchanged how many rows said what was so already
   * @param rejected how many rows changed nothing since they could not
   * @param lastLine of the last row that was worked on
   * @param reason why the rest was not; null when it was
   */
  @RegisterForReflection
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "DeviceImportSummary")
  record Counts(
      boolean complete,
      long rows,
      long created,
      long updated,
      long unchanged,
      long rejected,
      long lastLine,
      String reason) {}
}
