package io.muster.localstack.stack;

import io.muster.localstack.UserMistake;
import io.muster.localstack.home.PortOffset;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.TreeMap;

/** Finds a port that somebody else has, before anything is started. */
final class PortCheck {
  private PortCheck() {}

  /**
   * @param users who wants each port
   * @param offset in use; the message proposes another
   * @throws UserMistake when one is taken; in one line, with what to do
   */
  static void requireFree(Map<Integer, String> users, PortOffset offset) {
    var another = offset.next();
    new TreeMap<>(users)
        .forEach(
            (port, user) -> {
              if (taken(port)) {
                throw new UserMistake(
                    "Port %d, which %s needs, is taken by another program. End that, or shift all ports, for example with %s=%d."
                        .formatted(port, user, PortOffset.VARIABLE, another.value()));
              }
            });
  }

  private static boolean taken(int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true); // connections that are just ending do not count
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
