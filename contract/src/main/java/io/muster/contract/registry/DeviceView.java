package io.muster.contract.registry;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;

/**
 * {@code GET /internal/v1/tenants/{tenant}/devices/{device}}: what other services may know of a
 * device; 404 when there is none.
 *
 * @param device which
 * @param enabled whether it and its tenant may take part
 * @param gateway the device of the same tenant that may speak for it, or null
 * @param version grows with every change
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeviceView(DeviceAddress device, boolean enabled, DeviceId gateway, long version) {}
