package io.muster.broker;

import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import io.muster.broker.accounts.ServiceAccountsExtension;
import io.muster.broker.operations.BrokerMetrics;
import io.muster.broker.operations.OperationsServer;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;

/**
 * HiveMQ CE with Muster's settings. One in a process, since HiveMQ keeps some settings in static
 * fields. Start it once; closing is final.
 */
final class Broker implements AutoCloseable {
  private final BrokerSettings settings;
  private final BrokerMetrics metrics = new BrokerMetrics();
  private final ExtensionMain gate;
  private final Map<String, BooleanSupplier> checks = new LinkedHashMap<>();
  private EmbeddedHiveMQ hivemq;
  private OperationsServer operations;
  private HiveMqFiles files;
  private volatile boolean ready;

  Broker(BrokerSettings settings) {
    this.settings = settings;
    var accounts = new ServiceAccountsExtension(settings.tokens(), metrics, Clock.systemUTC());
    this.gate = accounts;
    checks.put("MQTT listener", () -> ready);
    checks.put("keys of the service issuer", accounts::knowsIssuer);
  }

  /** With another decision about who may connect; for tests. */
  Broker(BrokerSettings settings, ExtensionMain gate) {
    this.settings = settings;
    this.gate = gate;
  }

  /**
   * Starts; returns when clients can connect.
   *
   * @return the port
   * @throws WrongSettingException when a setting proves unusable
   * @throws BrokerStartException when the port is taken, the store locked or damaged
   */
  synchronized int start() {
    MendedSessionStore.define();
    files = HiveMqFiles.write(settings);
    hivemq =
        EmbeddedHiveMQ.builder()
            .withConfigurationFolder(files.conf())
            .withDataFolder(files.data())
            .withExtensionsFolder(files.extensions())
            .withEmbeddedExtension(extension())
            .withoutLoggingBootstrap()
            .build();
    mendDefaults();
    metrics.include(hivemq.getMetricRegistry());
    files.keyStore().ifPresent(store -> metrics.certificateServed(store::certificateEnds));
    startOperations();
    startHiveMq();
    files.keyStore().ifPresent(ServerKeyStore::follow);
    ready = true;
    return listeningPort();
  }

  private EmbeddedExtension extension() {
    return EmbeddedExtension.builder()
        .withId("muster-service-accounts")
        .withName("Muster service accounts")
        .withVersion("1")
        .withExtensionMain(new BeforeListeners(gate))
        .build();
  }

  /** Extensions are started when the stores were read, and before the listeners open. */
  private record BeforeListeners(ExtensionMain gate) implements ExtensionMain {
    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
      MendedSessionStore.raiseMessageIds(Instant.now());
      gate.extensionStart(input, output);
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {
      gate.extensionStop(input, output);
    }
  }

  /** What HiveMQ's embedded builder has just set, or sets too low; after build, before start. */
  private void mendDefaults() {
    // The embedded builder lets clients in that nobody decided about.
    InternalConfigurations.AUTH_DENY_UNAUTHENTICATED_CONNECTIONS.set(true);
    // At most 50 would be in flight to a client, whatever Receive Maximum it asks for.
    InternalConfigurations.MAX_INFLIGHT_WINDOW_SIZE_MESSAGES = settings.limits().messagesInFlight();
    // The metrics are served over HTTP; nobody asked for JMX.
    InternalConfigurations.JMX_REPORTER_ENABLED.set(false);
  }

  private void startOperations() {
    if (settings.operations().isEmpty()) {
      return;
    }
    var address = settings.operations().get();
    try {
      operations = new OperationsServer(address.host(), address.port(), metrics, checks);
    } catch (IOException taken) {
      throw new BrokerStartException(
          "cannot listen for HTTP at %s:%d: %s"
              .formatted(address.host(), address.port(), taken.getMessage()),
          taken);
    }
  }

  private void startHiveMq() {
    try {
      hivemq.start().get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new BrokerStartException("interrupted while starting", interrupted);
    } catch (ExecutionException failed) {
      throw new BrokerStartException(
          "cannot start at %s:%d with the data in %s: %s"
              .formatted(settings.host(), settings.port(), settings.data(), reason(failed)),
          failed);
    }
  }

  private static String reason(Throwable failed) {
    var deepest = failed;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
  }

  private static int listeningPort() {
    return Services.adminService().getServerInformation().getListener().iterator().next().getPort();
  }

  @Override
  public synchronized void close() {
    ready = false;
    if (files != null) {
      files.keyStore().ifPresent(ServerKeyStore::close);
    }
    if (operations != null) {
      operations.close();
    }
    if (hivemq == null) {
      return;
    }
    try {
      hivemq.close();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException failed) {
      throw new IllegalStateException("the broker did not stop cleanly", failed);
    }
  }
}
