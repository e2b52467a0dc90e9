package io.muster.registry.groups;

import io.muster.contract.id.DeviceId;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Which devices join a static group and which leave it; first they join. Who is there already, or
 * is not, is no error.
 *
 * @param add must exist; null for none
 * @param remove null for none
 */
@RegisterForReflection
@Schema(name = "GroupMembersChange")
record MembersChange(
    @Size(max = 1_000) List<@NotNull DeviceId> add,
    @Size(max = 1_000) List<@NotNull DeviceId> remove) {
  MembersChange {
    add = add == null ? List.of() : add;
    remove = remove == null ? List.of() : remove;
  }
}
