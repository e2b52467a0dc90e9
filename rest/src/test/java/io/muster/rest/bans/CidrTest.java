package io.muster.rest.bans;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

  @ParameterizedTest
  @CsvSource({
    "10.1.0.0/16, 10.1.255.255, true",
    "10.1.0.0/16, 10.2.0.0, false",
    "10.1.2.3, 10.1.2.3, true",
    "10.1.2.3, 10.1.2.2, false",
    "10.1.2.128/25, 10.1.2.200, true",
    "10.1.2.128/25, 10.1.2.127, false",
    "0.0.0.0/0, 203.0.113.7, true",
    "0.0.0.0/0, ::1, false",
    "fd00::/8, fd12:3456::1, true",
    "fd00::/8, fe80::1, false",
    "2001:db8::/33, 2001:db8:7fff::, true",
    "2001:db8::/33, 2001:db8:8000::, false",
    "10.0.0.0/8, ::ffff:10.9.9.9, true",
    "::ffff:10.0.0.0/104, 10.9.9.9, true",
    "::ffff:10.0.0.0/104, 11.9.9.9, false",
    "::ffff:10.9.9.9, 10.9.9.9, true",
    "' 192.0.2.0/24 ', 192.0.2.1, true"
  })
  void knowsItsAddresses(String network, String address, boolean inIt) throws UnknownHostException {
    assertEquals(inIt, Cidr.parse(network).contains(InetAddress.getByName(address)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0/8",
        "fd00::/129",
        "balancer",
        "localhost/8",
        "10.0.0.0/8/8",
        "10.0.0.0/x"
      })
  void saysWhatIsNoNetwork(String text) {
    var error = assertThrows(IllegalArgumentException.class, () -> Cidr.parse(text));
    assertTrue(error.getMessage().contains("'" + text + "'"), error::getMessage);
  }
}
