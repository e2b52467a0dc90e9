package io.muster.contract.registry;

import io.muster.contract.id.TenantId;

/**
 * {@code GET /internal/v1/tenants}, one in each line: which tenants there are. With their devices
 * ({@link DeviceView}) it is the snapshot from which a service starts that has missed events, or
 * has come later.
 *
 * @param tenant its name
 * @param suspended whether its devices are kept out
 * @param limits what it allows each of its devices
 */
public record TenantStanding(TenantId tenant, boolean suspended, DeviceLimits limits) {}
