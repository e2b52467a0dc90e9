package io.muster.firmware.distributions;

import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A software module that somebody makes.
 *
 * @param type {@code firmware}, {@code application}, {@code model} or {@code configuration}
 * @param artifacts their ids, in the order in which devices see them; names are unique among them
 */
@Schema(name = "SoftwareModuleInput")
record ModuleBody(
    @NotNull @Pattern(regexp = ModuleBody.NAME, message = ModuleBody.NAME_MESSAGE) String name,
    @NotNull @Pattern(regexp = ModuleBody.NAME, message = ModuleBody.NAME_MESSAGE) String version,
    @NotNull @Pattern(
            regexp = "firmware|application|model|configuration",
            message = "must be firmware, application, model or configuration")
        String type,
    @Size(max = 16_384) String releaseNotes,
    @NotEmpty @Size(max = 100) List<@NotNull UUID> artifacts) {
  /** Fit for logs and links. */
  static final String NAME = "[A-Za-z0-9_+-][A-Za-z0-9 ._+-]{0,63}";

  static final String NAME_MESSAGE = "must be 1 to 64 letters, digits, spaces and ._+-";
}
