package io.muster.registry.devices;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.TenantId;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.muster.registry.search.Filter;
import io.muster.registry.search.Sort;
import io.muster.rest.paging.Cursor;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Which index serves each kind of filter, as PostgreSQL plans the service's own statement: one
 * tenant with 20,000 devices, in a transaction that is rolled back. Nothing is timed.
 */
@RegistryTest
class SearchIndexIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Inject Pool pool;
  @Inject DeviceConditions conditions;
  Tokens tokens;

  /** Of every two hundred devices one is unlike the others. */
  private static final List<String> FLEET =
      List.of(
          """
          INSERT INTO device_type (tenant_key, id, version, fields, created_at, updated_at)
          SELECT key, 'rare', 1, '[]', now(), now() FROM tenant WHERE id = '%1$s'\
          """,
          """
          INSERT INTO device (tenant_key, id, version, enabled, attributes, tags, type_key,
                              created_at, updated_at)
          SELECT t.key, 'n' || lpad(n::text, 6, '0'), 1, n %% 200 <> 0,
                 jsonb_build_object('serial', 'S' || n, 'floor', n %% 40),
                 CASE WHEN n %% 200 = 0 THEN '{all,rare}'::text[] ELSE '{all}' END,
                 CASE WHEN n %% 200 = 0 THEN y.key END,
                 now() - n * interval '1 minute', now() - n * interval '1 minute'
            FROM tenant t JOIN device_type y ON y.tenant_key = t.key,
                 generate_series(1, 20000) n
           WHERE t.id = '%1$s'\
          """,
          """
          UPDATE device d SET gateway_key = g.key
            FROM device g, tenant t
           WHERE t.id = '%1$s' AND d.tenant_key = t.key AND g.tenant_key = t.key
             AND g.id = 'n000200' AND d.id LIKE 'n0001%%'\
          """,
          """
          INSERT INTO shadow (device_key, name, version, desired, reported, metadata, has_delta,
                              updated_at)
          SELECT d.key, '', 1, jsonb_build_object('fw', d.id), jsonb_build_object('fw', d.id), '{}',
                 false, now()
            FROM device d JOIN tenant t ON t.key = d.tenant_key AND t.id = '%1$s'\
          """,
          """
          INSERT INTO presence (device_key, status, since, last_seen)
          SELECT d.key, CASE WHEN 'rare' = ANY(d.tags) THEN 'offline' ELSE 'online' END, now(),
                 now() - right(d.id, 6)::integer %% 50 * interval '1 day'
            FROM device d JOIN tenant t ON t.key = d.tenant_key AND t.id = '%1$s'\
          """,
          """
          INSERT INTO installed_firmware (device_key, modules, versions, told_at)
          SELECT d.key, jsonb_build_object('os', d.id), ARRAY[d.id]::text[], now()
            FROM device d JOIN tenant t ON t.key = d.tenant_key AND t.id = '%1$s'\
          """,
          """
          INSERT INTO device_group_member (group_key, device_key)
          SELECT g.key, d.key FROM device_group g
            JOIN tenant t ON t.key = g.tenant_key AND t.id = '%1$s'
            JOIN device d ON d.tenant_key = t.key
             AND (g.id = 'many' OR 'rare' = ANY(d.tags))\
          """,
          "ANALYZE device",
          "ANALYZE device_type",
          "ANALYZE shadow",
          "ANALYZE presence",
          "ANALYZE installed_firmware",
          "ANALYZE device_group_member");

  /** By filter and order, the index. */
  private static Map<String, String> expected() {
    var expected = new LinkedHashMap<String, String>();
    expected.put("id==n000077", "device_id_is_unique");
    expected.put("id==n0000*", "device_id_is_unique");
    expected.put("id=in=(n000001,n000002)", "device_id_is_unique");
    expected.put("tag==rare", "device_by_tag");
    expected.put("tag=in=(rare,rarer)", "device_by_tag");
    expected.put("type==rare", "device_of_type");
    expected.put("gateway==n000200", "device_behind_gateway");
    expected.put("group==few", "device_group_member_pkey");
    expected.put("enabled==false", "device_disabled");
    expected.put("attributes.serial==S77", "device_by_attribute");
    expected.put("presence==offline", "presence_offline");
    expected.put("lastSeen<2020-01-01T00:00:00Z", "presence_by_day");
    expected.put("shadow.reported.fw==n000077", "shadow_by_reported");
    expected.put("shadow.desired.fw==n000077", "shadow_by_desired");
    expected.put("firmware==n000077", "installed_firmware_by_version");
    expected.put("firmware.os==n000077", "installed_firmware_by_module");
    expected.put("createdAt<2020-01-01T00:00:00Z", "device_by_creation");
    expected.put("updatedAt<2020-01-01T00:00:00Z", "device_by_change");
    return expected;
  }

  @Test
  void eachKindOfFilterHasItsIndex() {
    var tenant = tenant();
    List<String> wrong = new ArrayList<>();
    rolledBack(
        tenant,
        connection ->
            Multi.createFrom()
                .iterable(expected().entrySet())
                .onItem()
                .transformToUniAndConcatenate(
                    it ->
                        plan(connection, tenant, it.getKey(), Sort.BY_ID)
                            .invoke(
                                plan -> {
                                  if (!plan.contains(it.getValue())) {
                                    wrong.add(it.getKey() + " is served by\n" + plan);
                                  }
                                }))
                .collect()
                .last()
                .replaceWithVoid());
    assertTrue(wrong.isEmpty(), String.join("\n", wrong));
  }

  @Test
  void aPageInAnyOrderIsReadFromAnIndexAndNotSorted() {
    var tenant = tenant();
    List<String> plans = new ArrayList<>();
    rolledBack(
        tenant,
        connection ->
            plan(connection, tenant, null, Sort.BY_ID)
                .invoke(plans::add)
                .chain(() -> plan(connection, tenant, null, Sort.read("createdAt:desc")))
                .invoke(plans::add)
                .chain(() -> plan(connection, tenant, "tag==all", Sort.read("updatedAt")))
                .invoke(plans::add)
                .chain(() -> plan(connection, tenant, null, Sort.read("type")))
                .invoke(plans::add)
                .chain(() -> plan(connection, tenant, "tag==all", Sort.read("type:desc")))
                .invoke(plans::add)
                .replaceWithVoid());
    assertTrue(plans.get(0).contains("device_id_is_unique"), plans.get(0));
    assertTrue(plans.get(1).contains("device_by_creation"), plans.get(1));
    assertTrue(plans.get(2).contains("device_by_change"), plans.get(2));
    assertTrue(plans.get(3).contains("device_by_type"), plans.get(3));
    assertTrue(plans.get(4).contains("device_by_type"), plans.get(4));
    plans.forEach(plan -> assertFalse(plan.contains("Sort"), plan));
  }

  /** Those of one day are sorted: the index has the days. */
  @Test
  void aPageInTheOrderInWhichDevicesWereHeardIsReadDayByDay() {
    var tenant = tenant();
    List<String> plans = new ArrayList<>();
    rolledBack(
        tenant,
        connection ->
            plan(connection, tenant, null, Sort.read("lastSeen"))
                .invoke(plans::add)
                .chain(() -> plan(connection, tenant, "tag==all", Sort.read("lastSeen:desc")))
                .invoke(plans::add)
                .replaceWithVoid());
    for (var plan : plans) {
      assertTrue(plan.contains("presence_by_day"), plan);
      assertTrue(plan.contains("Presorted Key: p.seen_day"), plan);
    }
  }

  /** What is heard again and again must not write indexes. */
  @Test
  void noIndexHasTheTimeAtWhichADeviceWasHeard() {
    var indexes =
        pool.query(
                "SELECT indexdef FROM pg_indexes WHERE schemaname = 'registry'"
                    + " AND tablename = 'presence'")
            .execute()
            .await()
            .atMost(PATIENCE);
    assertTrue(indexes.size() > 0);
    indexes.forEach(row -> assertFalse(row.getString(0).contains("last_seen"), row.getString(0)));
  }

  /** With groups, whose members they have in the transaction alone. */
  private String tenant() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    for (var id : List.of("few", "many")) {
      admin.post("/api/v1/tenants/" + tenant + "/groups", Map.of("id", id)).then().statusCode(201);
    }
    return tenant;
  }

  private void rolledBack(String tenant, Function<SqlConnection, Uni<Void>> ask) {
    pool.withConnection(
            connection ->
                connection
                    .begin()
                    .chain(
                        transaction ->
                            fleet(connection, tenant)
                                .chain(() -> ask.apply(connection))
                                .eventually(transaction::rollback)))
        .await()
        .atMost(PATIENCE);
  }

  private static Uni<Void> fleet(SqlConnection connection, String tenant) {
    return Multi.createFrom()
        .iterable(FLEET)
        .onItem()
        .transformToUniAndConcatenate(
            statement -> connection.query(statement.formatted(tenant)).execute())
        .collect()
        .last()
        .replaceWithVoid();
  }

  private Uni<String> plan(SqlConnection connection, String tenant, String filter, Sort sort) {
    return conditions
        .of(new TenantId(tenant), Optional.ofNullable(filter).map(Filter::read))
        .chain(
            condition -> {
              var sql = new DeviceQuery(condition, sort, Cursor.read(null), 101).sql();
              return connection.preparedQuery("EXPLAIN " + sql.text()).execute(sql.values());
            })
        .map(
            rows -> {
              var plan = new StringBuilder();
              rows.forEach(row -> plan.append(row.getString(0)).append('\n'));
              return plan.toString();
            });
  }
}
