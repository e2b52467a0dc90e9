package io.muster.ingest.packetlog;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.packetlog.PacketEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/** Writes entries into the service's log, with everything in them as fields. Thread-safe. */
final class PacketLines {
  private static final Logger LOG = Logger.getLogger("io.muster.ingest.packets");

  private PacketLines() {}

  static void write(DeviceAddress device, PacketEntry entry) {
    var fields = fields(device, entry);
    fields.forEach(MDC::put);
    try {
      LOG.infof(
          "%s %s %s %s%s",
          device, entry.connection(), entry.direction(), entry.packet(), inWords(entry));
    } finally {
      fields.keySet().forEach(MDC::remove);
    }
  }

  private static Map<String, Object> fields(DeviceAddress device, PacketEntry entry) {
    var fields = new LinkedHashMap<String, Object>();
    entry.fields().forEach((name, value) -> fields.put(name, String.valueOf(value)));
    fields.put("tenant", device.tenant().value());
    fields.put("device", device.device().value());
    fields.put("connection", entry.connection());
    if (entry.connectionId() != null) {
      fields.put("connectionId", entry.connectionId().toString());
    }
    fields.put("address", entry.address());
    fields.put("direction", entry.direction());
    fields.put("packet", entry.packet());
    fields.put("at", entry.time().toString());
    return fields;
  }

  private static String inWords(PacketEntry entry) {
    var words = new ArrayList<String>();
    entry.fields().forEach((name, value) -> words.add(" " + name + "=" + value));
    if (entry.leftOut() != null) {
      words.add("; " + entry.leftOut() + " were left out before");
    }
    return String.join("", words);
  }
}
