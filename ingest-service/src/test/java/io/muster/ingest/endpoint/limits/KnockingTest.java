package io.muster.ingest.endpoint.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class KnockingTest {
  private final Knocking knocking = new Knocking(new Seats(5), 2, new ByteBudget(1_000));

  private Knocking.Place from(String address) {
    return knocking.take(new InetSocketAddress(address, 40_000));
  }

  @Test
  void keepsOneAddressFromTakingAllPlaces() {
    assertNotNull(from("192.0.2.1"));
    assertNotNull(from("192.0.2.1"));
    assertNull(from("192.0.2.1"));
    assertNotNull(from("192.0.2.2"));
    assertEquals(3, knocking.seats().taken());
  }

  @Test
  void takesANetworkOfIpv6ForOneAddress() {
    assertNotNull(from("2001:db8::1"));
    assertNotNull(from("2001:db8::ffff:2"));
    assertNull(from("2001:db8:0:0:3::1"));
    assertNotNull(from("2001:db8:0:1::1"));
  }

  @Test
  void givesAPlaceBackOnce() {
    var place = from("192.0.2.1");
    from("192.0.2.1");
    place.leave();
    place.leave();
    assertEquals(1, knocking.seats().taken());
    assertNotNull(from("192.0.2.1"));
    assertNull(from("192.0.2.1"));
  }

  @Test
  void hasNoMorePlacesThanThereAreInAll() {
    for (int i = 0; i < 5; i++) {
      assertNotNull(from("192.0.2." + i));
    }
    assertNull(from("192.0.2.9"));
  }
}
