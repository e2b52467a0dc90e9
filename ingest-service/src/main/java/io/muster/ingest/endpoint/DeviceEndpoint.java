package io.muster.ingest.endpoint;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.access.Withdrawal;
import io.muster.ingest.endpoint.down.Reachable;
import io.muster.ingest.endpoint.limits.Knocking;
import io.muster.ingest.endpoint.packetlog.PacketSink;
import io.muster.ingest.endpoint.packetlog.PacketSwitch;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.endpoint.tls.HandshakeTurn;
import io.muster.ingest.endpoint.tls.RenegotiationGuard;
import io.muster.ingest.endpoint.tls.ServerTls;
import io.muster.ingest.endpoint.websocket.MqttOverWebSocket;
import io.muster.ingest.heard.HeardDevice;
import io.muster.ingest.heard.HeardDevices;
import io.muster.ingest.relay.Downlink;
import io.muster.ingest.sessions.LostSession;
import io.muster.rest.bans.Network;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * The MQTT server to which devices connect (docs/architecture.md). Start it once, stop it once; the
 * rest is thread-safe.
 */
public final class DeviceEndpoint implements Downlink, MemoryPressure {
  private static final Logger LOG = Logger.getLogger(DeviceEndpoint.class);

  private final EndpointConfig config;
  private final Shared shared;
  private final MeterRegistry meters;
  private final List<Channel> listening = new ArrayList<>();
  private Optional<ServerTls> tls = Optional.empty();
  private Transport transport;
  private Map<EventExecutor, LoopShard> shards = Map.of();
  private int port = -1;
  private int tlsPort = -1;
  private int webSocketPort = -1;
  private int webSocketTlsPort = -1;

  public DeviceEndpoint(EndpointConfig config, EndpointPorts ports) {
    this.config = config;
    this.shared = new Shared(config, ports);
    this.meters = ports.meters();
    ports.access().onWithdrawal(this::withdraw);
    ports.sessions().onLost(this::lose);
    ports.sessions().compareWith(shared.index);
  }

  /**
   * Listens.
   *
   * @throws IllegalStateException when a port is taken or the TLS files are not what they should be
   */
  public void start() {
    tls = ServerTls.open(config, meters, shared.clock);
    transport = Transport.start(config.transport(), config.threads());
    var timer = transport.loops();
    shared.line.useTimer((task, nanos) -> timer.schedule(task, nanos, TimeUnit.NANOSECONDS));
    shared.handshakes.useTimer((task, nanos) -> timer.schedule(task, nanos, TimeUnit.NANOSECONDS));
    var made = new IdentityHashMap<EventExecutor, LoopShard>();
    for (var executor : transport.loops()) {
      var shard = new LoopShard((EventLoop) executor, shared);
      shard.start();
      made.put(executor, shard);
    }
    shards = made;
    port = listen("MQTT", config.port(), Optional.empty(), false);
    webSocketPort = listen("MQTT over ws", config.websocket().port(), Optional.empty(), true);
    if (tls.isPresent()) {
      tlsPort = listen("MQTT over TLS", config.tls().port(), tls, false);
      webSocketTlsPort = listen("MQTT over wss", config.websocket().tlsPort(), tls, true);
    }
  }

  /**
   * @return the port, or -1 when it is switched off
   */
  private int listen(String what, int onPort, Optional<ServerTls> tls, boolean webSocket) {
    if (onPort < 0) {
      return -1;
    }
    var greeter = greeter(tls, webSocket);
    var bound =
        transport.server(config.acceptBacklog()).childHandler(greeter).bind(config.host(), onPort);
    bound.awaitUninterruptibly();
    if (!bound.isSuccess()) {
      stop();
      throw new IllegalStateException(
          "cannot listen on %s:%d".formatted(config.host(), onPort), bound.cause());
    }
    listening.add(bound.channel());
    var taken = ((InetSocketAddress) bound.channel().localAddress()).getPort();
    LOG.infof("Devices connect to %s:%d (%s, %s)", config.host(), taken, what, transport.label());
    return taken;
  }

