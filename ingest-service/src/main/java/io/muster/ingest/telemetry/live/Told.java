package io.muster.ingest.telemetry.live;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.contract.id.TenantId;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * What one instance tells the others of a reading.
 *
 * @param tenant whose
 * @param device which; null when only {@code skipped} is told
 * @param time of the reading
 * @param values of the reading; null when they are too large and are to be read with the hash
 * @param hash of a reading that is to be read
 * @param skipped how many readings of the tenant were stored and are not told
 */
@RegisterForReflection
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
record Told(
    TenantId tenant,
    String device,
    Instant time,
    Map<String, Object> values,
    UUID hash,
    Long skipped) {

  static Told skipped(TenantId tenant, long count) {
    return new Told(tenant, null, null, null, null, count);
  }
}
