package io.muster.ingest.endpoint.session;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.packets.Packet;
import java.time.Instant;

/** What is said over an accepted connection. On its event loop. */
public interface Dialogue {

  /** Another packet came. */
  void handle(Packet packet);

  /** Over WebSocket came a ping, or a pong to nothing; it counts like a packet. */
  void controlFrame();

  /** All that one read brought has been handled. */
  void readComplete();

  /** The socket takes bytes again. */
  void writable();

  /** Whether all that was read has its answer. */
  boolean isAnswered();

  /** The connection ends: settles what remains of it. Once. */
  void end(EndReason reason);

  /** Who is connected; null for a client that is being provisioned. */
  DeviceAddress device();

  boolean isMqtt5();

  /** The largest packet that the client takes. */
  long maximumPacketBytes();

  /** When it must end, or null. */
  Instant validUntil();

  /** After which the client has gone when nothing came (MQTT 5 §3.1.2.10); 0 for never. */
  long keepAliveNanos();
}
