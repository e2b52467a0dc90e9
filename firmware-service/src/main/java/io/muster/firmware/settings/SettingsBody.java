package io.muster.firmware.settings;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What a tenant is to demand.
 *
 * @param signatureRequired null: true
 * @param confirmationRequired null: false
 * @param pollingSeconds null: as the service has it; below a day, as hawkBit's clients read it
 */
@Schema(name = "FirmwareSettingsInput")
record SettingsBody(
    Boolean signatureRequired,
    Boolean confirmationRequired,
    @Min(5) @Max(86_399) Integer pollingSeconds) {}
