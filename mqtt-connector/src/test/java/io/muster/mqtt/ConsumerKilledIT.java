package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.mqtt.BrokerExtension.Broker;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Consumers in processes of their own. */
@ExtendWith(BrokerExtension.class)
class ConsumerKilledIT {
  private static final String[] HELD = {"topic", "platform/probe/killed/#"};

  @Test
  void everythingThatAKilledProcessHeldIsRedelivered(Broker broker) throws Exception {
    Application.leaveSession(broker, "killed", HELD);
    try (var publisher = new Publisher(broker)) {
      publisher.publishNumbers("platform/probe/killed/x", 0, 100);
    }
    // Without the optional libraries: it must run without them.
    var child = start(broker, List.of(), "killed", "platform/probe/killed/#", "hold");
    try {
      assertEquals(Application.numbers(0, 100), lines(child, 100));
    } finally {
      child.destroyForcibly().waitFor();
    }
    try (var application = new Application(broker)) {
      var consumer = application.acking("killed", HELD);
      consumer.awaitItems(100, java.time.Duration.ofSeconds(60));
      assertEquals(Application.numbers(0, 100), Application.texts(consumer));
    }
  }

  /** 100 MB of messages through a heap of 40 MB, more slowly than they could come. */
  @Test
  void aSlowConsumerNeedsTheMemoryOfItsWindow(Broker broker) throws Exception {
    var filter = "platform/probe/flood/#";
    Application.leaveSession(broker, "flood", "topic", filter);
    try (var publisher = new Publisher(broker)) {
      var payload = new byte[50_000];
      for (var number = 0; number < 2_000; number++) {
        Arrays.fill(payload, 0, 8, (byte) ' ');
        var digits = Integer.toString(number).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        System.arraycopy(digits, 0, payload, 0, digits.length);
        publisher.publish("platform/probe/flood/x", payload);
      }
    }
    var child = start(broker, List.of("-Xmx40m"), "flood", filter, "slow");
    try {
      assertEquals(Application.numbers(0, 2_000), lines(child, 2_000));
      assertTrue(child.isAlive());
    } finally {
      child.destroyForcibly().waitFor();
    }
  }

  private static Process start(Broker broker, List<String> flags, String... arguments)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-cp");
    command.add(withoutOptionalLibraries());
    command.add(ConsumerMain.class.getName());
    command.add(broker.url());
    command.add(broker.token());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static String withoutOptionalLibraries() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.contains("micrometer"))
        .filter(entry -> !entry.contains("opentelemetry-instrumentation"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static List<String> lines(Process child, int count) throws Exception {
    var lines = new ArrayList<String>();
    var output = new BufferedReader(new InputStreamReader(child.getInputStream()));
    var reading =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    for (var line = output.readLine();
                        line != null && lines.size() < count;
                        line = output.readLine()) {
                      if (line.startsWith(ConsumerMain.MARK)) {
                        lines.add(line.substring(ConsumerMain.MARK.length()));
                      }
                      if (lines.size() == count) {
                        return;
                      }
                    }
                  } catch (IOException closed) {
                    // The assertion shows what is missing.
                  }
                });
    reading.join(TimeUnit.MINUTES.toMillis(3));
    return List.copyOf(lines);
  }
}
