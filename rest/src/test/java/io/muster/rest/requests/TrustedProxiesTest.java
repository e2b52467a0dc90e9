package io.muster.rest.requests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedProxiesTest {
  private static final TrustedProxies PROXIES =
      TrustedProxies.of(List.of("10.1.0.0/16", "192.0.2.7", "fd00::/8"));

  @ParameterizedTest
  @CsvSource({
    "10.1.255.1, true",
    "10.2.0.1, false",
    "192.0.2.7, true",
    "192.0.2.8, false",
    "fd12::1, true",
    "fe80::1, false",
    "::ffff:10.1.0.1, true",
    "localhost, false",
    "?, false"
  })
  void whoIsListedIsTrusted(String address, boolean trusted) {
    assertEquals(trusted, PROXIES.trusts(address));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "example.org", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0", "::/x"})
  void whatIsNoNetworkIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> TrustedProxies.of(List.of(text)));
  }

  @Test
  void nobodyIsTrustedUnlessListed() {
    assertFalse(TrustedProxies.of(List.of()).trusts("127.0.0.1"));
    assertTrue(TrustedProxies.of(List.of("0.0.0.0/0")).trusts("203.0.113.9"));
  }

  @Test
  void aStrangersHeaderIsNotRead() {
    assertEquals("203.0.113.9", client("203.0.113.9", "198.51.100.1"));
  }

  @Test
  void theLastThatIsNoProxyIsTheClient() {
    assertEquals("203.0.113.9", client("10.1.0.1", "198.51.100.1, 203.0.113.9, 10.1.0.2"));
    assertEquals("203.0.113.9", client("10.1.0.1", "198.51.100.1", "203.0.113.9"));
  }

  @Test
  void whatIsNoAddressEndsTheWay() {
    assertEquals("10.1.0.1", client("10.1.0.1", "203.0.113.9, unknown"));
    assertEquals("10.1.0.1", client("10.1.0.1"));
    assertEquals("10.1.0.2", client("10.1.0.1", "x, 10.1.0.2"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "for=198.51.100.1, for=203.0.113.9;proto=https | 203.0.113.9",
        "For=\"203.0.113.9:4711\" | 203.0.113.9",
        "proto=https; for=203.0.113.9 | 203.0.113.9",
        "for=\"[2001:db8::17]:4711\" | 2001:db8::17",
        "for=203.0.113.9, for=10.1.0.2 | 203.0.113.9",
        "for=203.0.113.9, for=unknown | 10.1.0.1",
        "for=203.0.113.9, for=_hidden | 10.1.0.1",
        "by=203.0.113.9 | 10.1.0.1",
        "203.0.113.9 | 10.1.0.1",
        "notfor=203.0.113.9 | 10.1.0.1"
      })
  void theStandardsHeaderIsReadAsItIsWritten(String value, String client) {
    assertEquals(client, PROXIES.client("10.1.0.1", ForwardedHeader.FORWARDED, List.of(value)));
  }

  private static String client(String peer, String... values) {
    return PROXIES.client(peer, ForwardedHeader.X_FORWARDED_FOR, List.of(values));
  }
}
