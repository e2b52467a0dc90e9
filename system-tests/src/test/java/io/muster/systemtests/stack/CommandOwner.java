package io.muster.systemtests.stack;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The service that owns commands, played by the test: it sends each of them, and again what was not
 * reported as delivered, as docs/guides/devices.md says of such a service. At QoS 1 after a while;
 * at QoS 2 when it is told to, since what is sent again while its report is under way comes twice.
 * It hears the reports at the broker.
 */
public final class CommandOwner implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DELIVERED = "platform/ingest/delivered/#";
  private static final byte[] PAYLOAD = "{}".getBytes(StandardCharsets.UTF_8);
  private static final long PATIENCE_SECONDS = 60;
  private static final Duration STEP = Duration.ofMillis(20);

  private final Mqtt5AsyncClient client;
  private final Duration repeatAfter;
  private final Map<String, Command> commands = new LinkedHashMap<>();
  private final Set<String> delivered = ConcurrentHashMap.newKeySet();
  private final Thread thread = Thread.ofVirtual().name("command-owner").unstarted(this::run);
  private volatile long lastWordNanos = System.nanoTime();
  private volatile boolean stopped;

  private static final class Command {
    private final MqttQos qos;
    private long sentAtNanos;
    private int times;
    private boolean isAgain;

    Command(MqttQos qos) {
      this.qos = qos;
    }
  }

  private CommandOwner(RunningStack stack, int ordinal, Duration repeatAfter) {
    this.repeatAfter = repeatAfter;
    this.client =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("127.0.0.1")
            .serverPort(stack.brokerPort())
            .identifier("service:command:" + ordinal)
            .simpleAuth()
            .username("service:command")
            .password(stack.tokens().service("command").getBytes(StandardCharsets.UTF_8))
            .applySimpleAuth()
            .buildAsync();
  }

  /**
   * Connects to the broker.
   *
   * @param ordinal so high that no real instance leases it
   * @param repeatAfter a command at QoS 1 that was not delivered
   */
  public static CommandOwner start(RunningStack stack, int ordinal, Duration repeatAfter) {
    var owner = new CommandOwner(stack, ordinal, repeatAfter);
    owner.client.publishes(MqttGlobalPublishFilter.ALL, owner::hear);
    within(owner.client.connect());
    within(owner.client.subscribeWith().topicFilter(DELIVERED).qos(MqttQos.AT_LEAST_ONCE).send());
    owner.thread.start();
    return owner;
  }

  private static <T> void within(CompletableFuture<T> answer) {
    answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  /** Has one more to see to. */
  public synchronized void command(String topicName, MqttQos qos) {
    commands.put(topicName, new Command(qos));
  }

  /** For how long it has neither sent nor heard anything. */
  public Duration silence() {
    return Duration.ofNanos(System.nanoTime() - lastWordNanos);
  }

  /** Sends again what was not delivered at QoS 2. */
  public synchronized void repeatExactlyOnce() {
    outstanding().stream()
        .map(commands::get)
        .filter(command -> command.qos == MqttQos.EXACTLY_ONCE)
        .forEach(command -> command.isAgain = true);
  }

  /** Whether it was sent more than once. */
  public synchronized boolean isRepeated(String topicName) {
    return commands.get(topicName).times > 1;
  }

  /** Topic names of those that were reported as delivered. */
  public Set<String> delivered() {
    return Set.copyOf(delivered);
  }

  /** Topic names of those that were not reported. */
  public synchronized List<String> outstanding() {
    return commands.keySet().stream().filter(name -> !delivered.contains(name)).toList();
  }

  private void run() {
    while (!stopped) {
      due().forEach(this::send);
      LockSupport.parkNanos(STEP.toNanos());
    }
  }

  private synchronized Map<String, MqttQos> due() {
    var due = new LinkedHashMap<String, MqttQos>();
    var now = System.nanoTime();
    for (var name : outstanding()) {
      var command = commands.get(name);
      if (command.times == 0 || isDueAgain(command, now)) {
        command.isAgain = false;
        command.times++;
        command.sentAtNanos = now;
        due.put(name, command.qos);
      }
    }
    return due;
  }

  private boolean isDueAgain(Command command, long now) {
    return command.qos == MqttQos.EXACTLY_ONCE
        ? command.isAgain
        : now - command.sentAtNanos > repeatAfter.toNanos();
  }

  private void send(String topicName, MqttQos qos) {
    lastWordNanos = System.nanoTime();
    within(client.publishWith().topic(topicName).qos(qos).payload(PAYLOAD).send());
  }

  private void hear(Mqtt5Publish report) {
    lastWordNanos = System.nanoTime();
    try {
      var event = JSON.readTree(report.getPayloadAsBytes());
      delivered.add(event.path("data").path("topic").asText());
    } catch (IOException notJson) {
      throw new UncheckedIOException(notJson);
    }
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join(Duration.ofSeconds(PATIENCE_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client
        .disconnect()
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .exceptionally(gone -> null)
        .join();
  }
}
