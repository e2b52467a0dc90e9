package io.muster.broker.accounts;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.contract.id.ServiceName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceAccountTest {

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "ingest", "d1@demo", "service:", "service:In", "Service:ingest"})
  void knowsNobodyButServices(String userName) {
    var refused = assertThrows(RefusedException.class, () -> ServiceAccount.named(userName));
    assertEquals(Refusal.NOT_A_SERVICE, refused.refusal());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "service:ingest:0",
        "service:ingest:17",
        "service:ingest:0:downlink",
        "service:ingest:0:lyon.downlink"
      })
  void letsAServiceUseItsOwnIdentifiers(String clientIdentifier) {
    assertDoesNotThrow(() -> ServiceAccount.requireOwn(ServiceName.INGEST, clientIdentifier));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "service:registry:0",
        "service:ingest",
        "service:ingest:",
        "service:ingest:00",
        "service:ingest:a",
        "service:ingest-2:0",
        "service:ingest:0:",
        "service:ingest:0:a:b",
        "ingest",
        ""
      })
  void letsNoServiceUseAnothersIdentifier(String clientIdentifier) {
    var refused =
        assertThrows(
            RefusedException.class,
            () -> ServiceAccount.requireOwn(ServiceName.INGEST, clientIdentifier));
    assertEquals(Refusal.CLIENT_IDENTIFIER, refused.refusal());
  }
}
