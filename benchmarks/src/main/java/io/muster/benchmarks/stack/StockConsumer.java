package io.muster.benchmarks.stack;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ObservedProcess.Family;
import io.muster.benchmarks.load.DeviceLogin;
import io.muster.benchmarks.load.Fleet;
import io.muster.benchmarks.load.Target;
import io.muster.contract.id.DeviceAddress;
import io.muster.localstack.FreePort;
import io.muster.localstack.process.ChildProcess;
import io.muster.localstack.process.Launch;
import io.muster.localstack.process.Readiness;
import io.netty.handler.codec.mqtt.MqttVersion;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The peer: a small Quarkus application that consumes the same topics through the stock connector
 * {@code quarkus-messaging-mqtt} and writes with ingest-service's statement. Not thread-safe.
 */
public final class StockConsumer implements BrokerConsumer {
  private static final String MODULE = "benchmarks/stock-connector";
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** Its client identifier is this device's, so that a load generator's connection can end it. */
  private static final DeviceLogin CLIENT =
      new DeviceLogin(DeviceAddress.of("stock", "consumer"), "open to everybody");

  private final BenchmarkStack stack;
  private final OpenBroker broker;
  private final Launch launch;
  private final int httpPort = FreePort.any();
  private ChildProcess process;

  /**
   * @param bufferSize of the connector
   * @param lanes transactions at a time
   * @param batchRows most rows in one
   */
  public StockConsumer(
      BenchmarkStack stack,
      OpenBroker broker,
      int bufferSize,
      int lanes,
      int batchRows,
      List<String> jvm) {
    var database = stack.ingestDatabase();
    var environment =
        Map.of(
            "MUSTER_DATABASE_URL", database.url(),
            "MUSTER_DATABASE_USER", database.user(),
            "MUSTER_DATABASE_PASSWORD", database.password(),
            "MUSTER_LANES", Integer.toString(lanes),
            "MUSTER_BATCH_ROWS", Integer.toString(batchRows),
            "BROKER_PORT", Integer.toString(broker.port()),
            "BUFFER_SIZE", Integer.toString(bufferSize));
    this.stack = stack;
    this.broker = broker;
    this.launch = stack.launch(MODULE, httpPort, environment, jvm);
  }

  @Override
  public OpenBroker broker() {
    return broker;
  }

  /** A new process each time: a channel that met an overflow never goes on. */
  @Override
  public void begin() {
    restart();
  }

  /** Its session at the broker ends as well, with what waits in it. */
  @Override
  public void end() {
    process.close();
    var target =
        new Target("127.0.0.1", broker.port(), null, MqttVersion.MQTT_5, 1, CONNECT_TIMEOUT);
    Fleet.connect(target, List.of(CLIENT), 1, 1).close();
  }

  @Override
  public void kill() {
    process.kill();
  }

  /** Returns when it has subscribed, of which its liveness tells. */
  @Override
  public void restart() {
    var health = URI.create("http://127.0.0.1:" + httpPort + "/q/health");
    process = stack.started(launch, Readiness.http(health));
  }

  @Override
  public List<ObservedProcess> processes() {
    var peer = new ObservedProcess("peer", process.pid(), Family.ALONE);
    return List.of(peer, stack.databaseProcess());
  }
}
