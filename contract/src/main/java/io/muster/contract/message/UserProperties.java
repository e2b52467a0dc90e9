package io.muster.contract.message;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;

/**
 * The user properties of a message, in their order; a name may come more than once (MQTT 5
 * §3.3.2.3.7). Immutable.
 *
 * <p>In JSON they are an object when each name comes once, as most do and as readers know them;
 * else an array of pairs {@code [["name","value"],…]}, since no object can say that. Both are read.
 */
public final class UserProperties {
  public static final UserProperties NONE = new UserProperties(new String[0]);

  /** What one costs in memory beside its characters: the entry and its two strings. */
  private static final int OVERHEAD_BYTES = 128;

  /** Name, value, name, value. */
  private final String[] flat;

  private UserProperties(String[] flat) {
    this.flat = flat;
  }

  /** In the order of the map's iteration. */
  public static UserProperties of(Map<String, String> properties) {
    if (properties.isEmpty()) {
      return NONE;
    }
    var builder = builder();
    properties.forEach(builder::add);
    return builder.build();
  }

  /** One. */
  public static UserProperties of(String name, String value) {
    return builder().add(name, value).build();
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @param json an object, or a list of pairs; null for none
   * @throws IllegalArgumentException when it is neither
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static UserProperties fromJson(Object json) {
    var builder = builder();
    switch (json) {
      case null -> {}
      case Map<?, ?> object ->
          object.forEach((name, value) -> builder.add(name.toString(), String.valueOf(value)));
      case Iterable<?> pairs -> pairs.forEach(pair -> builder.addPair(pair));
      default -> throw new IllegalArgumentException("user properties are an object or pairs");
    }
    return builder.build();
  }

  /** A map when each name comes once, else a list of pairs. */
  @JsonValue
  public Object toJson() {
    return hasRepeatedNames() ? pairs() : asMap();
  }

  /** Each as a list of its name and its value. */
  public List<List<String>> pairs() {
    List<List<String>> pairs = new ArrayList<>(size());
    forEach((name, value) -> pairs.add(List.of(name, value)));
    return pairs;
  }

  /** In their order; of a name that comes more than once the last value. */
  public Map<String, String> asMap() {
    Map<String, String> map = LinkedHashMap.newLinkedHashMap(size());
    forEach(map::put);
    return map;
  }

  /** The last value of that name, or null. */
  public String get(String name) {
    for (int i = flat.length - 2; i >= 0; i -= 2) {
      if (flat[i].equals(name)) {
        return flat[i + 1];
      }
    }
    return null;
  }

  public void forEach(BiConsumer<? super String, ? super String> action) {
    for (int i = 0; i < flat.length; i += 2) {
      action.accept(flat[i], flat[i + 1]);
    }
  }

  public boolean isEmpty() {
    return flat.length == 0;
  }

  public int size() {
    return flat.length / 2;
  }

  public boolean hasRepeatedNames() {
    return size() > 1 && asMap().size() < size();
  }

  /** What they hold in memory, at most about; strings may take two bytes for each character. */
  public int heldBytes() {
    var bytes = size() * OVERHEAD_BYTES;
    for (var text : flat) {
      bytes += 2 * text.length();
    }
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UserProperties it && Arrays.equals(flat, it.flat);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(flat);
  }

  @Override
  public String toString() {
    return pairs().toString();
  }

  /** Not thread-safe. */
  public static final class Builder {
    private String[] flat = new String[4];
    private int used;

    private Builder() {}

    public Builder add(String name, String value) {
      if (used == flat.length) {
        flat = Arrays.copyOf(flat, 2 * used);
      }
      flat[used++] = Objects.requireNonNull(name, "name");
      flat[used++] = Objects.requireNonNull(value, "value");
      return this;
    }

    private void addPair(Object pair) {
      if (!(pair instanceof Iterable<?> two)) {
        throw new IllegalArgumentException("a user property is a pair of name and value");
      }
      var of = two.iterator();
      add(String.valueOf(of.next()), String.valueOf(of.next()));
    }

    /** How many were added. */
    public int size() {
      return used / 2;
    }

    public UserProperties build() {
      return used == 0 ? NONE : new UserProperties(Arrays.copyOf(flat, used));
    }
  }
}
