package io.muster.registry.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.registry.DeviceCertificates;
import io.muster.registry.DeviceKeys;
import io.muster.registry.credentials.CertificateText.UnfitCertificateException;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateTextTest {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant END = Instant.parse("2027-01-01T00:00:00Z");

  static Stream<KeyPair> goodKeys() {
    return Stream.of(
        DeviceKeys.rsa(2048), DeviceKeys.p256(), DeviceKeys.p384(), DeviceKeys.ed25519());
  }

  static Stream<KeyPair> badKeys() {
    return Stream.of(DeviceKeys.rsa(1024), DeviceKeys.pair("EC", "secp521r1"), ed448());
  }

  private static KeyPair ed448() {
    return DeviceKeys.pair("Ed448", null);
  }

  @ParameterizedTest
  @MethodSource("goodKeys")
  void isReadWithItsFingerprintSubjectAndPeriod(KeyPair keys) throws Exception {
    var made = DeviceCertificates.of(keys).subject("CN=boiler,O=Acme").period(BEGIN, END).make();
    var read = CertificateText.read(DeviceCertificates.pem(made));
    assertEquals(DeviceCertificates.fingerprint(made), HexFormat.of().formatHex(read.sha256()));
    assertEquals("CN=boiler,O=Acme", read.subject());
    assertEquals(BEGIN, read.notBefore());
    assertEquals(END, read.notAfter());
  }

  @ParameterizedTest
  @MethodSource("badKeys")
  void keysOfOtherKindsAndSizesAreUnfit(KeyPair keys) {
    assertUnfit(
        "has a key of another kind", DeviceCertificates.pem(DeviceCertificates.of(keys).make()));
  }

  @Test
  void textAroundTheBlockIsNoHindrance() throws Exception {
    var made = DeviceCertificates.usual().make();
    var read =
        CertificateText.read("Certificate:\n  Data:\n" + DeviceCertificates.pem(made) + "\n");
    assertEquals(DeviceCertificates.fingerprint(made), HexFormat.of().formatHex(read.sha256()));
  }

  @Test
  void aChainIsUnfit() {
    var one = DeviceCertificates.pem(DeviceCertificates.usual().make());
    assertUnfit("alone", one + DeviceCertificates.pem(DeviceCertificates.usual().make()));
    assertUnfit("alone", one + one);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "MIIB",
        "-----BEGIN CERTIFICATE-----",
        "-----END CERTIFICATE----------BEGIN CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----"
      })
  void whatIsNoBlockIsUnfit(String text) {
    assertUnfit("is no PEM block", text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MIIB", "%%%%", "LS0tLS1CRUdJTg=="})
  void whatCannotBeReadIsUnfit(String base64) {
    assertUnfit("cannot be read", block(base64));
  }

  @Test
  void bytesBehindTheCertificateAreUnfit() throws Exception {
    var der = DeviceCertificates.usual().make().getEncoded();
    var longer = java.util.Arrays.copyOf(der, der.length + 1);
    assertUnfit("cannot be read", block(Base64.getEncoder().encodeToString(longer)));
  }

  @Test
  void aPrivateKeyIsUnfitAndNotRepeated() {
    var leaked = "-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----\n";
    var message = assertUnfit("private key", leaked + block("MIIB"));
    assertFalse(message.contains("MC4CAQAw"));
  }

  @Test
  void aLongCertificateIsUnfit() {
    var large =
        DeviceCertificates.usual()
            .with(
                new ASN1ObjectIdentifier("2.16.840.1.113730.1.13"),
                new DEROctetString(new byte[8_192]))
            .make();
    assertUnfit("8192 bytes", DeviceCertificates.pem(large));
    assertUnfit("24576 characters", "x".repeat(24_577));
  }

  @Test
  void aCertificateThatIsForServersAloneIsUnfit() {
    var server = new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth);
    assertUnfit(
        "clientAuth",
        DeviceCertificates.pem(
            DeviceCertificates.usual().with(Extension.extendedKeyUsage, server).make()));
    assertUnfit(
        "digitalSignature",
        DeviceCertificates.pem(
            DeviceCertificates.usual()
                .with(Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign))
                .make()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.3.6.1.5.5.7.3.2", "2.5.29.37.0"})
  void aCertificateForClientsOrForAnyPurposeIsFit(String purpose) throws Exception {
    var usage = new ExtendedKeyUsage(KeyPurposeId.getInstance(new ASN1ObjectIdentifier(purpose)));
    var made = DeviceCertificates.usual().with(Extension.extendedKeyUsage, usage).make();
    CertificateText.read(DeviceCertificates.pem(made));
  }

  @Test
  void aSubjectHoldsNothingThatCannotBePrinted() throws Exception {
    var sly = DeviceCertificates.usual().subject("CN=\"one\u001b[2J\u202e\ntwo\"").make();
    assertEquals("CN=one?[2J??two", CertificateText.read(DeviceCertificates.pem(sly)).subject());
    var tooLong = DeviceCertificates.usual().subject("CN=" + "x".repeat(1_100)).make();
    assertUnfit("subject", DeviceCertificates.pem(tooLong));
  }

  private static String block(String base64) {
    return "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n";
  }

  private static String assertUnfit(String why, String text) {
    var unfit = assertThrows(UnfitCertificateException.class, () -> CertificateText.read(text));
    assertTrue(unfit.getMessage().contains(why), unfit::getMessage);
    return unfit.getMessage();
  }
}
