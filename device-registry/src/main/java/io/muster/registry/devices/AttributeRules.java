package io.muster.registry.devices;

import com.fasterxml.jackson.core.JsonPointer;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Refuses attributes that are too many, too deep, too long or not to be stored. Thread-safe. */
@ApplicationScoped
public class AttributeRules {
  private static final JsonPointer ROOT = JsonPointer.compile("/attributes");

  private final AttributeLimits limits;

  AttributeRules(AttributeLimits limits) {
    this.limits = limits;
  }

  /**
   * The attributes as they are stored.
   *
   * @param attributes null for none
   */
  public JsonObject checked(Map<String, Object> attributes) {
    if (attributes == null) {
      return new JsonObject();
    }
    check(ROOT, attributes, 1);
    var checked = new JsonObject(attributes);
    if (checked.encode().getBytes(StandardCharsets.UTF_8).length > limits.maxBytes()) {
      throw wrong(ROOT, "are longer than %d bytes".formatted(limits.maxBytes()));
    }
    return checked;
  }

  private void check(JsonPointer at, Object value, int depth) {
    switch (value) {
      case Map<?, ?> members -> checkMembers(at, members, depth);
      case List<?> elements -> checkElements(at, elements, depth);
      case String text -> checkText(at, text);
      case Double number when !Double.isFinite(number) -> throw wrong(at, "is out of range");
      case null, default -> {}
    }
  }

  private void checkMembers(JsonPointer at, Map<?, ?> members, int depth) {
    checkSize(at, members.size(), depth);
    members.forEach(
        (name, value) -> {
          checkName(at, (String) name);
          check(at.appendProperty((String) name), value, depth + 1);
        });
  }

  private void checkElements(JsonPointer at, List<?> elements, int depth) {
    checkSize(at, elements.size(), depth);
    for (int i = 0; i < elements.size(); i++) {
      check(at.appendIndex(i), elements.get(i), depth + 1);
    }
  }

  private void checkSize(JsonPointer at, int size, int depth) {
    if (depth > limits.maxDepth()) {
      throw wrong(at, "is nested deeper than %d".formatted(limits.maxDepth()));
    }
    if (size > limits.maxMembers()) {
      throw wrong(at, "has more than %d members".formatted(limits.maxMembers()));
    }
  }

  private void checkName(JsonPointer at, String name) {
    if (name.isEmpty() || name.length() > limits.maxNameCharacters()) {
      throw wrong(
          at, "has a name that has not 1 to %d characters".formatted(limits.maxNameCharacters()));
    }
    checkText(at, name);
  }

  /** PostgreSQL stores no NUL; half a surrogate pair is no character in UTF-8. */
  private static void checkText(JsonPointer at, String text) {
    var storable =
        text.codePoints().allMatch(c -> c != 0 && Character.getType(c) != Character.SURROGATE);
    if (!storable) {
      throw wrong(at, "has a character that cannot be stored (NUL or half a surrogate pair)");
    }
  }

  private static RuntimeException wrong(JsonPointer at, String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at(at.toString(), detail))).asException();
  }
}
