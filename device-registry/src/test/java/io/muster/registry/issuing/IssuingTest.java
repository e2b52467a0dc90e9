package io.muster.registry.issuing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.contract.id.DeviceAddress;
import io.muster.registry.DeviceKeys;
import io.muster.registry.SigningRequests;
import io.muster.registry.problem.ConflictKind;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IssuingTest {
  private static final String CERTIFICATE = "muster.registry.issuing.certificate-file";
  private static final String KEY = "muster.registry.issuing.key-file";

  @Test
  void anInstallationWithoutBothFilesIssuesNone() {
    var csr = SigningRequests.of(DeviceKeys.p256(), "SHA256withECDSA");
    for (var files :
        List.<Map<String, String>>of(
            Map.of(), Map.of(CERTIFICATE, "/certificate.pem"), Map.of(KEY, "/key.pem"))) {
      var issuing = issuing(files);
      assertOff(assertThrows(RefusedException.class, issuing::requireOn));
      assertOff(
          assertThrows(
              RefusedException.class, () -> issuing.issue(DeviceAddress.of("acme", "one"), csr)));
    }
    issuing(Map.of(CERTIFICATE, "/certificate.pem", KEY, "/key.pem")).requireOn();
  }

  private static void assertOff(RefusedException refused) {
    var conflict = assertInstanceOf(Refusal.Conflict.class, refused.refusal());
    assertEquals(ConflictKind.ISSUING_IS_OFF.label(), conflict.kind());
  }

  private static Issuing issuing(Map<String, String> settings) {
    var config =
        new SmallRyeConfigBuilder()
            .withConverter(Duration.class, 200, new DurationConverter())
            .withMapping(IssuingSettings.class)
            .withDefaultValues(settings)
            .build()
            .getConfigMapping(IssuingSettings.class);
    return new Issuing(config, null, null, null, null, Clock.systemUTC());
  }
}
