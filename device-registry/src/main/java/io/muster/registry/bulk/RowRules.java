package io.muster.registry.bulk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.registry.devices.AttributeRules;
import io.muster.registry.devices.DeviceBody;
import io.muster.registry.devices.TagRules;
import io.muster.rest.json.MergePatch;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/**
 * What a row makes of a device: a new one is read as by POST, one that is there is changed as by
 * PATCH, and the same rules hold. Thread-safe.
 */
@ApplicationScoped
class RowRules {
  private final AttributeRules attributes;
  private final TagRules tags;
  private final MergePatch mergePatch;
  private final ObjectMapper mapper;

  RowRules(AttributeRules attributes, TagRules tags, MergePatch mergePatch, ObjectMapper mapper) {
    this.attributes = attributes;
    this.tags = tags;
    this.mergePatch = mergePatch;
    this.mapper = mapper;
  }

  /** Finds the keys of what a row names; null for what is not there. */
  interface Named {
    Integer type(String id);

    Integer gateway(String id);
  }

  /**
   * @param present the device as it is; null when it is new
   * @throws RuntimeException when the row is to be rejected
   */
  DeviceDraft.State state(RowDemand.Device row, DeviceDraft present, Named named) {
    var body =
        present == null
            ? read(row.members())
            : mergePatch.apply(present.body(), row.members(), DeviceBody.class);
    var type = body.type() == null ? null : body.type().value();
    var gateway = body.gateway() == null ? null : body.gateway().value();
    if (row.id().value().equals(gateway)) {
      throw wrong("/gateway", "must be another device");
    }
    return new DeviceDraft.State(
        body.isEnabled(),
        type,
        type == null
            ? null
            : required(typeKey(type, present, named), "/type", "is no device type of this tenant"),
        gateway,
        gateway == null
            ? null
            : required(
                gatewayKey(gateway, present, named),
                "/gateway",
                "is no device of this tenant, at least not before this row"),
        tags.checked(body.tags()),
        attributes.checked(body.attributes()));
  }

  private DeviceBody read(ObjectNode members) {
    try {
      return mapper.treeToValue(members, DeviceBody.class);
    } catch (JsonProcessingException wrong) {
      throw new UnfitRowException(wrong);
    }
  }

  private static Integer typeKey(String type, DeviceDraft present, Named named) {
    return present != null && type.equals(present.state().type())
        ? present.state().typeKey()
        : named.type(type);
  }

  private static Integer gatewayKey(String gateway, DeviceDraft present, Named named) {
    return present != null && gateway.equals(present.state().gateway())
        ? present.state().gatewayKey()
        : named.gateway(gateway);
  }

  private static Integer required(Integer key, String pointer, String detail) {
    if (key == null) {
      throw wrong(pointer, detail);
    }
    return key;
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at(pointer, detail))).asException();
  }

  /** Carries Jackson's finding to where it is put into words. */
  static final class UnfitRowException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnfitRowException(JsonProcessingException cause) {
      super(cause);
    }
  }
}
