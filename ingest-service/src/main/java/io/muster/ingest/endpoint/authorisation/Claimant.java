package io.muster.ingest.endpoint.authorisation;

import io.muster.contract.id.ClientIdentifier;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.registry.CredentialProof;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.tls.ClientCertificate;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Who a CONNECT says it is, and what it shows for it (docs/architecture.md).
 *
 * @param client the client identifier, which names the same device as the user name; with a
 *     certificate it is what the registry is to hold the certificate against
 * @param proof never logged; null when it was handed on
 * @param certified whether it is a certificate
 */
public record Claimant(ClientIdentifier client, CredentialProof proof, boolean certified) {

  /** All that a client is told of a certificate; why stands in the log and the metrics. */
  public static final String REFUSED_CERTIFICATE = "the client certificate is refused";

  /** Thrown for a CONNECT that cannot be anybody's; its message is for the client's engineer. */
  public static final class NobodyException extends Exception {
    private final ReasonCode code;
    private final String label;

    NobodyException(ReasonCode code, String message) {
      this(code, code.name().toLowerCase(Locale.ROOT).replace('_', '-'), message);
    }

    NobodyException(ReasonCode code, String label, String message) {
      super(message, null, false, false);
      this.code = code;
      this.label = label;
    }

    public ReasonCode code() {
      return code;
    }

    /** For logs and counters; one of a few. */
    public String label() {
      return label;
    }
  }

  /**
   * Reads user name, password and client identifier; with a certificate the last alone, since some
   * clients have other uses for the user name (AWS' SDK puts its version there).
   *
   * @throws NobodyException when one is missing or they do not belong together, or the certificate
   *     does not hold now
   */
  public static Claimant of(
      Packet.Connect connect, Optional<ClientCertificate> certificate, Instant now)
      throws NobodyException {
    requireNoEnhancedAuthentication(connect);
    if (certificate.isPresent()) {
      requireTimely(certificate.get(), now);
      return new Claimant(client(connect), certificate.get().proof(), true);
    }
    var device = device(connect);
    return new Claimant(client(device, connect), proof(connect), false);
  }

  /** The same without its secret. */
  public Claimant withoutProof() {
    return new Claimant(client, null, certified);
  }

  /** Not left to the handshake: a session that is resumed has none with certificates. */
  private static void requireTimely(ClientCertificate certificate, Instant now)
      throws NobodyException {
    if (certificate.isOver(now)) {
      throw new NobodyException(
          ReasonCode.NOT_AUTHORIZED, "certificate-expired", REFUSED_CERTIFICATE);
    }
    if (certificate.isEarly(now)) {
      throw new NobodyException(
          ReasonCode.NOT_AUTHORIZED, "certificate-not-yet-valid", REFUSED_CERTIFICATE);
    }
  }

  static void requireNoEnhancedAuthentication(Packet.Connect connect) throws NobodyException {
    if (connect.version() == ProtocolVersion.MQTT_5
        && connect.properties().authenticationMethod() != null) {
      throw new NobodyException(
          ReasonCode.BAD_AUTHENTICATION_METHOD,
          "enhanced authentication is not offered; use user name and password");
    }
  }

  private static DeviceAddress device(Packet.Connect connect) throws NobodyException {
    if (connect.userName() == null) {
      throw new NobodyException(
          ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the user name must be {device}@{tenant}");
    }
    try {
      return DeviceAddress.fromUserName(connect.userName());
    } catch (MalformedIdException wrong) {
      throw new NobodyException(
          ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the user name must be {device}@{tenant}");
    }
  }

  private static ClientIdentifier client(DeviceAddress device, Packet.Connect connect)
      throws NobodyException {
    try {
      return new ClientIdentifier(device, connect.clientIdentifier());
    } catch (MalformedIdException wrong) {
      throw new NobodyException(
          ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
          "the client identifier must be {tenant}:{device}, or that and ':' and more");
    }
  }

  private static ClientIdentifier client(Packet.Connect connect) throws NobodyException {
    try {
      return ClientIdentifier.read(connect.clientIdentifier());
    } catch (MalformedIdException wrong) {
      throw new NobodyException(
          ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
          "the client identifier must be {tenant}:{device}, or that and ':' and more");
    }
  }

  private static CredentialProof proof(Packet.Connect connect) throws NobodyException {
    if (connect.password() == null || connect.password().length == 0) {
      throw new NobodyException(
          ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the password must be a secret or a JWT");
    }
    var password = new String(connect.password(), StandardCharsets.UTF_8);
    // A JWT has three parts (RFC 7515 §7.1); a generated secret holds no dot.
    return password.chars().filter(c -> c == '.').count() == 2
        ? new CredentialProof.Token(password)
        : new CredentialProof.Secret(password);
  }
}
