package io.muster.ingest.endpoint;

import static org.eclipse.microprofile.health.HealthCheckResponse.Status.DOWN;
import static org.eclipse.microprofile.health.HealthCheckResponse.Status.UP;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class EndpointReadinessTest {

  @Test
  void isReadyFromTheFirstPortToTheStop() {
    try (var server = TestEndpoint.start()) {
      var readiness = new EndpointReadiness(server.endpoint);
      assertEquals(UP, readiness.call().getStatus());
      server.endpoint.stop();
      assertEquals(DOWN, readiness.call().getStatus());
    }
  }

  @Test
  void isReadyForOthersWorkWhenItIsSwitchedOff() {
    try (var server = TestEndpoint.start("port", "-1", "websocket.port", "-1")) {
      assertEquals(UP, new EndpointReadiness(server.endpoint).call().getStatus());
    }
  }
}
