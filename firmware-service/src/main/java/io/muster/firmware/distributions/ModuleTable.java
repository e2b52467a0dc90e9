package io.muster.firmware.distributions;

import io.muster.contract.id.TenantId;
import io.muster.firmware.artifacts.Artifact;
import io.muster.firmware.artifacts.ArtifactTable;
import io.muster.firmware.database.Sql;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The rows of software modules. Stateless. */
final class ModuleTable {
  private static final String COLUMNS =
      "m.key, m.id, m.name, m.version, m.type, m.release_notes, m.created_at, m.created_by";
  private static final String INSERT =
      """
      INSERT INTO software_module (id, tenant, name, version, type, release_notes, created_at,
                                   created_by)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING key\
      """;
  private static final String FIND =
      "SELECT " + COLUMNS + " FROM software_module AS m WHERE m.tenant = $1 AND m.id = $2";
  private static final String LIST =
      "SELECT "
          + COLUMNS
          + " FROM software_module AS m WHERE m.tenant = $1 AND ($2::bigint = 0 OR m.key < $2)"
          + " AND ($3::text IS NULL OR m.name = $3) ORDER BY m.key DESC LIMIT $4";
  private static final String OF_DISTRIBUTIONS =
      "SELECT dm.distribution_key, "
          + COLUMNS
          + " FROM distribution_module AS dm JOIN software_module AS m ON m.key = dm.module_key"
          + " WHERE dm.distribution_key = ANY ($1) ORDER BY dm.distribution_key, dm.place";
  private static final String ARTIFACTS =
      "SELECT ma.module_key, "
          + ArtifactTable.COLUMNS
          + " FROM module_artifact AS ma JOIN artifact AS a ON a.key = ma.artifact_key"
          + " WHERE ma.module_key = ANY ($1) ORDER BY ma.module_key, ma.place";

  private ModuleTable() {}

  static void insert(
      Sql db,
      UUID id,
      TenantId tenant,
      ModuleBody body,
      List<Artifact> artifacts,
      Instant now,
      String by) {
    var key =
        db.number(
            INSERT,
            id,
            tenant.value(),
            body.name(),
            body.version(),
            body.type(),
            body.releaseNotes(),
            now,
            by);
    var place = 0;
    for (var artifact : artifacts) {
      db.change(
          "INSERT INTO module_artifact (module_key, artifact_key, place, filename)"
              + " VALUES ($1, $2, $3, $4)",
          key,
          artifact.key(),
          place++,
          artifact.filename());
    }
  }

  static long count(Sql db, TenantId tenant) {
    return db.number("SELECT count(*) FROM software_module WHERE tenant = $1", tenant.value());
  }

  static boolean isTaken(Sql db, TenantId tenant, String name, String version) {
    return db.first(
            "SELECT 1 FROM software_module WHERE tenant = $1 AND name = $2 AND version = $3",
            tenant.value(),
            name,
            version)
        .isPresent();
  }

  static Optional<SoftwareModule> find(Sql db, TenantId tenant, UUID id) {
    return read(db, db.rows(FIND, tenant.value(), id)).stream().findFirst();
  }

  /** The newest first, before a key unless that is 0. */
  static List<SoftwareModule> list(Sql db, TenantId tenant, long before, String name, int limit) {
    return read(db, db.rows(LIST, tenant.value(), before, name, limit));
  }

  /** Those of distributions, in their order, by the keys of these. */
  static Map<Long, List<SoftwareModule>> of(Sql db, Long[] distributions) {
    var rows = db.rows(OF_DISTRIBUTIONS, (Object) distributions);
    var modules = read(db, rows);
    Map<Long, List<SoftwareModule>> all = new HashMap<>();
    for (var i = 0; i < rows.size(); i++) {
      all.computeIfAbsent(rows.get(i).getLong("distribution_key"), _ -> new ArrayList<>())
          .add(modules.get(i));
    }
    return all;
  }

  static boolean isInUse(Sql db, long module) {
    return db.first("SELECT 1 FROM distribution_module WHERE module_key = $1 LIMIT 1", module)
        .isPresent();
  }

  static void delete(Sql db, long module) {
    db.change("DELETE FROM software_module WHERE key = $1", module);
  }

  /** One query for the artifacts of all, however many they are. */
  private static List<SoftwareModule> read(Sql db, List<Row> rows) {
    var keys = rows.stream().map(row -> row.getLong("key")).distinct().toArray(Long[]::new);
    Map<Long, List<Artifact>> artifacts = new HashMap<>();
    if (keys.length > 0) {
      db.rows(ARTIFACTS, (Object) keys)
          .forEach(
              row ->
                  artifacts
                      .computeIfAbsent(row.getLong("module_key"), _ -> new ArrayList<>())
                      .add(ArtifactTable.read(row)));
    }
    return rows.stream()
        .map(row -> read(row, artifacts.getOrDefault(row.getLong("key"), List.of())))
        .toList();
  }

  private static SoftwareModule read(Row row, List<Artifact> artifacts) {
    return new SoftwareModule(
        row.getLong("key"),
        row.getUUID("id"),
        row.getString("name"),
        row.getString("version"),
        ModuleType.of(row.getString("type")),
        row.getString("release_notes"),
        artifacts,
        Sql.instant(row, "created_at"),
        row.getString("created_by"));
  }
}
