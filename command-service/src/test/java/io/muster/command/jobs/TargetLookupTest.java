package io.muster.command.jobs;

import static io.muster.command.HandWired.bean;
import static io.muster.command.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.command.Neighbour;
import io.muster.command.neighbours.Neighbours;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.rest.client.NeighbourAwayException;
import io.muster.rest.client.RefusedQuestionException;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Asks a registry over real HTTP. */
class TargetLookupTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final TenantId ACME = new TenantId("acme");
  private static final Targets LAB = new Targets.Fitting("tag==lab,tag==hall 3");

  @TempDir Path folder;
  private Vertx vertx;
  private Neighbour registry;
  private TargetLookup lookup;

  @BeforeEach
  void start() throws IOException, ClassNotFoundException {
    vertx = Vertx.vertx();
    registry = new Neighbour();
    registry.filter("tag==lab,tag==hall 3", id -> !id.equals("d0003"));
    var token = Files.writeString(folder.resolve("token"), "token");
    var settings =
        Map.of(
            "muster.command.neighbours.registry-url", registry.url(),
            "muster.command.neighbours.ingest-url", registry.url(),
            "muster.command.neighbours.service-token-file", token.toString(),
            "muster.command.neighbours.request-timeout", "60s",
            "muster.command.jobs.page-devices", "100");
    var neighbours = Class.forName("io.muster.command.neighbours.NeighboursConfig");
    lookup =
        new TargetLookup(
            bean(Neighbours.class, vertx, config(neighbours, settings)),
            config(JobsConfig.class, settings));
  }

  @AfterEach
  void stop() {
    vertx.closeAndAwait();
    registry.close();
  }

  @Test
  void whoFitsComesPageByPageAndNobodyTwice() {
    add(350);
    registry.add(DeviceAddress.of("another", "d9999"));
    var all = all(LAB);
    assertEquals(349, all.size());
    assertEquals(all.stream().distinct().sorted().toList(), all);
    // Three pages are full, so it is not known that they are the last.
    assertEquals(4, registry.questions());
  }

  @Test
  void aLastPageThatIsFullIsFollowedByAnEmptyOne() {
    add(101);
    assertEquals(100, all(LAB).size());
    assertEquals(2, registry.questions());
  }

  @Test
  void ofListedDevicesItIsSaidWhichThereAre() {
    add(300);
    var listed = new ArrayList<DeviceId>();
    for (var i = 299; i >= 0; i--) {
      listed.add(id(i));
      listed.add(new DeviceId("nobody-%04d".formatted(i)));
    }
    List<DeviceId> found = new ArrayList<>();
    List<DeviceId> unknown = new ArrayList<>();
    var after = "";
    while (after != null) {
      var page = read(new Targets.Listed(listed), after);
      found.addAll(page.found());
      unknown.addAll(page.unknown());
      after = page.next();
    }
    assertEquals(listed.stream().filter(it -> it.value().startsWith("d")).toList(), found);
    assertEquals(listed.stream().filter(it -> it.value().startsWith("n")).toList(), unknown);
  }

  @Test
  void aRegistryThatDoesNotAnswerIsAway() {
    registry.away(true);
    assertThrows(NeighbourAwayException.class, () -> read(LAB, ""));
    registry.close();
    assertThrows(NeighbourAwayException.class, () -> read(LAB, ""));
  }

  @Test
  void whatTheRegistryDoesNotUnderstandIsTold() {
    var odd = new Targets.Fitting("tag=odd");
    var refused =
        assertThrows(
            RefusedQuestionException.class, () -> lookup.check(ACME, odd).await().atMost(PATIENCE));
    assertEquals("is none", refused.getMessage());
    lookup.check(ACME, LAB).await().atMost(PATIENCE);
  }

  @Test
  void whatMakesSenseWithinParenthesesAloneIsRefused() {
    var odd = "tag==lab),(tag==hall";
    registry.filter(odd, id -> true);
    var check = lookup.check(ACME, new Targets.Fitting(odd));
    assertThrows(RefusedQuestionException.class, () -> check.await().atMost(PATIENCE));
  }

  private List<DeviceId> all(Targets targets) {
    List<DeviceId> all = new ArrayList<>();
    var after = "";
    while (after != null) {
      var page = read(targets, after);
      all.addAll(page.found());
      after = page.next();
    }
    return all;
  }

  private TargetLookup.Page read(Targets targets, String after) {
    return lookup.after(ACME, targets, after).await().atMost(PATIENCE);
  }

  private void add(int devices) {
    IntStream.range(0, devices).forEach(i -> registry.add(new DeviceAddress(ACME, id(i))));
  }

  private static DeviceId id(int i) {
    return new DeviceId("d%04d".formatted(i));
  }
}
