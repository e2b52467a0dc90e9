package io.muster.benchmarks.broker;

import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.embedded.EmbeddedHiveMQ;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;

/**
 * A broker of others: HiveMQ CE as in the module {@code broker}, on disk and with the same limits,
 * but open to any client and any topic, which that one is not. A process of its own, with that
 * module's class path; for measuring.
 *
 * <p>Arguments: a port on the loopback address, and a folder.
 */
public final class OpenBrokerMain {
  /** What one client may have unacknowledged, as in the module {@code broker}. */
  private static final int MOST_IN_FLIGHT = 2_000;

  /** No run publishes as many: what is missing in the end was not lost in a queue. */
  private static final int MOST_QUEUED = 100_000_000;

  private OpenBrokerMain() {}

  /** Runs until the process is told to stop. */
  public static void main(String... arguments)
      throws IOException, InterruptedException, ExecutionException {
    var folder = Path.of(arguments[1]);
    var conf = Files.createDirectories(folder.resolve("conf"));
    Files.writeString(conf.resolve("config.xml"), configuration(Integer.parseInt(arguments[0])));
    // Without an extension the embedded builder lets in everybody.
    var hivemq =
        EmbeddedHiveMQ.builder()
            .withConfigurationFolder(conf)
            .withDataFolder(Files.createDirectories(folder.resolve("data")))
            .withExtensionsFolder(Files.createDirectories(folder.resolve("extensions")))
            .withoutLoggingBootstrap()
            .build();
    InternalConfigurations.MAX_INFLIGHT_WINDOW_SIZE_MESSAGES = MOST_IN_FLIGHT;
    InternalConfigurations.JMX_REPORTER_ENABLED.set(false);
    hivemq.start().get();
    var stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  hivemq.stop().join();
                  stopped.countDown();
                },
                "broker-shutdown"));
    stopped.await();
  }

  private static String configuration(int port) {
    return """
    <?xml version="1.0"?>
    <hivemq>
      <listeners>
        <tcp-listener><port>%d</port><bind-address>127.0.0.1</bind-address></tcp-listener>
      </listeners>
      <persistence><mode>file</mode></persistence>
      <mqtt>
        <queued-messages>
          <max-queue-size>%d</max-queue-size>
          <strategy>discard</strategy>
        </queued-messages>
        <receive-maximum><server-receive-maximum>1000</server-receive-maximum></receive-maximum>
      </mqtt>
      <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
    </hivemq>
    """
        .formatted(port, MOST_QUEUED);
  }
}
