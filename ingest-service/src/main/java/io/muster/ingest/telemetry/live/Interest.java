package io.muster.ingest.telemetry.live;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * Whose readings somebody follows.
 *
 * @param tenant whose devices
 * @param device which one, or null for all
 */
@RegisterForReflection
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
record Interest(TenantId tenant, DeviceId device) {

  static Interest in(DeviceAddress device) {
    return new Interest(device.tenant(), device.device());
  }

  Interest inAll() {
    return new Interest(tenant, null);
  }
}
