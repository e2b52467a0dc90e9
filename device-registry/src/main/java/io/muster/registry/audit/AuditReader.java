package io.muster.registry.audit;

import io.muster.contract.id.TenantId;
import io.muster.registry.search.SqlText;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the audit, the latest first. Thread-safe. */
@ApplicationScoped
class AuditReader {
  private final Pool pool;

  AuditReader(Pool pool) {
    this.pool = pool;
  }

  /**
   * @param tenant empty: all
   */
  Uni<Page<AuditItem>> read(Optional<TenantId> tenant, AuditQuestion question) {
    var sql = new SqlText();
    sql.add("SELECT place, at, tenant, actor, address, action, subject FROM audit WHERE true");
    tenant.ifPresent(it -> sql.add(" AND tenant = ").value(it.value()));
    if (question.subject() != null) {
      var below = question.subject() + "/";
      // A range and no LIKE: what is asked for is no pattern.
      sql.add(" AND (subject = ").value(question.subject());
      sql.add(" OR subject >= ").value(below).add(" AND subject < ");
      sql.value(question.subject() + "0").add(")"); // '0' follows '/'
    }
    if (question.actor() != null) {
      sql.add(" AND actor = ").value(question.actor());
    }
    if (question.action() != null) {
      sql.add(" AND action = ").value(question.action());
    }
    if (question.from() != null) {
      sql.add(" AND at >= ").value(question.from());
    }
    if (question.to() != null) {
      sql.add(" AND at < ").value(question.to());
    }
    var cursor = Cursor.read(question.cursor());
    if (!cursor.after().isEmpty()) {
      sql.add(" AND place < ").value(place(cursor));
    }
    sql.add(" ORDER BY place DESC LIMIT ").value(question.limit() + 1);
    return pool.preparedQuery(sql.text())
        .execute(sql.values())
        .map(
            rows -> {
              List<Row> found = new ArrayList<>(rows.size());
              rows.forEach(found::add);
              return Page.of(
                  found,
                  question.limit(),
                  row -> Long.toString(row.getLong("place")),
                  AuditReader::item);
            });
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
      throw new Refusal.Malformed(
              "A parameter has a value that it cannot have.",
              List.of(FieldError.in("cursor", "is none that this list gave as next")))
          .asException();
    }
  }
}
