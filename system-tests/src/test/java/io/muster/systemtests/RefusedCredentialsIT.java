package io.muster.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import io.muster.systemtests.clients.Trust;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.DeviceCertificate;
import io.muster.systemtests.stack.FactoryAuthority;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.nio.file.Path;
import java.util.Optional;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What is wrong with a credential is in the log and in a counter of the endpoint, and of the
 * registry where that is asked: a certificate that is over the endpoint finds out by itself. The
 * client hears the same words whatever it is. ({@code ToldRefusalsIT} of the registry has the
 * reasons that are missing here.)
 */
@ExtendWith(SharedStack.class)
class RefusedCredentialsIT {
  private static final int BAD_USER_NAME_OR_PASSWORD = 0x86;
  private static final int NOT_AUTHORIZED = 0x87;
  private static final long HALF_AN_HOUR = 1_800;

  private final RunningStack stack;

  @TempDir Path folder;
  private TestDevice device;

  RefusedCredentialsIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void makeADevice() {
    device = stack.newDevice(stack.newTenant(), "sensor-1");
  }

  /** Tokens that a device might show, and why they are refused. */
  enum Wrong {
    UNSIGNED("token-algorithm"),
    OF_ANOTHER_KEY("token-signature"),
    OF_ANOTHER_AUDIENCE("token-audience"),
    OF_ANOTHER_DEVICE("token-subject"),
    OVER("token-expired"),
    OF_A_CLOCK_AHEAD("credential-not-yet-valid");

    private final String reason;

    Wrong(String reason) {
      this.reason = reason;
    }

    String of(DeviceToken signer, DeviceToken stranger) throws JoseException {
      return switch (this) {
        case UNSIGNED -> signer.unsigned();
        case OF_ANOTHER_KEY -> stranger.mint();
        case OF_ANOTHER_AUDIENCE -> signer.mint(it -> it.setAudience("muster-api"));
        case OF_ANOTHER_DEVICE -> signer.mint(it -> it.setSubject("sensor-2"));
        case OVER -> signer.mint(it -> it.setExpirationTime(in(-HALF_AN_HOUR)));
        case OF_A_CLOCK_AHEAD ->
            signer.mint(
                it -> {
                  it.setIssuedAt(in(HALF_AN_HOUR));
                  it.setExpirationTime(in(2 * HALF_AN_HOUR));
                });
      };
    }

    private static NumericDate in(long seconds) {
      var date = NumericDate.now();
      date.addSeconds(seconds);
      return date;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWrongTokenIsRefusedWithoutAWordOfWhy(Wrong wrong) throws Exception {
    var signer = new DeviceToken(stack, device.address());
    var stranger = new DeviceToken(stack, stack.newDevice(stack.newTenant(), "sensor-1").address());
    var token = wrong.of(signer, stranger.as(device.address()));
    var shown = device.withPassword(token);
    assertRefused(
        shown.mqtt5(stack.endpointPort(1)).toBlocking(),
        BAD_USER_NAME_OR_PASSWORD,
        "user name or password refused",
        wrong.reason,
        device.address().toString());
  }

  @Test
  void anExpiredCertificateIsRefusedWithoutAWordOfWhy() throws Exception {
    var factory = FactoryAuthority.make(folder);
    factory.register(stack, device.address().tenant());
    // Seen by the endpoint itself, whoever registered it: the registry is not asked.
    assertRefusedByEndpoint(
        certified(factory.expired("sensor-1")),
        NOT_AUTHORIZED,
        "the client certificate is refused",
        "certificate-expired");
  }

  @Test
  void aCertificateOfNobodyIsRefusedInTheSameWords() throws Exception {
    assertRefused(
        certified(DeviceCertificate.make(folder, "EC")),
        NOT_AUTHORIZED,
        "the client certificate is refused",
        "certificate-unknown",
        "certificate");
  }

  private Mqtt5BlockingClient certified(DeviceCertificate certificate) throws Exception {
    return MqttClient.builder()
        .useMqttVersion5()
        .serverHost("localhost")
        .serverPort(stack.endpointTlsPort())
        .identifier(device.clientIdentifier())
        .sslConfig()
        .trustManagerFactory(Trust.of(stack.authority()))
        .keyManagerFactory(certificate.keys())
        .applySslConfig()
        .buildBlocking();
  }

  /**
   * @param words all that the client is told beside the code
   * @param subject as the registry's log names who was refused
   */
  private void assertRefused(
      Mqtt5BlockingClient client, int code, String words, String reason, String subject) {
    var registryLog = stack.logFromNow("registry");
    var label = "reason=\"%s\"".formatted(reason);
    var before = denials(label);
    assertRefusedByEndpoint(client, code, words, reason);
    // The endpoint asks once more when it hears of a change of the device while it is asking.
    assertTrue(denials(label) > before, "not counted by the registry");
    registryLog.awaitLine("Denied ", subject, reason);
  }

  private void assertRefusedByEndpoint(
      Mqtt5BlockingClient client, int code, String words, String reason) {
    var log = stack.logFromNow("ingest");
    var counted =
        stack
            .ingestMetrics(1)
            .rise(
                () -> {
                  var told =
                      assertThrows(Mqtt5ConnAckException.class, client::connect).getMqttMessage();
                  assertEquals(code, told.getReasonCode().getCode());
                  assertEquals(Optional.of(words), told.getReasonString().map(Object::toString));
                  assertEquals(0, told.getUserProperties().asList().size());
                },
                "muster_endpoint_connects_total",
                "outcome=\"%s\"".formatted(reason));
    assertEquals(1, counted, "not counted by the endpoint");
    log.awaitLine("CONNECT refused: " + reason);
  }

  private double denials(String reason) {
    return stack
        .registryMetrics()
        .sum("muster_registry_verifications_total", "decision=\"deny\"", reason);
  }
}
