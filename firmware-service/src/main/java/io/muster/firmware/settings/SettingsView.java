package io.muster.firmware.settings;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a tenant demands, as callers see it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "FirmwareSettings")
record SettingsView(
    boolean signatureRequired,
    boolean confirmationRequired,
    Integer pollingSeconds,
    boolean gatewayToken,
    long version) {

  static SettingsView of(TenantSettings it) {
    return new SettingsView(
        it.signatureRequired(),
        it.confirmationRequired(),
        it.polling().map(polling -> (int) polling.toSeconds()).orElse(null),
        it.gatewayTokenSha256().isPresent(),
        it.version());
  }
}
