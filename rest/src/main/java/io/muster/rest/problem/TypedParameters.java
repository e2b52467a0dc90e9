package io.muster.rest.problem;

import jakarta.ws.rs.ConstrainedTo;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.RuntimeType;
import jakarta.ws.rs.ext.ParamConverter;
import jakarta.ws.rs.ext.ParamConverterProvider;
import jakarta.ws.rs.ext.Provider;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Reads parameters of the common types, so that one that cannot be read is refused with its name
 * and what is expected; the framework's own readers know neither. Times are strings to it, and read
 * by {@link io.muster.rest.time.TimeParameter}.
 */
@Provider
@ConstrainedTo(RuntimeType.SERVER)
class TypedParameters implements ParamConverterProvider {
  private static final Map<Class<?>, Function<String, ?>> READERS =
      Map.of(
          int.class, Integer::valueOf,
          Integer.class, Integer::valueOf,
          long.class, Long::valueOf,
          Long.class, Long::valueOf,
          boolean.class, TypedParameters::truth,
          Boolean.class, TypedParameters::truth,
          UUID.class, TypedParameters::uuid);

  @Override
  @SuppressWarnings("unchecked") // each reader is found by the type that it gives
  public <T> ParamConverter<T> getConverter(
      Class<T> type, Type genericType, Annotation[] annotations) {
    var read = (Function<String, T>) READERS.get(type);
    return read == null
        ? null
        : Stream.of(annotations)
            .flatMap(TypedParameters::name)
            .findFirst()
            .map(name -> new Named<>(name, "must be " + JsonTypeName.of(type), read))
            .orElse(null);
  }

  private static Stream<String> name(Annotation annotation) {
    return switch (annotation) {
      case QueryParam it -> Stream.of(it.value());
      case PathParam it -> Stream.of(it.value());
      case HeaderParam it -> Stream.of(it.value());
      default -> Stream.empty();
    };
  }

  /**
   * @param expected what it must be
   */
  private record Named<T>(String name, String expected, Function<String, T> read)
      implements ParamConverter<T> {
    @Override
    public T fromString(String text) {
      if (text == null) {
        return null;
      }
      try {
        return read.apply(text);
      } catch (IllegalArgumentException unreadable) {
        throw Refusal.parameter(name, expected);
      }
    }

    @Override
    public String toString(T value) {
      return value.toString();
    }
  }

  private static Boolean truth(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("neither");
    };
  }

  /** The JDK's reader takes 1-1-1-1-1 as well, which is nobody's id. */
  private static UUID uuid(String text) {
    var uuid = UUID.fromString(text);
    if (!uuid.toString().equalsIgnoreCase(text)) {
      throw new IllegalArgumentException("not in full");
    }
    return uuid;
  }
}
