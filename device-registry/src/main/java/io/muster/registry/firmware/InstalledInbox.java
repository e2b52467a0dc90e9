package io.muster.registry.firmware;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.registry.inbox.InboxHandler;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * What firmware-service tells of devices: each event holds all that is installed, so of several in
 * a batch the last one counts. Thread-safe.
 */
@ApplicationScoped
class InstalledInbox implements InboxHandler {
  private static final Logger LOG = Logger.getLogger(InstalledInbox.class);

  @Override
  public ServiceName service() {
    return ServiceName.FIRMWARE;
  }

  @Override
  public boolean wants(OutboxEvent event) {
    return Installed.isToldBy(event.topic());
  }

  @Override
  public Uni<Void> apply(SqlConnection transaction, List<OutboxEvent> events) {
    Map<DeviceAddress, Installed> last = new LinkedHashMap<>();
    events.stream()
        .map(Installed::read)
        .flatMap(Optional::stream)
        .forEach(installed -> last.put(installed.device(), installed));
    return last.isEmpty()
        ? Uni.createFrom().voidItem()
        : InstalledTable.write(transaction, last.values());
  }

  /** Nothing is forgotten: what was told last is still the best that is known. */
  @Override
  public Uni<Void> startOver(SqlConnection transaction) {
    LOG.warn(
        "What firmware-service told for a while is lost: of devices that installed something then,"
            + " the versions are known again when they install the next");
    return Uni.createFrom().voidItem();
  }
}
