package io.muster.localstack.stack;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.FreePort;
import io.muster.localstack.UserMistake;
import io.muster.localstack.home.PortOffset;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PortCheckTest {
  @Test
  void aTakenPortIsNamedInOneLineWithAWayOut() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var users = Map.of(socket.getLocalPort(), "the broker");
      var mistake =
          assertThrows(UserMistake.class, () -> PortCheck.requireFree(users, new PortOffset(1000)));
      assertTrue(mistake.getMessage().contains("Port " + socket.getLocalPort()));
      assertTrue(mistake.getMessage().contains("the broker"));
      assertTrue(mistake.getMessage().contains("MUSTER_PORT_OFFSET=2000"));
      assertEquals(1, mistake.getMessage().lines().count());
    }
  }

  @Test
  void aFreePortPasses() throws IOException {
    var users = Map.of(FreePort.any(), "the broker");
    assertDoesNotThrow(() -> PortCheck.requireFree(users, new PortOffset(1000)));
  }
}
