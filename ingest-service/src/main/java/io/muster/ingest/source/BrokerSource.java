package io.muster.ingest.source;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.access.KnownDevices;
import io.muster.ingest.heard.HeardDevices;
import io.muster.ingest.intake.Intake;
import io.muster.mqtt.MusterMqttConnector;
import io.muster.rest.access.GoneTenants;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.connector.InboundConnector;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;
import org.jboss.logging.Logger;

/**
 * With {@code muster.ingest.source=broker}, consumes telemetry and events from a broker of others.
 * The channel is opened here and not by an annotation, since an annotated one exists in every
 * installation, also in those that do not want it.
 */
@ApplicationScoped
class BrokerSource {
  static final String CHANNEL = "device-broker";

  private static final Logger LOG = Logger.getLogger(BrokerSource.class);
  private static final int ABOVE_DEFAULTS = 500;

  private final SourceConfig config;
  private final Instance<InboundConnector> connector;
  private final Instance<Intake> intake;
  private final Instance<KnownDevices> devices;
  private final GoneTenants gone;
  private final Clock clock;
  private final MeterRegistry meters;
  private final HeardDevices heard;

  BrokerSource(
      SourceConfig config,
      @Connector(MusterMqttConnector.NAME) Instance<InboundConnector> connector,
      Instance<Intake> intake,
      Instance<KnownDevices> devices,
      GoneTenants gone,
      Clock clock,
      MeterRegistry meters,
      HeardDevices heard) {
    this.config = config;
    this.connector = connector;
    this.intake = intake;
    this.devices = devices;
    this.gone = gone;
    this.clock = clock;
    this.meters = meters;
    this.heard = heard;
  }

  void start(@Observes StartupEvent started) {
    switch (config.source()) {
      case ENDPOINT -> LOG.debug("Telemetry comes from the endpoint alone");
      case BROKER -> consume();
    }
  }

  private void consume() {
    LOG.infof("Telemetry and events come from the broker at %s too", config.broker().url());
    var pipeline =
        new BrokerPipeline(
            new HearingIntake(intake.get(), heard),
            existence(),
            gone,
            DeviceAddress.fromUserName(config.broker().strays()),
            clock,
            meters);
    @SuppressWarnings("unchecked")
    var messages =
        (Multi<Message<?>>) Multi.createFrom().publisher(connector.get().getPublisher(channel()));
    pipeline
        .take(messages)
        .subscribe()
        .with(
            none -> {},
            failed -> LOG.error("Nothing more comes from the broker until a restart", failed));
  }

  private Function<DeviceAddress, Uni<Boolean>> existence() {
    if (config.broker().trustDevices()) {
      return any -> Uni.createFrom().item(true);
    }
    return new KnownOrBelieved(devices.get(), config.broker().recheckAfter(), System::nanoTime)
        ::test;
  }

  private Config channel() {
    return new SmallRyeConfigBuilder()
        .withSources(
            new PropertiesConfigSource(attributes(config.broker()), CHANNEL, ABOVE_DEFAULTS))
        .build();
  }

  static Map<String, String> attributes(SourceConfig.Broker broker) {
    Map<String, String> attributes = new HashMap<>();
    attributes.put("channel-name", CHANNEL);
    attributes.put("url", broker.url());
    if (!broker.attributes().containsKey("client-id")) {
      attributes.put("client-id-provider", SourceIdentity.PROVIDER);
    }
    attributes.put("topic", "telemetry/#,event/#");
    attributes.put("shared-group", broker.sharedGroup());
    attributes.put("qos", "2");
    attributes.put("receive-maximum", Integer.toString(broker.receiveMaximum()));
    // What becomes of a message is the intake's to say; what it could not be asked comes again.
    attributes.put("failure-strategy", "redeliver");
    attributes.put("session-expiry", broker.sessionExpiry().toSeconds() + "s");
    broker.username().ifPresent(name -> attributes.put("username", name));
    broker.passwordFile().ifPresent(file -> attributes.put("password-file", file));
    attributes.putAll(broker.attributes());
    return attributes;
  }
}
