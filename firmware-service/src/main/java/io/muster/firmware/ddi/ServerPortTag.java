package io.muster.firmware.ddi;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Set;

/**
 * Gives the meters of each HTTP server the same labels. Quarkus' binder names the port of a server
 * alone that was told one, and not of one that takes any that is free; Prometheus refuses meters of
 * one name with other labels, and the second server would wait for its meters for ever.
 */
@Singleton
class ServerPortTag {
  private static final String TAG = "server.port";
  private static final Set<String> OF_SERVERS =
      Set.of(
          "http.server.active.connections",
          "http.server.active.requests",
          "http.server.bytes.read",
          "http.server.bytes.written",
          "http.server.connections",
          "http.server.errors");

  @Produces
  @Singleton
  MeterFilter everywhere() {
    return new MeterFilter() {
      @Override
      public Meter.Id map(Meter.Id id) {
        return OF_SERVERS.contains(id.getName()) && id.getTag(TAG) == null
            ? id.withTag(Tag.of(TAG, "0"))
            : id;
      }
    };
  }
}
