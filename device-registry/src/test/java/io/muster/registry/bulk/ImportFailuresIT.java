package io.muster.registry.bulk;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.postgres.LocalPostgres;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What goes wrong in the middle of an import, and what goes on beside it. */
@RegistryTest
class ImportFailuresIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Some seconds less than imports wait here. */
  private static final Duration A_MOMENT = Duration.ofSeconds(4);

  Tokens tokens;
  LocalPostgres postgres;

  @Test
  void afterACutTheSameKeyTellsWhatWasDoneAndGoesOn() throws Exception {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var body = rows(0, 2_100, 8);
    isGoneOnWith(admin, tenant, Import.NDJSON, body, body.length() * 5 / 7, 1_000, 2_100);
  }

  @Test
  void afterACutWithinACellOfCsvTheSameKeyGoesOnAsWell() throws Exception {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var body =
        "id,attributes.note\r\n"
            + IntStream.range(0, 1_400)
                .mapToObj("d%04d,\"of two\r\nlines, \"\"quoted\"\"\"\r\n"::formatted)
                .collect(Collectors.joining());
    var within = body.indexOf("\r\nlines", body.indexOf("d1100")) + 1;
    isGoneOnWith(admin, tenant, Import.CSV, body, within, 1_000, 1_400);
    admin
        .get(Api.devices(tenant) + "/d1100")
        .then()
        .body("attributes.note", equalTo("of two\r\nlines, \"quoted\""));
  }

  /**
   * Sends a part of a body, hangs up, and sends all of it.
   *
   * @param until how much of it comes the first time
   * @param first how many devices are made by that
   */
  private void isGoneOnWith(
      Api admin, String tenant, String type, String body, int until, int first, int rows)
      throws Exception {
    try (var client = new RawImport(tokens.admin(), tenant, "cut-1", type)) {
      client.send(body.substring(0, until));
      Awaitility.await().atMost(PATIENCE).until(() -> devices(admin, tenant) >= first);
    }
    var again = Import.of(Import.send(admin, tenant, type, body, "cut-1"));
    assertTrue(again.isComplete());
    assertEquals(rows, again.count("created"), "what was done the first time is told as it was");
    assertEquals(rows, devices(admin, tenant));
    var plain = Import.of(Import.send(admin, tenant, type, body, null));
    assertEquals(rows, plain.count("unchanged"), "and nothing was done twice");
  }

  @Test
  void twoAtOnceAndUpdatesBesideThemLoseNothing() throws Exception {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var ids = IntStream.range(0, 2_000).mapToObj("d%04d"::formatted).toList();
    admin.device(tenant, "d0007");
    var path = Api.devices(tenant) + "/d0007";
    var versions = new HashSet<Integer>();
    try (var pool = Executors.newFixedThreadPool(12)) {
      var imports =
          List.<Callable<Import>>of(
              () -> Import.ndjson(admin, tenant, each(ids, "a")),
              () -> Import.ndjson(admin, tenant, each(ids.reversed(), "b")));
      var running = imports.stream().map(pool::submit).toList();
      var patches = new ArrayList<Callable<Integer>>();
      for (var i = 0; i < 50; i++) {
        var body = Map.of("attributes", Map.of("c" + i, i));
        patches.add(() -> admin.patch(path, body).then().statusCode(200).extract().path("version"));
      }
      for (var done : pool.invokeAll(patches)) {
        versions.add(done.get());
      }
      long created = 0;
      for (var done : running) {
        assertEquals(0, done.get().count("rejected"));
        created += done.get().count("created");
      }
      assertEquals(1_999, created);
    }
    assertEquals(50, versions.size(), "no version twice");
    assertEquals(2_000, devices(admin, tenant));
    var contended = admin.get(path);
    assertEquals(53, contended.<Integer>path("version"));
    assertEquals(52, contended.<Map<String, Object>>path("attributes").size());
    var both =
        admin.get(Api.devices(tenant) + "?limit=1000&filter=attributes.a==1%3Battributes.b==1");
    assertEquals(1_000, both.<List<Object>>path("items").size());
    var one =
        admin.get(Api.devices(tenant) + "?filter=attributes.a=ex=false,attributes.b=ex=false");
    assertEquals(0, one.<List<Object>>path("items").size());
  }

  @Test
  void aDatabaseThatIsAwayForAMomentIsWaitedFor() throws Exception {
    // A slow machine may need longer for a restart than an import waits: that shows nothing.
    for (var attempts = 1; !isImportedAcrossARestart(); attempts++) {
      assertTrue(attempts < 5, "a restart takes longer than a moment each time");
    }
  }

  /** False when the moment was a long one. */
  private boolean isImportedAcrossARestart() throws Exception {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    try (var client = new RawImport(tokens.admin(), tenant, null)) {
      client.send(rows(0, 1_500, 8));
      Awaitility.await().atMost(PATIENCE).until(() -> devices(admin, tenant) == 1_000);
      var begin = System.nanoTime();
      postgres.stop();
      try {
        client.send(rows(1_500, 3_000, 8));
        client.end();
      } finally {
        postgres.restart();
      }
      var away = Duration.ofNanos(System.nanoTime() - begin);
      var done = client.answer();
      if (!done.isComplete() && away.compareTo(A_MOMENT) > 0) {
        return false;
      }
      assertTrue(done.isComplete(), done.summary().toString());
      assertEquals(3_000, done.count("created"));
    }
    assertEquals(3_000, devices(admin, tenant));
    return true;
  }

  @Test
  void aDatabaseThatStaysAwayEndsTheImportWithTheTruth() throws Exception {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    Import done;
    try (var client = new RawImport(tokens.admin(), tenant, null)) {
      client.send(rows(0, 1_500, 8));
      Awaitility.await().atMost(PATIENCE).until(() -> devices(admin, tenant) == 1_000);
      postgres.stop();
      try {
        client.send(rows(1_500, 3_000, 8));
        client.end();
        done = client.answer();
      } finally {
        postgres.restart();
      }
    }
    assertFalse(done.isComplete());
    assertEquals(1_000, done.count("lastLine"));
    assertEquals(1_000, done.rows().size());
    assertTrue(done.summary().get("reason").textValue().contains("database"), "says why");
    Awaitility.await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> devices(admin, tenant) == 1_000);
  }

  @Test
  void aClientThatDoesNotReadStopsItsOwnImportAndNothingElse() throws Exception {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var rows = 40_000;
    try (var client = new RawImport(tokens.admin(), tenant, null);
        var sender = Executors.newSingleThreadExecutor()) {
      var sent =
          sender.submit(
              () -> {
                for (var from = 0; from < rows; from += 1_000) {
                  client.send(rows(from, from + 1_000, 80));
                }
                client.end();
                return null;
              });
      var last = new AtomicInteger(-1);
      Awaitility.await()
          .atMost(Duration.ofSeconds(120))
          .pollInterval(Duration.ofSeconds(3))
          .until(
              () -> {
                var now = devices(admin, tenant);
                return now > 0 && last.getAndSet(now) == now;
              });
      assertTrue(last.get() < rows, "it went on without a reader: " + last);
      admin.device(tenant, "beside");
      var done = client.answer();
      sent.get();
      assertTrue(done.isComplete());
      assertEquals(rows, done.count("created"));
      assertEquals(rows, done.rows().size());
    }
  }

  @Test
  @Tag("full")
  void aHundredThousandRowsAreEachDoneOnceAndToldThoughTheFirstAttemptIsCutOff() throws Exception {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var rows = 100_000;
    try (var client = new RawImport(tokens.admin(), tenant, "fleet")) {
      client.send(fleet(0, 3_000));
      Awaitility.await().atMost(PATIENCE).until(() -> devices(admin, tenant) >= 1_000);
    }
    try (var client = new RawImport(tokens.admin(), tenant, "fleet");
        var sender = Executors.newSingleThreadExecutor()) {
      var sent =
          sender.submit(
              () -> {
                for (var from = 0; from < rows; from += 1_000) {
                  client.send(fleet(from, from + 1_000));
                }
                client.end();
                return null;
              });
      var done = client.answer();
      sent.get();
      assertTrue(done.isComplete());
      assertEquals(rows, done.rows().size());
      assertEquals(rows - 10, done.count("created"));
      assertEquals(10, done.count("rejected"));
      for (var line = 1; line <= rows; line += 9_999) {
        var told = done.rows().get(line - 1);
        assertEquals(line, told.get("line").intValue());
        assertEquals(isBad(line - 1) ? "rejected" : "created", told.get("result").textValue());
      }
    }
    assertEquals(rows - 10, devices(admin, tenant));
  }

  /** One in ten thousand is none. */
  private static String fleet(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(n -> (isBad(n) ? "{\"id\":\"d %d\"}\n" : "{\"id\":\"d%d\"}\n").formatted(n))
        .collect(Collectors.joining());
  }

  private static boolean isBad(int row) {
    return row % 10_000 == 9_999;
  }

  @Test
  void aTenantRunsAFewAtATime() throws Exception {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var open = new ArrayList<RawImport>();
    try {
      for (var i = 0; i < 3; i++) {
        var client = new RawImport(tokens.admin(), tenant, null);
        open.add(client);
        client.send("{\"id\":\"a" + i + "\"}\n");
      }
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () ->
                  Import.send(admin, tenant, Import.NDJSON, "{\"id\":\"b\"}", null).statusCode()
                      == 429);
    } finally {
      for (var client : open) {
        client.close();
      }
    }
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                Import.send(admin, tenant, Import.NDJSON, "{\"id\":\"b\"}", null).statusCode()
                    == 200);
    assertEquals(1, devices(admin, tenant), "what was not sent to its end is not done");
  }

  private static int devices(Api api, String tenant) {
    return api.get("/api/v1/tenants/" + tenant).then().extract().path("devices");
  }

  private static String[] each(List<String> ids, String attribute) {
    return ids.stream()
        .map(id -> "{\"id\":\"%s\",\"attributes\":{\"%s\":1}}".formatted(id, attribute))
        .toArray(String[]::new);
  }

  /** Rows whose ids have as many characters as wanted. */
  private static String rows(int from, int to, int characters) {
    var form = "{\"id\":\"d%0" + (characters - 1) + "d\"}\n";
    return IntStream.range(from, to).mapToObj(form::formatted).collect(Collectors.joining());
  }
}
