package io.muster.ingest.endpoint.authorisation;

import io.muster.contract.id.ClientIdentifier;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.registry.CredentialProof;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import java.nio.charset.StandardCharsets;

/**
 * Who a CONNECT says it is, and what it shows for it (docs/architecture.md).
 *
 * @param client the client identifier, which names the same device as the user name
 * @param proof never logged
 */
public record Claimant(ClientIdentifier client, CredentialProof proof) {

  /**
   * Thrown for a CONNECT that cannot be anybody's, or not be answered; its message is for the
   * client's engineer.
   */
  public static final class NobodyException extends Exception {
    private final ReasonCode code;

    public NobodyException(ReasonCode code, String message) {
      super(message, null, false, false);
      this.code = code;
    }

    public ReasonCode code() {
      return code;
    }
  }

  /**
   * Reads user name, password and client identifier.
   *
   * @throws NobodyException when one is missing or they do not belong together
   */
  public static Claimant of(Packet.Connect connect) throws NobodyException {
    requireNoEnhancedAuthentication(connect);
    var device = device(connect);
    return new Claimant(client(device, connect), proof(connect));
  }

  private static void requireNoEnhancedAuthentication(Packet.Connect connect)
      throws NobodyException {
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
