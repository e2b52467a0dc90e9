package io.muster.ingest.endpoint.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.ingest.endpoint.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateWatchTest {
  @TempDir Path folder;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<X509Certificate> taken = new ArrayList<>();
  private Instant now = Instant.now();
  private TlsFiles files;
  private CertificateWatch watch;

  @BeforeEach
  void begin() throws Exception {
    TestCertificate.usual().writeTo(folder);
    files = new TlsFiles(folder.resolve("tls.crt"), folder.resolve("tls.key"));
    InstantSource source = () -> now;
    Clock clock = source.withZone(ZoneOffset.UTC);
    watch =
        new CertificateWatch(
            files,
            ServerIdentity.read(files, files.read()),
            identity -> taken.add(identity.chain()[0]),
            new TlsMetrics(meters),
            clock);
  }

  private double count(String outcome) {
    return meters.get("muster.endpoint.tls.reloads").tag("outcome", outcome).counter().count();
  }

  private void look(int times) {
    for (int time = 0; time < times; time++) {
      watch.look();
    }
  }

  @Test
  void takesNothingWhileNothingIsNew() throws IOException {
    Files.writeString(files.key(), Files.readString(files.key()));
    look(3);
    assertEquals(List.of(), taken);
    assertEquals(0, count("done") + count("failed"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"secp256r1", "secp384r1", "RSA:2048", "Ed25519"})
  void takesWhatIsNewOnce(String kind) throws IOException {
    var next = TestCertificate.of(kind).writeTo(folder);
    look(3);
    assertEquals(List.of(next.certificate()), taken);
    assertEquals(1, count("done"));
    assertEquals(0, count("failed"));
  }

  @Test
  void waitsForTheOtherFileWithoutAWord() throws IOException {
    var next = TestCertificate.usual();
    Files.writeString(files.certificate(), next.certificatePem());
    look(1);
    Files.writeString(files.key(), next.keyPem());
    look(1);
    assertEquals(List.of(next.certificate()), taken);
    assertEquals(0, count("failed"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "garbage", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"})
  void keepsTheOldOneAndCountsWhatCannotBeServed(String broken) throws IOException {
    Files.writeString(files.certificate(), broken);
    look(4);
    assertEquals(List.of(), taken);
    assertEquals(3, count("failed"));
    var next = TestCertificate.usual().writeTo(folder);
    look(1);
    assertEquals(List.of(next.certificate()), taken);
    assertEquals(3, count("failed"));
  }

  @Test
  void saysOnceWhyTheOldOneStays() throws IOException {
    var lines = new ArrayList<String>();
    var handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            lines.add(line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    var logger = Logger.getLogger(CertificateWatch.class.getName());
    logger.addHandler(handler);
    try {
      Files.writeString(files.certificate(), "garbage");
      look(5);
      assertEquals(1, lines.size(), lines::toString);
      Files.writeString(files.certificate(), "other garbage");
      look(5);
      assertEquals(2, lines.size(), lines::toString);
    } finally {
      logger.removeHandler(handler);
    }
  }

  @Test
  void keepsTheOldOneWhileAFileIsMissing() throws IOException {
    Files.delete(files.key());
    look(3);
    assertEquals(2, count("failed"));
    assertEquals(List.of(), taken);
  }

  @Test
  void doesNotTakeACertificateWithAnothersKey() throws IOException {
    Files.writeString(files.certificate(), TestCertificate.usual().certificatePem());
    look(2);
    Files.writeString(files.certificate(), TestCertificate.of("RSA:2048").certificatePem());
    look(2);
    assertEquals(List.of(), taken);
    assertEquals(2, count("failed"));
  }

  @Test
  void takesACertificateInItsTimeOnly() throws IOException {
    var later =
        TestCertificate.between(now.plusSeconds(3_600), now.plusSeconds(7_200)).writeTo(folder);
    look(2);
    assertEquals(List.of(), taken);
    now = now.plusSeconds(3_700);
    look(1);
    assertEquals(List.of(later.certificate()), taken);
    TestCertificate.between(now.minusSeconds(20), now.minusSeconds(10)).writeTo(folder);
    look(2);
    assertEquals(1, taken.size());
    assertEquals(2, count("failed"));
  }

  @Test
  void goesOnAfterWhoeverServesItFailed() throws IOException {
    var failing =
        new CertificateWatch(
            files,
            new ServerIdentity(new X509Certificate[0], null, "another"),
            identity -> {
              throw new IllegalStateException("no");
            },
            new TlsMetrics(meters),
            Clock.systemUTC());
    failing.look();
    failing.look();
    assertEquals(1, count("failed"));
  }

  @Test
  void doesNotReadWithoutBound() throws IOException {
    Files.write(files.certificate(), new byte[2 * 1_048_576]);
    var unfit = assertThrows(UnfitFilesException.class, files::read);
    assertTrue(unfit.getMessage().contains("1048576 bytes"), unfit::getMessage);
  }
}
