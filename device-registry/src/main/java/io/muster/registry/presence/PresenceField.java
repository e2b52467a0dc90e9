package io.muster.registry.presence;

import io.muster.registry.search.Comparison;
import io.muster.registry.search.FilterField;
import io.muster.registry.search.SqlText;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Whether a device is there, in a filter: {@code online}, {@code offline}, {@code unknown}.
 *
 * @param column of the status; null there is unknown
 */
public record PresenceField(String column) implements FilterField {

  @Override
  public void compare(Comparison comparison, List<String> arguments, SqlText sql) {
    var wanted = arguments.stream().map(PresenceField::status).map(this::condition);
    var any = wanted.collect(Collectors.joining(" OR "));
    switch (comparison) {
      case EQUAL, IN -> sql.add("(").add(any).add(")");
      case NOT_EQUAL, NOT_IN -> sql.add("(").add(any).add(") IS NOT TRUE");
      case EXISTS, LESS, AT_MOST, GREATER, AT_LEAST ->
          throw new UnfitComparisonException("has no order: only == != =in= =out= apply");
    }
  }

  private static PresenceStatus status(String text) {
    return PresenceStatus.labelled(text)
        .orElseThrow(
            () ->
                new UnfitComparisonException(
                    "is one of "
                        + Arrays.stream(PresenceStatus.values())
                            .map(PresenceStatus::label)
                            .collect(Collectors.joining(", "))));
  }

  /** A literal of our own, since an index has those that are offline alone. */
  private String condition(PresenceStatus status) {
    return switch (status) {
      case UNKNOWN -> column + " IS NULL";
      case ONLINE, OFFLINE -> column + " = '" + status.label() + "'";
    };
  }
}
