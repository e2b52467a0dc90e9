package io.muster.registry.configuration;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A configuration as it is shown.
 *
 * @param shadow the name of the shadow, or null for the classic one
 * @param desired what each device of the group should be like
 * @param revision grows with every change
 * @param withdrawn it is being taken back
 * @param devices how far it is, null in the answer to a change
 * @param createdAt when
 * @param updatedAt when it was last changed
 */
@Schema(name = "GroupConfiguration")
@JsonInclude(JsonInclude.Include.NON_NULL)
record ConfigurationView(
    @Schema(nullable = true) String shadow,
    @Schema(type = SchemaType.OBJECT) ObjectNode desired,
    long revision,
    boolean withdrawn,
    @Schema(nullable = true) Progress devices,
    Instant createdAt,
    Instant updatedAt) {

  /**
   * How many devices there are of each kind.
   *
   * @param total in the group
   * @param applied have it in their desired state
   * @param reported of these, those whose shadow reports all that is desired of it
   * @param refused whose shadow did not take it
   * @param pending get it, or lose it, still
   */
  @Schema(name = "GroupConfigurationProgress")
  record Progress(long total, long applied, long reported, long refused, long pending) {}

  ConfigurationView with(Progress progress) {
    return new ConfigurationView(
        shadow, desired, revision, withdrawn, progress, createdAt, updatedAt);
  }
}
