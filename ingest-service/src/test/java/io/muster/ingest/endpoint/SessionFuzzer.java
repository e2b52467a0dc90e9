package io.muster.ingest.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.ingest.endpoint.packets.Choices;
import java.util.List;
import java.util.logging.Level;

/**
 * What must hold of connections whatever clients, services, registry, database and store do in
 * whatever order: {@link FuzzedEndpoint} plays it, {@link FuzzedClient} and {@link ExpectedAnswers}
 * judge it. Run by a fuzzer, and over the inputs that are kept.
 */
public final class SessionFuzzer {
  private static final EndpointConfig ROOMY = config("up.memory-bytes", "1000000");

  /** Where every limit is near. */
  private static final EndpointConfig TIGHT =
      config(
          "up.memory-bytes", "9000",
          "up.window", "3",
          "up.topic-aliases", "2",
          "up.topic-alias-bytes", "1048576",
          "connections.knocking-bytes", "4500",
          "connections.most", "2",
          "connections.most-per-device", "2",
          "connections.most-admitting", "1",
          "connections.most-waiting", "1",
          "down.queue", "2",
          "down.window", "2",
          "down.exactly-once-bytes", "3000",
          "down.max-subscriptions", "2",
          "mandates.most", "1");

  private SessionFuzzer() {}

  private static EndpointConfig config(String... settings) {
    var all = TestEndpoint.pairs(settings);
    all.put("connections.per-second", "1000000");
    all.put("limits.device.connects-per-second", "0");
    // All clients come from one place here, and a ban would keep out those that have done nothing.
    all.put("bans.device-failures", "0");
    all.put("bans.address-failures", "0");
    return TestEndpoint.config(all);
  }

  /** The name and the form that Jazzer asks for. */
  public static void fuzzerTestOneInput(byte[] input) {
    var choices = new Choices(input);
    var mode = choices.below(4);
    var config = (mode & 1) == 0 ? ROOMY : TIGHT;
    try (var errors = LoggedLines.from(Level.WARNING)) {
      new FuzzedEndpoint(config, mode >= 2, choices).run();
      assertEquals(List.of(), errors.lines());
    }
  }
}
