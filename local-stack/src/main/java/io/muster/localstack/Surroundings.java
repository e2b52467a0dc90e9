package io.muster.localstack;

import io.muster.localstack.home.MusterHome;
import io.muster.localstack.home.PortOffset;
import io.muster.localstack.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.Map;

/**
 * What every command works in.
 *
 * @param checkout whose build results are run
 * @param home where everything is kept
 * @param ports shifts every port
 * @param terminal what is printed on
 * @param clock tells the time
 */
public record Surroundings(
    Checkout checkout, MusterHome home, PortOffset ports, Terminal terminal, Clock clock) {

  /**
   * Those of this process.
   *
   * @throws UserMistake when there is no checkout or the offset is no number
   */
  static Surroundings ofProcess(Map<String, String> environment) {
    var checkout = Checkout.find();
    return new Surroundings(
        checkout,
        MusterHome.of(checkout, environment),
        PortOffset.parse(environment.get(PortOffset.VARIABLE)),
        Terminal.ofProcess(environment),
        Clock.systemUTC());
  }

  public String registryUrl() {
    return "http://127.0.0.1:" + ports.of(8081);
  }

  /** Of the first replica. */
  public String ingestUrl() {
    return "http://127.0.0.1:" + ports.of(8082);
  }

  /** Of the first replica. */
  public String firmwareUrl() {
    return "http://127.0.0.1:" + ports.of(8084);
  }

  /**
   * The administrator's token as it is now.
   *
   * @throws UserMistake when there is none, because the stack never ran
   */
  public String adminToken() {
    try {
      return Files.readString(home.adminToken()).strip();
    } catch (IOException e) {
      throw new UserMistake(
          "There is no " + home.adminToken() + ". Start the stack first: ./muster up --detach", e);
    }
  }
}
