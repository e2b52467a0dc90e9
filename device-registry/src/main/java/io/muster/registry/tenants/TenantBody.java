package io.muster.registry.tenants;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.contract.id.TenantId;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.Valid;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A tenant as its administrator writes it.
 *
 * @param id chosen when it is created; may be left out afterwards
 * @param limits null: the platform's defaults
 * @param suspended null: it is not
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "TenantInput")
record TenantBody(
    @Schema(
            type = org.eclipse.microprofile.openapi.annotations.enums.SchemaType.STRING,
            pattern = "[a-z0-9][a-z0-9-]{0,38}[a-z0-9]",
            examples = "demo")
        TenantId id,
    @Valid TenantLimits limits,
    @Schema(description = "A suspended tenant's devices cannot connect") Boolean suspended) {

  TenantLimits limitsOrDefaults() {
    return limits == null ? TenantLimits.DEFAULTS : limits;
  }

  boolean isSuspended() {
    return Boolean.TRUE.equals(suspended);
  }
}
