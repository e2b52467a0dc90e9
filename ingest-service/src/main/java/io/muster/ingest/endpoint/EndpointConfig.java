package io.muster.ingest.endpoint;

import io.muster.rest.bans.BansConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.hibernate.validator.constraints.time.DurationMin;

/** Where devices connect, and how much each of them and all together may ask for. */
@ConfigMapping(prefix = "muster.endpoint")
public interface EndpointConfig {

  /** The address to listen on. */
  @WithDefault("0.0.0.0")
  String host();

  /** The port for MQTT without TLS; 0 draws one, -1 switches it off. */
  @WithDefault("1883")
  @Min(-1) @Max(65_535) int port();

  /** MQTT over TLS. */
  Tls tls();

  /** MQTT over WebSocket. */
  WebSocket websocket();

  /**
   * Connections that the kernel may hold before they are taken; it has a limit of its own ({@code
   * net.core.somaxconn}).
   */
  @WithDefault("4096")
  @Min(1) @Max(65_535) int acceptBacklog();

  /** Threads that read and write sockets; 0 for as many as there are processors. */
  @WithDefault("0")
  @Min(0) @Max(256) int threads();

  /** Load balancers in front of it. */
  ProxyProtocolConfig proxyProtocol();

  /** Which sockets: {@code auto} for Linux' epoll where it is, {@code nio} for Java's own. */
  @WithDefault("auto")
  Sockets transport();

  /** How many connections, and how fast they may come. */
  Connections connections();

  /** How large packets may be. */
  Packets packets();

  /** What devices send. */
  Up up();

  /** What devices are sent. */
  Down down();

  /** What devices, tenants and all together may use. */
  LimitsConfig limits();

  /** Those who try to get in again and again. */
  BansConfig bans();

  /** Those who are nobody yet. */
  ProvisioningConfig provisioning();

  /** Gateways that speak for devices behind them. */
  Mandates mandates();

  /** Which part of the publishes gets a span of its own; the device has no say in it. */
  @WithDefault("0.01")
  @DecimalMin("0.0") @DecimalMax("1.0") double traceRatio();

  /**
   * How long a shutdown may take until all connections have ended; whose messages are not stored by
   * then goes without their answers.
   */
  @WithDefault("10s")
  Duration drainTimeout();

  /**
   * Over which time connections end at a shutdown, so that they do not come to another replica all
   * at once; within {@link #drainTimeout()}. Less when {@link Connections#perSecond()} does not
   * need as long for them.
   */
  @WithDefault("5s")
  Duration drainSpread();

  /** How long nothing may be left to do before the threads of connections end. */
  @WithDefault("100ms")
  Duration drainQuiet();

  /** Which sockets the endpoint uses. */
  enum Sockets {
    AUTO,
    NIO
  }

  /** MQTT over TLS 1.2 and 1.3; off without a certificate. */
  interface Tls {
    /** The port for MQTT over TLS; 0 draws one, -1 switches it off. */
    @WithDefault("8883")
    @Min(-1) @Max(65_535) int port();

    /** PEM file with the server's certificate and those that vouch for it, in this order. */
    Optional<Path> certificate();

    /** PEM file with the certificate's private key (PKCS 8). */
    Optional<Path> key();

    /** Whether a device may show a certificate of its own, in place of user name and password. */
    @WithDefault("optional")
    ClientCertificates clientAuth();

    /** How often the files are looked at; new connections get what is new in them. */
    @WithDefault("10s")
    @DurationMin(millis = 100)
    Duration reloadInterval();

    /** How long a handshake may take. */
    @WithDefault("10s")
    Duration handshakeTimeout();

    /** Handshakes that begin in a second; the other sockets are not read before their turn. */
    @WithDefault("500")
    @Min(1) @Max(1_000_000) int handshakesPerSecond();

    /** What is asked of clients in the handshake. */
    enum ClientCertificates {
      NONE,
      OPTIONAL
    }
  }

  /** MQTT over WebSocket (MQTT 5 §6), without TLS and with the certificate of {@link #tls()}. */
  interface WebSocket {
    /** The port for ws; 0 draws one, -1 switches it off. */
    @WithDefault("8000")
    @Min(-1) @Max(65_535) int port();

    /** The port for wss; 0 draws one, -1 switches it off. */
    @WithDefault("-1")
    @Min(-1) @Max(65_535) int tlsPort();

    /** The path at which it is served. */
    @WithDefault("/mqtt")
    String path();
  }

  /** How many connections, and how fast they may come. */
  interface Connections {
    /** Devices that may be connected; the next is refused with 0x97. */
    @WithDefault("20000")
    @Min(1) int most();

    /**
     * Connections that may be without an accepted CONNECT at a time; the next is closed at once.
     */
    @WithDefault("2000")
    @Min(1) int mostKnocking();

    /**
     * How many of these may come from one IPv4 address or one /64 of IPv6, so that one address does
     * not keep all others out. Where devices come through a load balancer or a NAT that shows only
     * its own address: as many as {@link #mostKnocking()}.
     */
    @WithDefault("1000")
    @Min(1) int mostKnockingPerAddress();