  private ChannelInitializer<Channel> greeter(Optional<ServerTls> tls, boolean webSocket) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        if (shared.proxies.isUsed()) {
          shared.proxies.meet(
              channel, (client, place) -> greet(channel, client, place, tls, webSocket));
          return;
        }
        var client = channel.remoteAddress();
        greet(channel, client, shared.knocking.take(client), tls, webSocket);
      }
    };
  }

  /**
   * @param client whose connection it is: the other end, or for whom that says it speaks
   * @param place null when there is none
   */
  private void greet(
      Channel channel,
      SocketAddress client,
      Knocking.Place place,
      Optional<ServerTls> tls,
      boolean webSocket) {
    if (place == null) {
      shared.metrics.refused("knocking");
      channel.close();
      return;
    }
    if (shared.bans.isBanned(Network.of(client), System.nanoTime())) {
      place.leave();
      shared.metrics.refused("banned-address");
      channel.close();
      return;
    }
    tls.ifPresent(
        it -> {
          var turn = new HandshakeTurn(shared.handshakes, () -> shared.metrics.refused("busy"));
          channel.pipeline().addLast(turn, new RenegotiationGuard(), it.handler(channel.alloc()));
        });
    var connection =
        new DeviceConnection(channel, client, shared, shards.get(channel.eventLoop()), place);
    if (webSocket) {
      MqttOverWebSocket.install(
          channel.pipeline(),
          config.websocket().path(),
          config.packets().maxBytes(),
          connection.room(),
          connection);
    }
    channel.pipeline().addLast(connection.decoder(), connection);
  }

  /** Where it listens for MQTT, or -1. */
  public int port() {
    return port;
  }

  /** Where it listens for MQTT over TLS, or -1. */
  public int tlsPort() {
    return tlsPort;
  }

  /** Where it listens for MQTT over WebSocket, or -1. */
  public int webSocketPort() {
    return webSocketPort;
  }

  /** Where it listens for MQTT over WebSocket and TLS, or -1. */
  public int webSocketTlsPort() {
    return webSocketTlsPort;
  }

  /** Whether it takes connections. */
  public boolean isListening() {
    return !listening.isEmpty() && !shared.draining.get();
  }

  /** Whether it was started and listens nowhere, as its settings want it. */
  public boolean isOff() {
    return transport != null && listening.isEmpty();
  }

  /** Whether it is too full for new connections. */
  public boolean isUnderPressure() {
    return shared.budget.refusesConnections();
  }

  @Override
  public boolean shedsReads() {
    return shared.budget.shedsReads();
  }

  @Override
  public void deliver(DownwardMessage message) {
    message
        .topic()
        .device()
        .ifPresent(device -> shared.index.audienceOf(device).forEach(it -> it.deliver(message)));
  }

  /**
   * Writes down the packets of these devices and of no others, also of those that connect later.
   *
   * @param entriesPerSecond of each device
   * @param sink gets the entries, on event loops; must not block
   */
  public void logPackets(Collection<PacketSwitch> wanted, int entriesPerSecond, PacketSink sink) {
    shared
        .packetLogs
        .apply(wanted, entriesPerSecond, sink)
        .forEach(device -> shared.index.of(device).forEach(Reachable::watchPackets));
  }

  /** Tells of each connection when its device was last heard of. On any thread. */
  public void eachConnected(Consumer<HeardDevice> visitor) {
    for (var connection : shared.index.all()) {
      var heard = connection.heard();
      if (heard != null) {
        visitor.accept(heard);
      }
    }
  }

  /** Devices that were heard of through gateways. */
  public HeardDevices heardThroughGateways() {
    return shared.heard;
  }

  private void withdraw(Withdrawal withdrawal) {
    switch (withdrawal) {
      case Withdrawal.OfDevice it -> withdraw(it.device());
      case Withdrawal.OfDeleted it -> {
        withdraw(it.device());
        shared.sessions.forget(it.device());
      }
      case Withdrawal.OfMandates it ->
          shared.index.gatewaysOf(it.device()).forEach(gateway -> gateway.reconsider(it.device()));
      case Withdrawal.OfTokenKey it ->
          shared
              .index
              .of(it.tenant())
              .forEach(c -> c.endIfShown(it.key(), "the key that signed the token is withdrawn"));
      case Withdrawal.OfTenant it ->
          shared.index.of(it.tenant()).forEach(DeviceEndpoint::endWithdrawn);
      case Withdrawal.OfDeletedTenant it ->
          shared.index.of(it.tenant()).forEach(DeviceEndpoint::endWithdrawn);
      case Withdrawal.OfLimits it -> {
        // Before the others: who is being admitted is among neither or both.
        shared.index.of(it.tenant()).forEach(connection -> connection.limits(it.limits()));
        shared.quotas.limit(it.tenant(), it.limits(), System.nanoTime());
      }
      case Withdrawal.OfEverybody everybody ->
          shared.index.everybody().forEach(DeviceEndpoint::endWithdrawn);
      case Withdrawal.OfCredential it ->
          shared
              .index
              .of(it.device())
              .forEach(c -> c.endIfShown(it.credential(), "the credential was revoked"));
    }
  }

  private void withdraw(DeviceAddress device) {
    shared.index.of(device).forEach(DeviceEndpoint::endWithdrawn);
    shared.index.gatewaysOf(device).forEach(gateway -> gateway.forget(device));
  }

  private static void endWithdrawn(Reachable connection) {
    connection.endFromOutside(EndReason.ACCESS_WITHDRAWN, "access was withdrawn");
  }

  private void lose(LostSession lost) {
    switch (lost) {
      case LostSession.TakenOver it -> {
        var connection = shared.index.byConnectionId(it.connectionId());
        if (connection != null) {
          connection.endFromOutside(
              EndReason.TAKEN_OVER, "a newer connection has this client identifier");
        }
      }
      case LostSession.All all ->
          shared
              .index
              .everybody()
              .forEach(c -> c.endFromOutside(EndReason.REPLICA_LOST, "connect again, please"));
    }
  }

  /**
   * Stops: no new connections, then one after the other ends, each when what was read of it is
   * answered, within the drain timeout.
   */
  public void stop() {
    if (transport == null || !shared.draining.compareAndSet(false, true)) {
      return;
    }
    tls.ifPresent(ServerTls::close);
    listening.forEach(channel -> channel.close().awaitUninterruptibly());
    shared.line.letAllIn();
    // A request that is not acknowledged comes again, at another replica.
    shared.provisioning.newcomers().endAll(EndReason.SHUTTING_DOWN, "the server is shutting down");
    new Drain(config, shared.index, shared.metrics).run();
    transport
        .loops()
        .shutdownGracefully(config.drainQuiet().toMillis(), 2_000, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly();
    transport = null;
  }
}
