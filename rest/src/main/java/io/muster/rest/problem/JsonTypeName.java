package io.muster.rest.problem;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;

/** How a Java type is called towards somebody who writes JSON. */
final class JsonTypeName {
  private JsonTypeName() {}

  static String of(Class<?> type) {
    if (type == Boolean.class || type == boolean.class) {
      return "true or false";
    }
    if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
      return "a number without fraction, in range";
    }
    if (CharSequence.class.isAssignableFrom(type)) {
      return "a string";
    }
    if (type == Instant.class) {
      return "a time in ISO-8601 with an offset, as 2026-01-31T12:00:00Z";
    }
    if (type == Duration.class) {
      return "a duration in ISO-8601, as PT15M";
    }
    if (type == UUID.class) {
      return "an id in the form of a UUID";
    }
    if (type.isEnum()) {
      return "one of its names";
    }
    if (Collection.class.isAssignableFrom(type) || type.isArray()) {
      return "an array";
    }
    if (Map.class.isAssignableFrom(type) || type.isRecord() || type == JsonNode.class) {
      return "an object";
    }
    return "another type";
  }
}
