package io.muster.registry.events;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.Golden;
import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.RegistryEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With the broker away all the time: the log does not need it. */
@RegistryTest
class EventsIT {
  Tokens tokens;
  private Api admin;
  private String tenant;
  private long begin;

  @BeforeEach
  void makeATenant() {
    admin = Api.as(tokens.admin());
    tenant = admin.tenant();
    begin = page(Long.MAX_VALUE, 1).next();
  }

  @Test
  void eachChangeOfADeviceIsToldInOrder() throws IOException {
    var device = admin.device(tenant, "one");
    admin.patch(device, Map.of("attributes", Map.of("a", 1)));
    admin.patch(device, Map.of("enabled", false));
    admin.patch(device, Map.of("enabled", false));
    admin.patch(device, Map.of("enabled", true));
    var credential = admin.secret(device).<String>path("id");
    admin.delete(device + "/credentials/" + credential);
    admin.delete(device);
    var events = awaitEvents(6);
    var prefix = "platform/registry/";
    var suffix = "/" + tenant + "/one";
    assertEquals(
        List.of(
            prefix + "device-created" + suffix,
            prefix + "device-updated" + suffix,
            prefix + "device-disabled" + suffix,
            prefix + "device-updated" + suffix,
            prefix + "credential-revoked" + suffix,
            prefix + "device-deleted" + suffix),
        events.stream().map(OutboxEvent::topic).toList());
    var address = DeviceAddress.of(tenant, "one");
    assertEquals(
        new RegistryEvent.DeviceDisabled(address, 3),
        data(events.get(2), RegistryEvent.DeviceDisabled.class));
    assertEquals(
        new RegistryEvent.CredentialRevoked(address, UUID.fromString(credential)),
        data(events.get(4), RegistryEvent.CredentialRevoked.class));
  }

  @Test
  void anEventIsACloudEventAndCarriesTheTraceOfItsRequest() throws IOException {
    admin
        .request()
        .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .contentType("application/json")
        .body(Map.of("id", "one"))
        .post(Api.devices(tenant))
        .then()
        .statusCode(201);
    var event = awaitEvents(1).getFirst();
    assertEquals(CloudEvent.CONTENT_TYPE, event.contentType());
    assertEquals(1, event.qos());
    assertTrue(
        event.userProperties().get("traceparent").contains("0af7651916cd43dd8448eb211c80319c"));
    var cloudEvent = ContractJson.mapper().readValue(event.payload(), CloudEvent.class);
    assertEquals(event.id(), cloudEvent.id());
    assertEquals("/muster/registry", cloudEvent.source());
    assertEquals("io.muster.registry.device-created", cloudEvent.type());
    assertEquals(tenant + "/one", cloudEvent.subject());
  }

  @Test
  void suspendingAndChangingATenantIsTold() throws IOException {
    var path = "/api/v1/tenants/" + tenant;
    admin.patch(path, Map.of("suspended", true));
    admin.patch(path, Map.of("suspended", false));
    admin.patch(path, Map.of("limits", Map.of("payloadBytes", 5)));
    var events = awaitEvents(3);
    assertEquals(
        List.of("tenant-suspended", "tenant-updated", "tenant-updated"),
        events.stream().map(event -> event.topic().split("/")[2]).toList());
    assertEquals(
        new RegistryEvent.TenantSuspended(new TenantId(tenant)),
        data(events.getFirst(), RegistryEvent.TenantSuspended.class));
    assertEquals(
        5, data(events.getLast(), RegistryEvent.TenantUpdated.class).limits().payloadBytes());
  }

  @Test
  void theEndOfATenantIsToldForEachOfItsDevices() {
    IntStream.range(0, 3).forEach(n -> admin.device(tenant, "d" + n));
    awaitEvents(3);
    admin.delete("/api/v1/tenants/" + tenant + "?withDevices=true").then().statusCode(204);
    assertEquals(
        List.of(
            "tenant-suspended",
            "device-deleted",
            "device-deleted",
            "device-deleted",
            "tenant-deleted"),
        awaitEvents(8).stream().skip(3).map(event -> event.topic().split("/")[2]).toList());
    Golden.assertSameShape(
        "events/registry.tenant-deleted.json", awaitEvents(8).getLast().payload());
  }

  @Test
  void aRefusedChangeIsNotTold() {
    var device = admin.device(tenant, "one");
    assertProblem(admin.post(Api.devices(tenant), Map.of("id", "one")), 409, "device-exists");
    assertProblem(admin.put(device, "\"7\"", Map.of("enabled", false)), 412, "version-mismatch");
    admin.delete(device);
    assertEquals(
        List.of("device-created", "device-deleted"),
        awaitEvents(2).stream().map(event -> event.topic().split("/")[2]).toList());
  }

  @Test
  void concurrentWritersMakeALogWithoutGapsThatKeepsEachDevicesOrder() {
    IntStream.range(0, 10).forEach(n -> admin.device(tenant, "d" + n));
    IntStream.range(0, 200)
        .parallel()
        .forEach(
            n ->
                admin
                    .patch(
                        Api.devices(tenant) + "/d" + n % 10, Map.of("attributes", Map.of("k", n)))
                    .then()
                    .statusCode(200));
    var events = awaitEvents(210);
    var everything = everythingSince(begin);
    assertEquals(
        IntStream.range(0, everything.size()).mapToObj(n -> begin + 1 + n).toList(),
        everything.stream().map(OutboxEvent::sequence).toList());
    for (int n = 0; n < 10; n++) {
      var topicEnd = "/d" + n;
      var versions =
          events.stream()
              .filter(event -> event.topic().endsWith(topicEnd))
              .map(EventsIT::version)
              .toList();
      assertEquals(versions.stream().sorted().toList(), versions);
      assertEquals(21, versions.size());
    }
  }

  @Test
  void wrongPositionsAreRefused() {
    var service = Api.as(tokens.service());
    assertProblem(service.get("/internal/v1/events?after=-1"), 400, "malformed-request");
    assertProblem(service.get("/internal/v1/events?after=x"), 400, "malformed-request");
    assertProblem(service.get("/internal/v1/events?limit=0"), 400, "malformed-request");
    assertProblem(service.get("/internal/v1/events?limit=100000"), 400, "malformed-request");
  }

  private static long version(OutboxEvent event) {
    try {
      var data = ContractJson.mapper().readValue(event.payload(), CloudEvent.class).data();
      return data.get("version").longValue();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static <T> T data(OutboxEvent event, Class<T> type) throws IOException {
    var cloudEvent = ContractJson.mapper().readValue(event.payload(), CloudEvent.class);
    return ContractJson.mapper().treeToValue(cloudEvent.data(), type);
  }

  /** Of this test's tenant. */
  private List<OutboxEvent> awaitEvents(int count) {
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> ofTenant().size() >= count);
    var events = ofTenant();
    assertEquals(count, events.size());
    return events;
  }

  private List<OutboxEvent> ofTenant() {
    return everythingSince(begin).stream()
        .filter(event -> event.topic().contains("/" + tenant))
        .toList();
  }

  private List<OutboxEvent> everythingSince(long position) {
    List<OutboxEvent> events = new ArrayList<>();
    var page = page(position, 50);
    while (!page.items().isEmpty()) {
      events.addAll(page.items());
      page = page(page.next(), 50);
    }
    return events;
  }

  private EventPage page(long after, int limit) {
    var answer =
        Api.as(tokens.service()).get("/internal/v1/events?after=" + after + "&limit=" + limit);
    answer.then().statusCode(200);
    try {
      return ContractJson.mapper().readValue(answer.asString(), EventPage.class);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
