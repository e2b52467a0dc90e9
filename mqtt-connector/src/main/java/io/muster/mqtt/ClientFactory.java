package io.muster.mqtt;

import com.hivemq.client.mqtt.MqttClientTransportConfig;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5RxClient;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5SimpleAuth;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectRestrictions;
import io.reactivex.Scheduler;
import io.reactivex.schedulers.Schedulers;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Makes the client object and the CONNECT of one connection. */
final class ClientFactory {
  private final LinkSettings settings;
  private final Loop loop;
  private final Scheduler scheduler;

  ClientFactory(LinkSettings settings, Loop loop) {
    this.settings = settings;
    this.loop = loop;
    // All that the client reports arrives on the channel's loop, without a thread in between.
    this.scheduler = Schedulers.from(loop::later);
  }

  /** A client ready to connect, and its CONNECT. */
  record Prepared(Connection connection, Mqtt5Connect connect) {}

  /**
   * Asks for everything that may have changed since the last connection; blocks.
   *
   * @param onDisconnected told the reason, on any thread, when the connection ends
   */
  Prepared prepare(boolean firstConnection, Consumer<Throwable> onDisconnected) throws Exception {
    var identifier = settings.identity().clientIdentifier(settings.channel());
    var connect = connect(firstConnection, settings.login().login(settings.channel()));
    return new Prepared(new Connection(client(identifier, onDisconnected), identifier), connect);
  }

  private Mqtt5RxClient client(String identifier, Consumer<Throwable> onDisconnected)
      throws Exception {
    return Mqtt5Client.builder()
        .identifier(identifier)
        .transportConfig(transport())
        .executorConfig()
        .applicationScheduler(scheduler)
        .applyExecutorConfig()
        .addDisconnectedListener(context -> onDisconnected.accept(context.getCause()))
        .buildRx();
  }

  private MqttClientTransportConfig transport() throws Exception {
    var timeout = settings.timing().connectTimeout();
    var transport =
        MqttClientTransportConfig.builder()
            .serverHost(settings.address().host())
            .serverPort(settings.address().port())
            .socketConnectTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
            .mqttConnectTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    if (settings.tls().isPresent()) {
      transport.sslConfig(settings.tls().get().read(loop.vertx(), timeout));
    }
    return transport.build();
  }

  private Mqtt5Connect connect(boolean firstConnection, MqttLogin login) {
    var session = settings.session();
    var connect =
        Mqtt5Connect.builder()
            .cleanStart(session.alwaysClean() || session.cleanStart() && firstConnection)
            .sessionExpiryInterval(seconds(session.expiry()))
            .keepAlive((int) settings.timing().keepAlive().toSeconds())
            .restrictions(restrictions(session));
    var auth = auth(login);
    if (auth != null) {
      connect.simpleAuth(auth);
    }
    settings.will().ifPresent(connect::willPublish);
    return connect.build();
  }

  private static Mqtt5ConnectRestrictions restrictions(LinkSettings.Session session) {
    var restrictions = Mqtt5ConnectRestrictions.builder().receiveMaximum(session.receiveMaximum());
    if (session.maxPacketBytes() > 0) {
      restrictions.maximumPacketSize(session.maxPacketBytes());
    }
    return restrictions.build();
  }

  private static Mqtt5SimpleAuth auth(MqttLogin login) {
    if (login.username() != null && login.password() != null) {
      return Mqtt5SimpleAuth.builder()
          .username(login.username())
          .password(login.password())
          .build();
    }
    if (login.username() != null) {
      return Mqtt5SimpleAuth.builder().username(login.username()).build();
    }
    return login.password() == null
        ? null
        : Mqtt5SimpleAuth.builder().password(login.password()).build();
  }

  /** MQTT's longest finite interval is one second less than its value for "never". */
  private static long seconds(Duration expiry) {
    return Math.min(expiry.toSeconds(), 0xFFFF_FFFEL);
  }
}
