package io.muster.broker;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** The broker as operators run it: a process of its own, started, killed and started again. */
final class BrokerProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Below the ports that the system draws for whoever connects while the broker is down. */
  private static final int FIRST_PORT = 10_000;

  /** Those above are for the tests of other modules. */
  private static final int END_OF_PORTS = 10_300;

  private static final AtomicInteger NEXT_PORT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(FIRST_PORT, END_OF_PORTS));

  private final Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private final int port;
  private Process process;
  private Path log;
  private int starts;

  BrokerProcess(Path folder, TestIssuer issuer) {
    this.folder = folder;
    this.port = freePort();
    environment.put("MUSTER_BROKER_PORT", Integer.toString(port));
    environment.put("MUSTER_BROKER_DATA", folder.resolve("broker").toString());
    environment.put("MUSTER_SERVICE_ISSUER", issuer.address().toString());
    environment.put("MUSTER_BROKER_KEY_RETRY", "PT1S");
  }

  BrokerProcess with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  int port() {
    return port;
  }

  /** Starts it and waits until it says that it is ready. */
  BrokerProcess start() throws IOException {
    launch();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new IllegalStateException("the broker ended: " + output());
              }
              return output().contains(BrokerMain.READY);
            });
    return this;
  }

  /** Starts it without waiting. */
  void launch() throws IOException {
    log = folder.resolve("broker-%d.log".formatted(++starts));
    var builder = new ProcessBuilder(command());
    builder.environment().keySet().removeIf(name -> name.startsWith("MUSTER_"));
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    process = builder.start();
  }

  private static List<String> command() {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1", // it never lives long
            "-cp",
            System.getProperty("java.class.path"),
            BrokerMain.class.getName()));
    return command;
  }

  /** What it wrote since its last start. */
  String output() {
    try {
      return Files.readString(log);
    } catch (IOException unreadable) {
      throw new java.io.UncheckedIOException(unreadable);
    }
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** SIGTERM; waits for the end. */
  int terminate() throws InterruptedException {
    process.destroy();
    return awaitExit();
  }

  int awaitExit() throws InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("the broker does not end: " + output());
    }
    return process.exitValue();
  }

  /** One that nobody listens on just now, another one each time. */
  static int freePort() {
    return IntStream.generate(
            () -> NEXT_PORT.getAndUpdate(last -> last + 1 < END_OF_PORTS ? last + 1 : FIRST_PORT))
        .limit(END_OF_PORTS - FIRST_PORT)
        .filter(BrokerProcess::isFree)
        .findFirst()
        .orElseThrow();
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
    }
  }
}
