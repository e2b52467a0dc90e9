package io.muster.rest.audit;

import io.muster.contract.id.TenantId;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.muster.rest.problem.Refusal;
import io.muster.rest.time.TimeParameter;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the audit of a service, the latest first: from its table {@code audit (place, at, tenant,
 * actor, address, action, subject)}. Stateless.
 */
public final class AuditReader {
  private AuditReader() {}

  /**
   * A page of what was done.
   *
   * @param db where the table is
   * @param tenant empty: all
   */
  public static Uni<Page<AuditItem>> read(
      SqlClient db, Optional<TenantId> tenant, AuditQuestion question) {
    var asked = new Conditions();
    tenant.ifPresent(it -> asked.add("tenant = ", it.value()));
    if (question.subject() != null) {
      asked.addSubject(question.subject());
    }
    asked.addIfAny("actor = ", question.actor());
    asked.addIfAny("action = ", question.action());
    asked.addIfAny("at >= ", time("from", question.from()));
    asked.addIfAny("at < ", time("to", question.to()));
    var cursor = Cursor.read(question.cursor());
    if (!cursor.after().isEmpty()) {
      asked.add("place < ", place(cursor));
    }
    return db.preparedQuery(asked.select(question.limit() + 1))
        .execute(Tuple.from(asked.values))
        .map(rows -> page(rows, question.limit()));
  }

  /** Null when it is missing. */
  private static OffsetDateTime time(String parameter, String text) {
    return text == null ? null : TimeParameter.read(parameter, text, null).atOffset(ZoneOffset.UTC);
  }

  /** What came from outside gets in as a value and never as text. */
  private static final class Conditions {
    private final StringBuilder text = new StringBuilder("true");
    private final List<Object> values = new ArrayList<>();

    void add(String comparison, Object value) {
      text.append(" AND ").append(comparison).append(place(value));
    }

    void addIfAny(String comparison, Object value) {
      if (value != null) {
        add(comparison, value);
      }
    }

    /** Also what is below it. A range and no LIKE: what is asked for is no pattern. */
    void addSubject(String subject) {
      text.append(" AND (subject = ").append(place(subject));
      text.append(" OR subject >= ").append(place(subject + "/"));
      text.append(" AND subject < ").append(place(subject + "0")).append(')'); // '0' follows '/'
    }

    String select(int most) {
      return "SELECT place, at, tenant, actor, address, action, subject FROM audit WHERE "
          + text
          + " ORDER BY place DESC LIMIT "
          + place(most);
    }

    private String place(Object value) {
      values.add(value);
      return "$" + values.size();
    }
  }

  private static Page<AuditItem> page(RowSet<Row> rows, int limit) {
    List<Row> found = new ArrayList<>(rows.size());
    rows.forEach(found::add);
    return Page.of(found, limit, row -> Long.toString(row.getLong("place")), AuditReader::item);
  }

  private static AuditItem item(Row row) {
    var subject = row.getString("subject");
    return new AuditItem(
        row.getOffsetDateTime("at").toInstant(),
        row.getString("tenant"),
        row.getString("actor"),
        row.getString("address"),
        row.getString("action"),
        subject.isEmpty() ? null : subject);
  }

  private static long place(Cursor cursor) {
    try {
      return Long.parseLong(cursor.after());
    } catch (NumberFormatException ofAnotherList) {
      throw Refusal.parameter("cursor", "is none that this list gave as next");
    }
  }
}
