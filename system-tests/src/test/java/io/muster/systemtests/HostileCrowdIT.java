package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.ingest.endpoint.HostileCrowd;
import io.muster.ingest.endpoint.packets.GeneratedPackets.Words;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Crowds of hostile clients against the running service; honest ones are served behind them. */
@Tag("full")
@ExtendWith(SharedStack.class)
class HostileCrowdIT {
  private static final long SEED = 17;
  private static final int AT_ONCE = 200;

  /** So many that what one device may connect does not keep most of them out. */
  private static final int DEVICES = 60;

  private static final Duration SOON = Duration.ofSeconds(60);

  /** What a virtual machine takes and gives back as it likes, beside what was kept. */
  private static final long MEMORY_NOISE_BYTES = 96L << 20;

  private final RunningStack stack;

  HostileCrowdIT(RunningStack stack) {
    this.stack = stack;
  }

  @ParameterizedTest
  @CsvSource({"tcp, 6000", "tls, 1500", "websocket, 6000"})
  void leavesNothingBehind(String over, int clients) throws Exception {
    var tenant = stack.newTenant();
    var names =
        IntStream.range(0, DEVICES)
            .mapToObj(number -> "hostile-" + number)
            .map(name -> Words.of(tenant.value(), name, stack.newDevice(tenant, name).password()))
            .toList();
    var crowd = new HostileCrowd(names, connector(over), over.equals("websocket"));
    var connected = gauge("connections");
    var log = stack.logFromNow("ingest");
    // What is made once is made before the first look at the memory.
    crowd.run(SEED, clients / 3, AT_ONCE);
    awaitGivenBack(connected);
    var before = stack.processes().residentBytes("ingest");
    var heard = crowd.run(SEED + clients, clients, AT_ONCE);
    assertTrue(heard > clients / 10, "only so many heard anything: " + heard);
    awaitGivenBack(connected);
    var grown = stack.processes().residentBytes("ingest") - before;
    assertTrue(grown < MEMORY_NOISE_BYTES, "grew by " + (grown >> 20) + " MiB");
    assertEquals(List.of(), log.lines().stream().filter(HostileCrowdIT::isOurFault).toList());
    assertServed(stack.newDevice(tenant, "honest"));
    awaitRoomInTheLog(tenant);
    System.out.printf("%,d hostile clients over %s against the service%n", clients, over);
  }

  private static boolean isOurFault(String line) {
    return line.contains("failed for a reason of ours");
  }

  private Callable<Socket> connector(String over) throws IOException, GeneralSecurityException {
    return switch (over) {
      case "tcp" -> () -> new Socket("127.0.0.1", stack.endpointPort(1));
      case "websocket" -> () -> new Socket("127.0.0.1", stack.endpointWebSocketPort());
      default -> {
        var context = trusting();
        yield () -> {
          var socket =
              (SSLSocket)
                  context.getSocketFactory().createSocket("localhost", stack.endpointTlsPort());
          socket.startHandshake();
          return socket;
        };
      }
    };
  }

  private SSLContext trusting() throws IOException, GeneralSecurityException {
    var trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (var pem = Files.newInputStream(stack.authority())) {
      trusted.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    var trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private double gauge(String name) {
    return stack.ingestMetrics(1).sum("muster_endpoint_" + name);
  }

  private void awaitGivenBack(double connected) {
    await("connections").atMost(SOON).until(() -> gauge("connections") <= connected);
    for (var held :
        List.of("knocking", "in_flight", "memory_bytes", "knocking_bytes", "unread_bytes")) {
      await(held).atMost(SOON).until(() -> gauge(held) == 0);
    }
  }

  /** A log that keeps itself from being filled has lines again for whoever is refused next. */
  private void awaitRoomInTheLog(TenantId tenant) {
    var stranger =
        new TestDevice(DeviceAddress.of(tenant.value(), "latecomer"), "x".repeat(43))
            .mqtt5(stack.endpointPort(1))
            .toBlocking();
    var log = stack.logFromNow("ingest");
    await("a line in the log")
        .atMost(SOON)
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              assertThrows(Mqtt5ConnAckException.class, stranger::connect);
              return log.lines().stream().anyMatch(line -> line.contains("latecomer"));
            });
  }

  private void assertServed(TestDevice device) {
    var client = device.mqtt5(stack.endpointPort(1)).toBlocking();
    client.connect();
    client
        .publishWith()
        .topic(device.telemetry())
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload("{\"n\":0}".getBytes(StandardCharsets.UTF_8))
        .send();
    client.disconnect();
    stack.store().assertEachOnce(device.address(), "n", 1);
  }
}