    /**
     * Bytes of their CONNECTs, gathering or being answered; without it an eighth of {@link
     * Up#memoryBytes()}, beside those. A CONNECT that finds no room is refused with 0x88.
     */
    OptionalLong knockingBytes();

    /** Connections of one device, each with a client identifier of its own; the next gets 0x97. */
    @WithDefault("16")
    @Min(1) int mostPerDevice();

    /** CONNECTs that are looked at in a second; those beyond wait in a line. */
    @WithDefault("2000")
    @Min(1) @Max(1_000_000) int perSecond();

    /** CONNECTs that are looked at and have no answer yet; those beyond wait in the same line. */
    @WithDefault("256")
    @Min(1) int mostAdmitting();

    /** CONNECTs that may wait in the line; the next is refused with 0x89. */
    @WithDefault("1500")
    @Min(1) int mostWaiting();

    /** How long a CONNECT may wait for its turn before it is refused with 0x89. */
    @WithDefault("5s")
    Duration patience();

    /** How long a client may take to send its CONNECT. */
    @WithDefault("10s")
    Duration connectTimeout();

    /** How long the registry and the database may take to answer a CONNECT. */
    @WithDefault("10s")
    Duration admissionTimeout();

    /** The longest keep-alive; an MQTT 5 client that wants none, or a longer one, is told this. */
    @WithDefault("20m")
    Duration maxKeepAlive();

    /** The longest that a session outlives its connection, also at MQTT 3.1.1. */
    @WithDefault("7d")
    Duration maxSessionExpiry();

    /** How long a client may leave what is sent to it unread. */
    @WithDefault("60s")
    Duration writeStall();

    /** How long the rest of a packet may take whose beginning has come. */
    @WithDefault("60s")
    Duration packetPatience();
  }

  /** How large packets may be; what is larger closes the connection with 0x95. */
  interface Packets {
    /** A PUBLISH with its header. A payload above its device's limit is only dead-lettered. */
    @WithDefault("1048576")
    @Min(1_024) @Max(16_777_216) int maxBytes();

    /** A CONNECT with its will and password. */
    @WithDefault("98304")
    @Min(1_024) @Max(262_144) int maxConnectBytes();

    /** Any other packet. */
    @WithDefault("65536")
    @Min(1_024) @Max(1_048_576) int maxControlBytes();

    /** A topic name. */
    @WithDefault("1024")
    @Min(64) @Max(65_535) int maxTopicBytes();

    /** User properties in a packet. */
    @WithDefault("64")
    @Min(1) @Max(1_024) int maxUserProperties();

    /** Filters in a SUBSCRIBE or UNSUBSCRIBE. */
    @WithDefault("64")
    @Min(1) @Max(1_024) int maxFilters();
  }

  /** What devices send. */
  interface Up {
    /**
     * Messages of a connection that may wait for the store: its Receive Maximum at MQTT 5; at MQTT
     * 3.1.1 the connection is not read while there are as many.
     */
    @WithDefault("1024")
    @Min(1) @Max(65_535) int window();

    /** Bytes of a connection that may wait for the store before it is not read. */
    @WithDefault("1048576")
    @Min(65_536) int windowBytes();

    /** Bytes of all connections that may be held; without it a quarter of the largest heap. */
    OptionalLong memoryBytes();

    /** Topic aliases that an MQTT 5 client may set. */
    @WithDefault("16")
    @Min(0) @Max(1_024) int topicAliases();

    /**
     * What the topic names of a connection's aliases may take, 64 bytes for each and their
     * characters; a client that sets more is disconnected with 0x97. They are held as long as the
     * connection is, so all connections together must not fill {@link #memoryBytes} with them. It
     * is room for sixteen of the longest that a device may use.
     */
    @WithDefault("4608")
    @Min(256) @Max(1_048_576) int topicAliasBytes();
  }

  /** Gateways that speak for devices behind them. */
  interface Mandates {
    /**
     * How long a gateway is not read while nobody can tell whether it may speak for a device; then
     * its connection ends, and it sends again what was not acknowledged.
     */
    @WithDefault("30s")
    Duration patience();

    /** The pause before the registry is asked again; it doubles from there. */
    @WithDefault("200ms")
    Duration minBackoff();

    /** What that pause grows to. */
    @WithDefault("5s")
    Duration maxBackoff();

    /**
     * Devices of which a connection remembers that it may speak for them, for as long as the
     * registry is away.
     */
    @WithDefault("10000")
    @Min(0) @Max(1_000_000) int most();
  }

  /** What devices are sent. */
  interface Down {
    /** Messages that may wait for a connection; the next is dropped and comes again. */
    @WithDefault("64")
    @Min(1) @Max(10_000) int queue();

    /** Messages that a connection may be sent before it acknowledges the first. */
    @WithDefault("16")
    @Min(1) @Max(1_024) int window();

    /**
     * Bytes of QoS 2 messages of a session that is kept that may be on their way; one larger than
     * that goes alone.
     */
    @WithDefault("1048576")
    @Min(1) int exactlyOnceBytes();

    /** Filters that a connection may be subscribed to. */
    @WithDefault("100")
    @Min(1) @Max(10_000) int maxSubscriptions();
  }
}
