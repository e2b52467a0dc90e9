package io.muster.rest.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Validator;

/** JSON Merge Patch (RFC 7396). Thread-safe. */
@ApplicationScoped
public class MergePatch {
  /** Its media type. */
  public static final String MEDIA_TYPE = "application/merge-patch+json";

  private final ObjectMapper mapper;
  private final Validator validator;

  MergePatch(ObjectMapper mapper, Validator validator) {
    this.mapper = mapper;
    this.validator = validator;
  }

  /**
   * Applies a patch to the present state of a body.
   *
   * @return the patched body, checked like one that was sent whole
   * @throws ConstraintViolationException when the result violates a constraint of its type
   */
  public <T> T apply(T present, ObjectNode patch, Class<T> type) {
    var merged = merge(mapper.valueToTree(present), patch);
    var body = read(merged, type);
    var violations = validator.validate(body);
    if (!violations.isEmpty()) {
      throw new ConstraintViolationException(violations);
    }
    return body;
  }

  private <T> T read(JsonNode merged, Class<T> type) {
    try {
      return mapper.treeToValue(merged, type);
    } catch (JsonProcessingException wrong) {
      throw new UnfitPatchException(wrong);
    }
  }

  /** RFC 7396 §2; null removes, objects merge, all else replaces. */
  private static JsonNode merge(JsonNode present, JsonNode patch) {
    if (!(patch instanceof ObjectNode members)) {
      return patch;
    }
    var merged = present instanceof ObjectNode object ? object : members.objectNode();
    for (var member : members.properties()) {
      if (member.getValue().isNull()) {
        merged.remove(member.getKey());
      } else {
        var before = merged.get(member.getKey());
        merged.set(member.getKey(), merge(before, member.getValue()));
      }
    }
    return merged;
  }

  /** Carries Jackson's finding to the mapper, which tells the sender where. */
  static final class UnfitPatchException extends RuntimeException {
    UnfitPatchException(JsonProcessingException cause) {
      super(cause);
    }
  }
}
