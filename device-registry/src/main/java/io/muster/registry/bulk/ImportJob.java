package io.muster.registry.bulk;

import io.muster.contract.id.TenantId;
import io.muster.rest.audit.Author;
import java.util.Map;

/**
 * What all rows of an import have in common.
 *
 * @param tenant whose devices they are
 * @param author who asks
 * @param trace of the request
 * @param idempotencyKey under which the answers are remembered; null: they are not
 */
record ImportJob(TenantId tenant, Author author, Map<String, String> trace, String idempotencyKey) {
  ImportJob {
    trace = Map.copyOf(trace);
  }
}
