package io.muster.registry.credentials;

import io.muster.contract.registry.CertificateBounds;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Reads a client certificate that somebody registers: one PEM block {@code CERTIFICATE} (RFC 7468
 * §5), with any text around it, as openssl writes some.
 */
public final class CertificateText {
  private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
  private static final String END = "-----END CERTIFICATE-----";
  private static final int MAX_CHARACTERS = 24_576;
  private static final int MAX_SUBJECT_CHARACTERS = 1_024;
  private static final int DIGITAL_SIGNATURE = 0;

  /** Any purpose, and TLS clients (RFC 5280 §4.2.1.12). */
  private static final List<String> PURPOSES = List.of("2.5.29.37.0", "1.3.6.1.5.5.7.3.2");

  private CertificateText() {}

  /** Why a certificate cannot be registered, in words for the sender. */
  public static final class UnfitCertificateException extends Exception {
    private static final long serialVersionUID = 1L;

    public UnfitCertificateException(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * @throws UnfitCertificateException when it is no certificate, several, or one that no device can
   *     use; an expired one is read as well
   */
  static RegisteredCertificate read(String text) throws UnfitCertificateException {
    return read(der(text));
  }

  /** The same for its DER. */
  static RegisteredCertificate read(byte[] der) throws UnfitCertificateException {
    var certificate = decoded(der);
    requireUse(certificate);
    return new RegisteredCertificate(
        CertificateBounds.fingerprint(der),
        subject(certificate),
        certificate.getNotBefore().toInstant(),
        certificate.getNotAfter().toInstant());
  }

  /**
   * Reads a certificate of any use.
   *
   * @param text one PEM block {@code CERTIFICATE}
   * @throws UnfitCertificateException when it is none, or several
   */
  public static X509Certificate decoded(String text) throws UnfitCertificateException {
    return decoded(der(text));
  }

  private static byte[] der(String text) throws UnfitCertificateException {
    if (text.length() > MAX_CHARACTERS) {
      throw unfit("is longer than %d characters", MAX_CHARACTERS);
    }
    if (text.contains("PRIVATE KEY-----")) {
      // It has travelled: whoever sent it should make a new pair.
      throw unfit("holds a private key, which nobody but the device may have; make a new pair");
    }
    var begin = text.indexOf(BEGIN);
    var end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw unfit("is no PEM block 'CERTIFICATE'");
    }
    if (begin != text.lastIndexOf(BEGIN) || end != text.lastIndexOf(END)) {
      throw unfit("must be the device's own certificate alone, without those that vouch for it");
    }
    try {
      var base64 = text.substring(begin + BEGIN.length(), end).replaceAll("\\s", "");
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException unreadable) {
      throw unfit("cannot be read as an X.509 certificate");
    }
  }

  /**
   * Reads a certificate of any use.
   *
   * @throws UnfitCertificateException when it is none, or too long
   */
  public static X509Certificate decoded(byte[] der) throws UnfitCertificateException {
    if (der.length > CertificateBounds.MAX_CERTIFICATE_BYTES) {
      throw unfit("is longer than %d bytes of DER", CertificateBounds.MAX_CERTIFICATE_BYTES);
    }
    try {
      var factory = CertificateFactory.getInstance("X.509");
      var certificate =
          (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
      // TLS shows the bytes as they are; other ones would have another fingerprint.
      if (Arrays.equals(der, certificate.getEncoded())) {
        return certificate;
      }
    } catch (CertificateException unreadable) {
      // Said below.
    }
    throw unfit("cannot be read as an X.509 certificate");
  }

  /**
   * @throws UnfitCertificateException when no device can use it as a TLS client
   */
  public static void requireUse(X509Certificate certificate) throws UnfitCertificateException {
    if (!CertificateBounds.allows(certificate.getPublicKey())) {
      throw unfit("has a key of another kind or size than %s", CertificateBounds.KEYS);
    }
    var usage = certificate.getKeyUsage();
    if (usage != null && !usage[DIGITAL_SIGNATURE]) {
      throw unfit("has a key usage without digitalSignature, which TLS needs");
    }
    if (!isForClients(certificate)) {
      throw unfit("has an extended key usage without clientAuth");
    }
  }

  private static boolean isForClients(X509Certificate certificate)
      throws UnfitCertificateException {
    try {
      var purposes = certificate.getExtendedKeyUsage();
      return purposes == null || purposes.stream().anyMatch(PURPOSES::contains);
    } catch (CertificateException unreadable) {
      throw unfit("has an extended key usage that cannot be read");
    }
  }

  /**
   * Its subject for people to read. It is a stranger's text: nothing in it may move a terminal's
   * cursor or turn its lines round.
   *
   * @throws UnfitCertificateException when it is too long
   */
  public static String subject(X509Certificate certificate) throws UnfitCertificateException {
    var subject = certificate.getSubjectX500Principal().getName().replaceAll("\\p{C}", "?");
    if (subject.length() > MAX_SUBJECT_CHARACTERS) {
      throw unfit("has a subject of more than %d characters", MAX_SUBJECT_CHARACTERS);
    }
    return subject;
  }

  private static UnfitCertificateException unfit(String message, Object... details) {
    return new UnfitCertificateException(message.formatted(details));
  }
}
