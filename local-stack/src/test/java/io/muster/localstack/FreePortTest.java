package io.muster.localstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FreePortTest {
  /** Those of a process, but for one that says whose they are. */
  private static final int PORTS = 99;

  @Test
  void whereSomebodyListensIsNotFree() throws IOException {
    var loopback = InetAddress.getLoopbackAddress();
    var taken = FreePort.any();
    Set<Integer> others = new HashSet<>();
    try (var socket = new ServerSocket(taken, 1, loopback)) {
      for (var i = 0; i < 2 * PORTS; i++) {
        others.add(FreePort.any());
      }
      assertEquals(taken, socket.getLocalPort());
    }
    assertFalse(others.contains(taken));
    // All within the hundred that no other process has.
    assertTrue(others.size() < PORTS, others.toString());
    var first = others.stream().mapToInt(it -> it).min().orElseThrow();
    assertTrue(others.stream().allMatch(it -> it < first + PORTS), others.toString());
    assertTrue(Math.abs(taken - first) < PORTS, taken + " and " + others);
    // It is kept, which tells the other processes.
    var claim = first / 100 * 100;
    assertThrows(IOException.class, () -> new ServerSocket(claim, 1, loopback).close());
  }
}
