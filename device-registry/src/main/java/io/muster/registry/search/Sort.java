package io.muster.registry.search;

import io.muster.rest.paging.Cursor;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The order of a list of devices, as {@code updatedAt:desc}. Devices that are equal in it follow
 * one another by id, so that each has its one place and a page begins exactly where the last ended.
 * Immutable.
 *
 * @param by what is compared first
 * @param descending the largest first
 */
public record Sort(Key by, boolean descending) {
  /** Unless the caller says otherwise. */
  public static final Sort BY_ID = new Sort(Key.ID, false);

  private static final String SEPARATOR = "~";

  /** What may be sorted by; each is served by an index. */
  public enum Key {
    ID("id", "d.id"),
    CREATED("createdAt", "d.created_at"),
    UPDATED("updatedAt", "d.updated_at");

    private final String label;
    private final String column;

    Key(String label, String column) {
      this.label = label;
      this.column = column;
    }
  }

  /**
   * @param text from the query, or null for the order of ids
   * @throws io.muster.rest.problem.RefusedException with 400 when it names no order
   */
  public static Sort read(String text) {
    if (text == null) {
      return BY_ID;
    }
    for (var key : Key.values()) {
      for (var descending : new boolean[] {false, true}) {
        var sort = new Sort(key, descending);
        if (text.equals(sort.text()) || !descending && text.equals(key.label)) {
          return sort;
        }
      }
    }
    throw wrong("sort", "is none of " + labels() + ", with :asc or :desc after it");
  }

  /** As it is written in a query. */
  String text() {
    return by.label + (descending ? ":desc" : ":asc");
  }

  /** Writes the condition that a device comes after the cursor; a beginning has none. */
  public void writeAfter(Cursor cursor, SqlText sql) {
    if (cursor.after().isEmpty()) {
      return;
    }
    var sign = descending ? " < " : " > ";
    if (by == Key.ID) {
      sql.add(" AND d.id").add(sign).value(cursor.after());
      return;
    }
    var parts = cursor.after().split(SEPARATOR, -1);
    if (parts.length != 3 || !parts[0].equals(text())) {
      throw wrong("cursor", "is none that this list gave as next");
    }
    sql.add(" AND (").add(by.column).add(", d.id)").add(sign).add("(");
    sql.value(time(parts[1])).add(", ").value(parts[2]).add(")");
  }

  /** Writes the order. */
  public void writeOrder(SqlText sql) {
    var direction = descending ? " DESC" : "";
    sql.add(" ORDER BY ");
    if (by != Key.ID) {
      sql.add(by.column).add(direction).add(", ");
    }
    sql.add("d.id").add(direction);
  }

  /**
   * Where a list goes on.
   *
   * @param id of the last device that was shown
   * @param value of its column, ignored where ids are the order
   */
  public String place(String id, OffsetDateTime value) {
    return by == Key.ID ? id : String.join(SEPARATOR, text(), value.toInstant().toString(), id);
  }

  /** The column to read for {@link #place}. */
  public String column() {
    return by == Key.ID ? "d.created_at" : by.column;
  }

  private static OffsetDateTime time(String text) {
    try {
      return OffsetDateTime.parse(text);
    } catch (DateTimeException notTime) {
      throw wrong("cursor", "is none that this list gave as next");
    }
  }

  private static String labels() {
    return Arrays.stream(Key.values()).map(key -> key.label).collect(Collectors.joining(", "));
  }

  private static RuntimeException wrong(String parameter, String detail) {
    return new Refusal.Malformed(
            "A parameter has a value that it cannot have.",
            List.of(FieldError.in(parameter, detail)))
        .asException();
  }
}
