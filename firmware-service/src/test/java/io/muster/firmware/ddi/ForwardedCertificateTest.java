package io.muster.firmware.ddi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.localstack.tls.LocalAuthority;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardedCertificateTest {
  @TempDir static Path folder;
  private static String pem;

  @BeforeAll
  static void makeCertificates() throws IOException {
    var authority = new LocalAuthority(folder);
    authority.prepare(Clock.systemUTC());
    pem = Files.readString(authority.serverCertificate());
  }

  @Test
  void pemInUrlEncodingIsRead() {
    var encoded = URLEncoder.encode(pem, StandardCharsets.US_ASCII).replace("+", "%20");
    assertEquals(2, ForwardedCertificate.read(encoded, null).size());
    // nginx leaves the plus signs of Base64 as they are.
    assertEquals(2, ForwardedCertificate.read(encoded.replace("%2B", "+"), null).size());
  }

  @Test
  void byteSequencesAreRead() {
    var items = base64();
    assertEquals(1, ForwardedCertificate.read(items.get(0), null).size());
    assertEquals(2, ForwardedCertificate.read(items.get(0), items.get(1)).size());
  }

  @Test
  void aChainThatIsTooLongIsNone() {
    var items = base64();
    var above = String.join(", ", java.util.Collections.nCopies(9, items.get(1)));
    assertEquals(List.of(), ForwardedCertificate.read(items.get(0), above));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", ":", ":::", ":AAAA:", "%", "-----BEGIN CERTIFICATE-----", "(null)"})
  void whatIsNoCertificateIsNone(String header) {
    assertEquals(List.of(), ForwardedCertificate.read(header, null));
    assertEquals(List.of(), ForwardedCertificate.read(header, header));
  }

  @Test
  void nothingIsNone() {
    assertEquals(List.of(), ForwardedCertificate.read(null, null));
    assertEquals(List.of(), ForwardedCertificate.read(":" + "A".repeat(50_000) + ":", null));
  }

  private static List<String> base64() {
    return java.util.Arrays.stream(pem.split("-----END CERTIFICATE-----"))
        .map(it -> it.replaceAll("-----BEGIN CERTIFICATE-----|\\s", ""))
        .filter(it -> !it.isEmpty())
        .map(it -> ":" + it + ":")
        .toList();
  }
}
