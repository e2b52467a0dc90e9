package io.muster.systemtests.firmware;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import io.muster.contract.id.TenantId;
import io.muster.systemtests.clients.Trust;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.DeviceCertificate;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Updates through the whole stack: told over MQTT, fetched over hawkBit's API. */
@ExtendWith(SharedStack.class)
class FirmwareIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final byte[] IMAGE = new byte[200_000];

  static {
    new Random(7).nextBytes(IMAGE);
  }

  private final RunningStack stack;
  private TenantId tenant;
  private TestDevice device;
  private Updates updates;
  private String distribution;

  FirmwareIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void makeADevice() {
    tenant = stack.newTenant();
    device = stack.newDevice(tenant, "lamp-1");
    updates = Updates.of(stack, stack.firmware(1), tenant);
    distribution = updates.released("1.0", "image.bin", IMAGE);
  }

  @Test
  void aDeviceThatListensNeedNotPoll() throws Exception {
    try (var listening = Listener.connect(device, stack.endpointPort(1))) {
      var action = updates.assign(device.address(), distribution);
      listening.awaitNotice("{\"pending\":\"deploymentBase\",\"id\":\"%d\"}".formatted(action));
      // At the other instance than the one that was asked to give it.
      var ddi = DdiClient.of(stack.firmware(2), device.address(), updates.token(device.address()));
      var deployment = ddi.follow("deploymentBase");
      try (var file = ddi.fetch(DdiClient.download(deployment), 0).body()) {
        assertArrayEquals(IMAGE, file.readAllBytes());
      }
      listening.say(feedback(action, "proceeding", "none"));
      listening.say(feedback(action, "closed", "success"));
      await().atMost(SOON).until(() -> updates.state(device.address(), action).equals("finished"));
      assertEquals("1.0", updates.installed(device.address()).path(0).path("version").asText());
    }
  }

  @Test
  void whatWaitsIsToldAtEachNewSession() {
    var action = updates.assign(device.address(), distribution);
    var notice = "{\"pending\":\"deploymentBase\",\"id\":\"%d\"}".formatted(action);
    for (var replica = 1; replica <= 2; replica++) {
      try (var listening = Listener.connect(device, stack.endpointPort(replica))) {
        listening.awaitNotice(notice);
      }
    }
  }

  @Test
  void aCancellationIsToldAndAnsweredOverMqtt() throws Exception {
    var action = updates.assign(device.address(), distribution);
    var ddi = DdiClient.of(stack.firmware(1), device.address(), updates.token(device.address()));
    ddi.follow("deploymentBase");
    try (var listening = Listener.connect(device, stack.endpointPort(2))) {
      updates.cancel(device.address(), action);
      listening.awaitNotice("{\"pending\":\"cancelAction\",\"id\":\"%d\"}".formatted(action));
      listening.say(
          feedback(action, "closed", "success")
              .replaceFirst("\\{", "{\"pending\":\"cancelAction\","));
      await().atMost(SOON).until(() -> updates.state(device.address(), action).equals("cancelled"));
    }
  }

  /** Another tenant's device of the same name says something of an action of the same number. */
  @Test
  void nobodySpeaksForAnotherTenantsDevice() {
    var action = updates.assign(device.address(), distribution);
    var stranger = stack.newDevice(stack.newTenant(), "lamp-1");
    try (var theirs = Listener.connect(stranger, stack.endpointPort(1))) {
      theirs.say(feedback(action, "closed", "success"));
    }
    try (var own = Listener.connect(device, stack.endpointPort(1))) {
      own.say(feedback(action, "proceeding", "none"));
      await()
          .atMost(SOON)
          .until(() -> updates.action(device.address(), action).path("statusCount").asInt() == 1);
    }
    assertEquals("open", updates.state(device.address(), action));
  }

  @Test
  void aDeviceWithACertificateNeedsNoToken(@TempDir Path folder) throws Exception {
    var certificate = DeviceCertificate.make(folder, "EC");
    var credential = certificate.register(stack, device);
    var tls = SSLContext.getInstance("TLS");
    tls.init(
        certificate.keys().getKeyManagers(), Trust.of(stack.authority()).getTrustManagers(), null);
    var http = HttpClient.newBuilder().sslContext(tls).build();
    var ddi = new DdiClient(http, DdiClient.base(stack.firmwareTls(), device.address()), null);
    var action = updates.assign(device.address(), distribution);
    var deployment = ddi.follow("deploymentBase");
    try (var file = ddi.fetch(DdiClient.download(deployment), 0).body()) {
      assertArrayEquals(IMAGE, file.readAllBytes());
    }
    assertEquals(200, ddi.feedback("deploymentBase", action, "closed", "success"));
    var other = stack.newDevice(tenant, "lamp-2");
    assertEquals(
        401,
        new DdiClient(http, DdiClient.base(stack.firmwareTls(), other.address()), null).status());
    stack.http().send("DELETE", credential, stack.tokens().admin(), null);
    await().atMost(Duration.ofSeconds(90)).until(() -> ddi.status() == 401);
  }

  private static String feedback(long action, String execution, String finished) {
    return "{\"id\":%d,\"status\":{\"execution\":\"%s\",\"result\":{\"finished\":\"%s\"}}}"
        .formatted(action, execution, finished);
  }

  /** A device with an MQTT client that hears notices. */
  private record Listener(TestDevice device, Mqtt5AsyncClient client, List<String> heard)
      implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 15;

    static Listener connect(TestDevice device, int port) {
      var client = device.mqtt5(port).toAsync();
      var listener = new Listener(device, client, new CopyOnWriteArrayList<>());
      client.publishes(
          MqttGlobalPublishFilter.ALL,
          it -> listener.heard.add(new String(it.getPayloadAsBytes(), StandardCharsets.UTF_8)));
      client
          .connect()
          .thenCompose(
              _ ->
                  client
                      .subscribeWith()
                      .topicFilter("firmware/" + device.address() + "/notify")
                      .qos(MqttQos.AT_LEAST_ONCE)
                      .send())
          .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
          .join();
      return listener;
    }

    void awaitNotice(String notice) {
      await().atMost(SOON).until(() -> heard.contains(notice));
    }

    void say(String feedback) {
      client
          .publishWith()
          .topic("firmware/" + device.address() + "/feedback")
          .qos(MqttQos.AT_LEAST_ONCE)
          .payload(feedback.getBytes(StandardCharsets.UTF_8))
          .send()
          .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
          .join();
    }

    @Override
    public void close() {
      client.disconnect().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }
  }
}
