package io.muster.ingest.packetlog;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.ingest.endpoint.packetlog.PacketEntry;
import io.quarkus.runtime.annotations.RegisterForReflection;

/** An entry, as one replica tells the others of it, which may be older ones. */
@RegisterForReflection
@JsonIgnoreProperties(ignoreUnknown = true)
record ToldEntry(TenantId tenant, DeviceId device, PacketEntry entry) {

  static ToldEntry of(DeviceAddress device, PacketEntry entry) {
    return new ToldEntry(device.tenant(), device.device(), entry);
  }

  DeviceAddress address() {
    return new DeviceAddress(tenant, device);
  }
}
