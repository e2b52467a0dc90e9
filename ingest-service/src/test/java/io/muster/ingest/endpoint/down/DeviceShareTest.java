package io.muster.ingest.endpoint.down;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.relay.Downlink.DownwardMessage;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What the connections of one device share. */
class DeviceShareTest {
  private static final DeviceAddress DEVICE = DeviceAddress.of("acme", "boiler");

  private record Connection(String clientIdentifier, long connectionId) implements Reachable {
    @Override
    public DeviceAddress device() {
      return DEVICE;
    }

    @Override
    public long epoch() {
      return connectionId;
    }

    @Override
    public void endIfShown(UUID withdrawn, String detail) {}

    @Override
    public void deliver(DownwardMessage message) {}

    @Override
    public void forget(DeviceAddress device) {}

    @Override
    public void reconsider(DeviceAddress device) {}

    @Override
    public void depart() {}

    @Override
    public void endFromOutside(EndReason reason, String detail) {}
  }

  private final ConnectionIndex index = new ConnectionIndex();

  private Connection knock(String client, long id) {
    var connection = new Connection(client, id);
    index.knock(connection);
    return connection;
  }

  @Test
  void countsTheConnectionsThatShowedACredential() {
    knock("acme:boiler:stranger", 1);
    assertTrue(index.admit(knock("acme:boiler:a", 2), 2));
    var second = knock("acme:boiler:b", 3);
    assertTrue(index.admit(second, 2));
    assertFalse(index.admit(knock("acme:boiler:c", 4), 2));
    index.leave(second);
    assertTrue(index.admit(knock("acme:boiler:c", 5), 2));
  }

  @Test
  void letsAConnectionInThatTakesOverAnother() {
    assertTrue(index.admit(knock("acme:boiler", 1), 1));
    assertTrue(index.admit(knock("acme:boiler", 2), 1));
    assertEquals(2, index.of(DEVICE).size());
  }
}
