package io.muster.registry.search;

import io.muster.rest.paging.Cursor;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

  /** As the database has it: of a device without a type, after every id of one. */
  private static final String NO_TYPE = "~";

  /** What may be sorted by; each is served by an index. */
  public enum Key {
    ID("id", "d.id"),
    CREATED("createdAt", "d.created_at"),
    UPDATED("updatedAt", "d.updated_at"),
    TYPE("type", "d.type_place"),
    /** The day is what the index has: of the devices of one day it does not know the order. */
    LAST_SEEN("lastSeen", "p.last_seen"),
    /** The rest of {@link #LAST_SEEN}, in whichever direction: those that were never heard of. */
    NEVER_SEEN("lastSeen", "p.last_seen");

    private final String label;
    private final String column;

    Key(String label, String column) {
      this.label = label;
      this.column = column;
    }

    private boolean isOfIds() {
      return this == ID || this == NEVER_SEEN;
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

  /** The part of the list in which the cursor lies: this, or its rest. */
  public Sort at(Cursor cursor) {
    return by == Key.LAST_SEEN && !cursor.after().isEmpty() && value(cursor).isEmpty()
        ? new Sort(Key.NEVER_SEEN, descending)
        : this;
  }

  /** What of the list comes when this has ended; most orders have all devices. */
  public Optional<Sort> rest() {
    return by == Key.LAST_SEEN
        ? Optional.of(new Sort(Key.NEVER_SEEN, descending))
        : Optional.empty();
  }

  /**
   * Writes the condition that a device belongs to this part of the list and comes after the cursor;
   * a beginning has nothing before it.
   */
  public void writeAfter(Cursor cursor, SqlText sql) {
    switch (by) {
      case LAST_SEEN -> sql.add(" AND p.last_seen IS NOT NULL");
      case NEVER_SEEN -> sql.add(" AND p.last_seen IS NULL");
      case ID, CREATED, UPDATED, TYPE -> {}
    }
    if (cursor.after().isEmpty()) {
      return;
    }
    switch (by) {
      case ID -> sql.add(" AND d.id").add(sign()).value(cursor.after());
      case NEVER_SEEN -> sql.add(" AND d.id").add(sign()).value(parts(cursor)[2]);
      case TYPE -> {
        var type = value(cursor);
        writeAfter(type.isEmpty() ? NO_TYPE : type, cursor, sql);
      }
      case CREATED, UPDATED -> writeAfter(time(value(cursor)), cursor, sql);
      case LAST_SEEN -> {
        var time = time(value(cursor));
        sql.add(" AND p.seen_day").add(descending ? " <= " : " >= ");
        sql.value(time.withOffsetSameInstant(ZoneOffset.UTC).toLocalDate());
        writeAfter(time, cursor, sql);
      }
    }
  }

  private void writeAfter(Object value, Cursor cursor, SqlText sql) {
    sql.add(" AND (").add(by.column).add(", d.id)").add(sign()).add("(");
    sql.value(value).add(", ").value(parts(cursor)[2]).add(")");
  }

  private String sign() {
    return descending ? " < " : " > ";
  }

  /** Writes the order. */
  public void writeOrder(SqlText sql) {
    var direction = descending ? " DESC" : "";
    sql.add(" ORDER BY ");
    if (by == Key.LAST_SEEN) {
      // The same order, said so that the index is seen to have the beginning of it.
      sql.add("p.seen_day").add(direction).add(", ");
    }
    if (!by.isOfIds()) {
      sql.add(by.column).add(direction).add(", ");
    }
    sql.add("d.id").add(direction);
  }

  /**
   * Where a list goes on.
   *
   * @param id of the last device that was shown
   * @param value of its column, null when it has none; ignored where ids are the order
   */
  public String place(String id, Object value) {
    return by == Key.ID ? id : String.join(SEPARATOR, text(), shown(value), id);
  }

  private static String shown(Object value) {
    return switch (value) {
      case OffsetDateTime time -> time.toInstant().toString();
      case String type when !type.equals(NO_TYPE) -> type;
      case null, default -> "";
    };
  }

  /** The column to read for {@link #place}. */
  public String column() {
    return by == Key.ID ? "d.created_at" : by.column;
  }

  private String value(Cursor cursor) {
    return parts(cursor)[1];
  }

  /** The order, the value, the id. */
  private String[] parts(Cursor cursor) {
    var parts = cursor.after().split(SEPARATOR, -1);
    if (parts.length != 3 || !parts[0].equals(text())) {
      throw noCursor();
    }
    return parts;
  }

  private static OffsetDateTime time(String text) {
    try {
      return OffsetDateTime.parse(text);
    } catch (DateTimeException notTime) {
      throw noCursor();
    }
  }

  private static RuntimeException noCursor() {
    return wrong("cursor", "is none that this list gave as next");
  }

  private static String labels() {
    return Arrays.stream(Key.values())
        .map(key -> key.label)
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static RuntimeException wrong(String parameter, String detail) {
    return new Refusal.Malformed(
            "A parameter has a value that it cannot have.",
            List.of(FieldError.in(parameter, detail)))
        .asException();
  }
}
