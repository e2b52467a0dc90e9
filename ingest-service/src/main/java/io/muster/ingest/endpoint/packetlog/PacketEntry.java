package io.muster.ingest.endpoint.packetlog;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * One line of a device's packet log. Never a password, nor a value of a user property; a payload
 * only when it was asked for.
 *
 * @param time when the packet was read or written
 * @param replica that held the connection
 * @param connection a name for the connection, from its CONNECT to its end
 * @param connectionId as in the events of sessions; null until it was accepted
 * @param address of the client
 * @param direction {@code in} from the device, {@code out} to it, {@code event} for what became of
 *     the connection
 * @param packet its type, as {@code PUBLISH}; of an event {@code watched}, {@code accepted}, {@code
 *     refused}, {@code ended} or {@code closed}
 * @param fields what the packet says: numbers, booleans, texts and lists of texts
 * @param leftOut how many entries of the device were left out before this one; null for none
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "PacketLogEntry")
public record PacketEntry(
    Instant time,
    String replica,
    String connection,
    Long connectionId,
    String address,
    String direction,
    String packet,
    Map<String, Object> fields,
    Long leftOut) {

  /** The same, without its fields: they were too many to be told. */
  public PacketEntry cut() {
    return new PacketEntry(
        time,
        replica,
        connection,
        connectionId,
        address,
        direction,
        packet,
        Map.of("cut", true),
        leftOut);
  }
}
