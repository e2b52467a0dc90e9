package io.muster.ingest.endpoint;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.ingest.access.DeviceAccess;
import io.muster.ingest.endpoint.down.ConnectionIndex;
import io.muster.ingest.endpoint.down.DownSupport;
import io.muster.ingest.endpoint.limits.AdmissionLine;
import io.muster.ingest.endpoint.limits.ByteBudget;
import io.muster.ingest.endpoint.limits.Knocking;
import io.muster.ingest.endpoint.limits.PausedConnections;
import io.muster.ingest.endpoint.limits.Quotas;
import io.muster.ingest.endpoint.limits.Seats;
import io.muster.ingest.endpoint.observe.ConnectedClients;
import io.muster.ingest.endpoint.observe.EndpointMetrics;
import io.muster.ingest.endpoint.observe.FullnessGauges;
import io.muster.ingest.endpoint.observe.PublishTracing;
import io.muster.ingest.endpoint.observe.RefusalLog;
import io.muster.ingest.endpoint.observe.SessionEvents;
import io.muster.ingest.endpoint.packetlog.PacketLogs;
import io.muster.ingest.endpoint.packets.PacketLimits;
import io.muster.ingest.endpoint.provisioning.Newcomers;
import io.muster.ingest.endpoint.provisioning.ProvisioningMetrics;
import io.muster.ingest.endpoint.provisioning.ProvisioningSupport;
import io.muster.ingest.endpoint.proxy.ProxyDoor;
import io.muster.ingest.endpoint.up.UpSupport;
import io.muster.ingest.heard.HeardDevices;
import io.muster.ingest.sessions.Sessions;
import io.muster.rest.bans.Bans;
import io.muster.rest.bans.QuietLog;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** What all connections of the endpoint share; built once. Thread-safe. */
final class Shared {
  private static final int QUIET_LINES = 50;

  /** What strangers may hold, beside the budget: that part of it. */
  private static final int KNOCKING_SHARE = 8;

  /** Of so many devices that have gone, for each that may be connected, the use is remembered. */
  private static final int IDLE_DEVICES = 2;

  /** Devices behind gateways of which it is remembered when they were heard of. */
  private static final int MOST_BEHIND_GATEWAYS = 200_000;

  final EndpointConfig config;
  final DeviceAccess access;
  final Sessions sessions;
  final Clock clock;
  final ConnectionIndex index = new ConnectionIndex();
  final HeardDevices heard = new HeardDevices(MOST_BEHIND_GATEWAYS);
  final ByteBudget budget;
  final EndpointMetrics metrics;
  final ConnectedClients clients;
  final SessionEvents events;
  final UpSupport up;
  final DownSupport down;
  final ProvisioningSupport provisioning;
  final PacketLimits packetLimits;
  final PausedConnections paused = new PausedConnections();
  final Seats connected;
  final Knocking knocking;
  final AdmissionLine line;
  final AdmissionLine handshakes;
  final Quotas quotas;
  final Bans bans;
  final Doorkeeper doorkeeper;
  final RefusalLog refusals =
      new RefusalLog(new QuietLog(QUIET_LINES, TimeUnit.SECONDS.toNanos(10), System.nanoTime()));
  final ProxyDoor proxies;
  final PacketLogs packetLogs;
  final AtomicLong connectionIds = new AtomicLong();
  final AtomicBoolean draining = new AtomicBoolean();

  Shared(EndpointConfig config, EndpointPorts ports) {
    this.config = config;
    access = ports.access();
    sessions = ports.sessions();
    clock = ports.clock();
    budget = new ByteBudget(config.up().memoryBytes().orElse(Runtime.getRuntime().maxMemory() / 4));
    metrics = new EndpointMetrics(ports.meters());
    packetLogs = new PacketLogs(ports.replica().name(), clock);
    events = new SessionEvents(ports.intake(), ports.replica(), clock);
    var tracing = new PublishTracing(ports.tracer(), config.traceRatio());
    up =
        new UpSupport(
            ports.intake(), sessions, budget, metrics, tracing, clock, config.up(), heard);
    down =
        new DownSupport(
            ports.intake(), access, sessions, index, budget, metrics, clock, config.down());
    provisioning =
        new ProvisioningSupport(
            ports.provisioning(),
            new Newcomers(config.provisioning(), ports.meters()),
            budget,
            metrics,
            new ProvisioningMetrics(ports.meters()),
            config.provisioning());
    packetLimits = packetLimits(config.packets());
    connected = new Seats(config.connections().most());
    knocking = knocking(config, budget);
    line = line(config.connections());
    handshakes = handshakes(config);
    proxies = new ProxyDoor(config.proxyProtocol(), knocking, metrics, refusals);
    quotas = quotas(config, ports.meters());
    bans = new Bans(config.bans(), "muster.endpoint", ports.meters(), System.nanoTime());
    doorkeeper = new Doorkeeper(bans, refusals);
    metrics.watch(line, handshakes);
    metrics.watch(connected, knocking, paused, budget);
    clients = new ConnectedClients(ports.meters());
    new FullnessGauges(ports.meters()).watch(paused, knocking, budget);
  }

  private static AdmissionLine line(EndpointConfig.Connections config) {
    return new AdmissionLine(
        new AdmissionLine.Limits(
            config.mostAdmitting(), config.mostWaiting(), config.perSecond(), config.patience()),
        System::nanoTime);
  }

  /** As many as have a place, and can be done before the time for CONNECT is over. */
  private static AdmissionLine handshakes(EndpointConfig config) {
    return new AdmissionLine(
        new AdmissionLine.Limits(
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            config.tls().handshakesPerSecond(),
            config.connections().connectTimeout()),
        System::nanoTime);
  }

  private static Knocking knocking(EndpointConfig config, ByteBudget budget) {
    var connections = config.connections();
    var leastBytes = 2L * config.packets().maxConnectBytes();
    var bytes =
        connections
            .knockingBytes()
            .orElse(Math.max(leastBytes, budget.maxBytes() / KNOCKING_SHARE));
    return new Knocking(
        new Seats(connections.mostKnocking()),
        connections.mostKnockingPerAddress(),
        new ByteBudget(bytes));
  }

  private Quotas quotas(EndpointConfig settings, MeterRegistry meters) {
    var mostIdle = IDLE_DEVICES * settings.connections().most();
    return new Quotas(settings.limits(), budget.maxBytes(), mostIdle, meters, System.nanoTime());
  }

  private static PacketLimits packetLimits(EndpointConfig.Packets packets) {
    return new PacketLimits(
        packets.maxBytes(),
        packets.maxConnectBytes(),
        packets.maxControlBytes(),
        packets.maxTopicBytes(),
        packets.maxUserProperties(),
        packets.maxFilters());
  }
}
