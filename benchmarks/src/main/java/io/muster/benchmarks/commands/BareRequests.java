package io.muster.benchmarks.commands;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.load.DeviceLogin;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.Stored;
import io.muster.benchmarks.stack.BenchmarkStack;
import io.muster.benchmarks.stack.CommandProcess;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The floor: a client of the broker publishes requests to devices and hears their responses, over
 * the same broker and the same endpoint; nothing is kept, checked or repeated. command-service
 * stands still meanwhile.
 */
final class BareRequests implements Contender, AutoCloseable {
  private static final String SERVICE = "command";
  private static final String RESPONSES = "command/+/+/res/+/+";
  private static final int ID = 4;
  private static final long PATIENCE_SECONDS = 30;

  private final String name;
  private final double perSecond;
  private final List<DeviceLogin> devices;
  private final CommandProcess service;
  private final Supplier<List<ObservedProcess>> processes;
  private final Map<String, CompletableFuture<Boolean>> open = new ConcurrentHashMap<>();
  private final Mqtt5AsyncClient client;

  BareRequests(
      String name,
      double perSecond,
      List<DeviceLogin> devices,
      BenchmarkStack stack,
      Supplier<List<ObservedProcess>> processes) {
    this.name = name;
    this.perSecond = perSecond;
    this.devices = devices;
    this.service = stack.command();
    this.processes = processes;
    var broker = URI.create(stack.brokerUrl());
    this.client =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost(broker.getHost())
            .serverPort(broker.getPort())
            .identifier("service:%s:%d".formatted(SERVICE, 900 + (int) perSecond))
            .simpleAuth()
            .username("service:" + SERVICE)
            .password(stack.serviceToken(SERVICE).getBytes(StandardCharsets.UTF_8))
            .applySimpleAuth()
            .buildAsync();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean storesRows() {
    return false;
  }

  @Override
  public List<ObservedProcess> processes() {
    return processes.get();
  }

  @Override
  public void prepare() {
    service.freeze();
    // Each time: with the session, which ends with the connection, the client ends who listens.
    client.publishes(MqttGlobalPublishFilter.ALL, this::answered);
    client
        .connect()
        .thenCompose(
            connAck ->
                client.subscribeWith().topicFilter(RESPONSES).qos(MqttQos.AT_LEAST_ONCE).send())
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .join();
  }

  @Override
  public void rest() {
    client.disconnect().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    service.thaw();
  }

  /** Climbs for half of the time. */
  @Override
  public void warmUp(Duration duration) throws InterruptedException {
    new PacedRequests(perSecond, Duration.ofSeconds(PATIENCE_SECONDS))
        .climb(duration.dividedBy(2), this::ask);
    run(duration.dividedBy(2));
  }

  @Override
  public Stored run(Duration duration) throws InterruptedException {
    return new PacedRequests(perSecond, Duration.ofSeconds(PATIENCE_SECONDS))
        .run(duration, this::ask);
  }

  private CompletableFuture<Boolean> ask(long n) {
    var id = UUID.randomUUID().toString();
    var answer = new CompletableFuture<Boolean>();
    open.put(id, answer);
    client
        .publishWith()
        .topic(
            "command/%s/req/%s/%s"
                .formatted(
                    devices.get((int) (n % devices.size())).device(), id, CommandRequests.NAME))
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload(CommandRequests.PAYLOAD.getBytes(StandardCharsets.UTF_8))
        .send()
        .whenComplete(
            (sent, failure) -> {
              if (failure != null) {
                answer.completeExceptionally(failure);
              }
            });
    return answer;
  }

  private void answered(Mqtt5Publish response) {
    var asked = open.remove(response.getTopic().getLevels().get(ID));
    if (asked != null) {
      asked.complete(true);
    }
  }

  @Override
  public void close() {
    if (client.getState().isConnected()) {
      client.disconnect().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }
  }
}
