package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.systemtests.devices.Mqtt3Link;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What operators see and do, at whichever replica they ask. */
@ExtendWith(SharedStack.class)
class OperatorsIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  /** More in a minute than a device may put into the dead letters. */
  private static final int TOO_MANY_BAD_MESSAGES = 70;

  private final RunningStack stack;

  OperatorsIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void listReadAndDiscardDeadLetters() {
    var device = stack.newDevice(stack.newTenant(), "garbled");
    publish(device, List.of("temperature=21", "{\"n\":1}"));
    var operator = stack.tokens().person("operator", tenant(device));
    var letters = tenantUrl(2, device) + "/dead-letters";
    var items = stack.http().get(letters, operator).expect(200).json().path("items");
    assertEquals(1, items.size(), items.toString());
    assertEquals("malformed", items.get(0).path("reason").asText());
    var letter = letters + "/" + items.get(0).path("id").asText();
    var whole = stack.http().get(letter, operator).expect(200).json();
    assertEquals("dGVtcGVyYXR1cmU9MjE=", whole.path("payload").asText());
    assertEquals(204, stack.http().send("DELETE", letter, operator, null).status());
    assertEquals(404, stack.http().get(letter, operator).status());
    assertEquals(0, stack.http().get(letters, operator).json().path("items").size());
  }

  @Test
  void releaseADeviceThatWasPutIntoQuarantine() {
    var device = stack.newDevice(stack.newTenant(), "babbling");
    publish(device, Collections.nCopies(TOO_MANY_BAD_MESSAGES, "nonsense"));
    var operator = stack.tokens().person("operator", tenant(device));
    var quarantine = tenantUrl(2, device) + "/quarantine";
    // They are counted by the minute: where one ends among them, as many again are enough.
    var again = new AtomicBoolean();
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              if (stack.http().get(quarantine, operator).json().path("items").size() == 1) {
                return true;
              }
              if (again.compareAndSet(false, true)) {
                publish(device, Collections.nCopies(TOO_MANY_BAD_MESSAGES, "nonsense"));
              }
              return false;
            });
    // What can be understood of it is still kept.
    publish(device, List.of("{\"n\":1}"));
    assertEquals(1, stack.store().readings(device.address()));
    var release = quarantine + "/" + device.address().device() + "/release";
    var released = stack.http().post(release, operator, null).status();
    assertTrue(released == 200 || released == 204, "release answered " + released);
    assertEquals(0, stack.http().get(quarantine, operator).json().path("items").size());
  }

  @Test
  void watchADeviceLiveThroughTheOtherReplica() {
    var device = stack.newDevice(stack.newTenant(), "watched");
    var viewer = stack.tokens().person("viewer", tenant(device));
    var url = tenantUrl(2, device) + "/devices/" + device.address().device() + "/telemetry/live";
    var request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Authorization", "Bearer " + viewer)
            .header("Accept", "text/event-stream")
            .build();
    var lines = new CopyOnWriteArrayList<String>();
    var feed =
        stack
            .http()
            .client()
            .sendAsync(request, HttpResponse.BodyHandlers.ofLines())
            .thenAccept(answer -> answer.body().forEach(lines::add));
    // Nothing tells when the other replica listens, so the device goes on until it is heard.
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              publish(device, List.of("{\"temperature\":21.25}"));
              return lines.stream().anyMatch(line -> line.contains("21.25"));
            });
    feed.cancel(true);
  }

  private void publish(TestDevice device, List<String> payloads) {
    try (var link = Mqtt3Link.of(device, stack.endpointPort(1)).connect()) {
      for (var payload : payloads) {
        link.publish(device.telemetry(), payload.getBytes(StandardCharsets.UTF_8))
            .orTimeout(SOON.toSeconds(), TimeUnit.SECONDS)
            .join();
      }
    }
  }

  private static String tenant(TestDevice device) {
    return device.address().tenant().value();
  }

  private String tenantUrl(int replica, TestDevice device) {
    return stack.ingest(replica) + "/api/v1/tenants/" + tenant(device);
  }
}
