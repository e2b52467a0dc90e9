package io.muster.firmware.distributions;

import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A distribution that somebody makes.
 *
 * @param modules their ids, in the order in which devices see them
 * @param deviceTypes ids of the registry's device types that it fits; none: all devices
 */
@Schema(name = "DistributionInput")
record DistributionBody(
    @NotNull @Pattern(regexp = ModuleBody.NAME, message = ModuleBody.NAME_MESSAGE) String name,
    @NotNull @Pattern(regexp = ModuleBody.NAME, message = ModuleBody.NAME_MESSAGE) String version,
    @NotEmpty @Size(max = 20) List<@NotNull UUID> modules,
    @Size(max = 50) List<@NotNull @Pattern(regexp = "[A-Za-z0-9][A-Za-z0-9_.-]{0,79}") String> deviceTypes,
    @Size(max = 16_384) String releaseNotes) {}
