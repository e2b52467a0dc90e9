package io.muster.contract.registry;

import io.muster.contract.id.TenantId;
import java.util.List;

/**
 * The answer of {@code GET /internal/v1/deleted-tenants?after={position}&limit={n}}: tenants of
 * which nobody may keep anything. For a service that has missed events, or has come later.
 *
 * @param items at most {@code limit}; none: that is all
 * @param next what to pass as {@code after} for what comes next
 */
public record DeletedTenants(List<TenantId> items, long next) {
  public DeletedTenants {
    items = List.copyOf(items);
  }
}
