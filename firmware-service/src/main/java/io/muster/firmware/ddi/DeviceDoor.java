package io.muster.firmware.ddi;

import io.muster.rest.problem.EarlyAnswer;
import io.muster.rest.problem.Refusal;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.regex.Pattern;

/**
 * What is served at which port. That for devices serves hawkBit's API alone: what people, services
 * and monitoring ask for is no business of the outside. The main one serves it as well, unless an
 * installation says otherwise.
 */
@ApplicationScoped
class DeviceDoor {
  /** After RequestGate, so that there are no tricks in a path. */
  private static final int PRIORITY = 900;

  private static final Pattern DEVICE_API = Pattern.compile("/[^/]+/controller/v1/.+");

  private final DevicePort port;
  private final DdiConfig config;
  private final EarlyAnswer answer;

  DeviceDoor(DevicePort port, DdiConfig config, EarlyAnswer answer) {
    this.port = port;
    this.config = config;
    this.answer = answer;
  }

  /**
   * @throws IllegalStateException when devices would be served nowhere
   */
  void register(@Observes Filters filters) {
    if (!config.ddi().atMainPort() && !port.isWanted()) {
      throw new IllegalStateException(
          "muster.firmware.ddi.at-main-port=false needs muster.firmware.tls.certificate: devices"
              + " would be served nowhere");
    }
    filters.register(this::check, PRIORITY);
  }

  private void check(RoutingContext context) {
    // The path that resources are found by, however it was written.
    var isDevices = DEVICE_API.matcher(context.normalizedPath()).matches();
    if (port.received(context.request()) ? isDevices : !isDevices || config.ddi().atMainPort()) {
      context.next();
    } else {
      answer.refuse(context, new Refusal.Absent("There is nothing of this name at this port."));
    }
  }
}
