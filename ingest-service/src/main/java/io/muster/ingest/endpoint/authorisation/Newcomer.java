package io.muster.ingest.endpoint.authorisation;

import io.muster.contract.id.DeviceId;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.id.TenantId;
import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.endpoint.authorisation.Claimant.NobodyException;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import java.nio.charset.StandardCharsets;

/**
 * A device that is nobody yet (docs/architecture.md): user name {@code provision@{tenant}}, client
 * identifier {@code {tenant}:provision:{random}}, the claim token as its password.
 *
 * @param random the level of its topics, which is its own alone as long as it is connected
 * @param clientIdentifier as it sent it
 * @param claimToken never logged; null when it was handed on
 */
public record Newcomer(TenantId tenant, String random, String clientIdentifier, String claimToken) {
  private static final String USER = DeviceId.RESERVED_FOR_PROVISIONING + "@";

  /** Whether a CONNECT asks for this, rightly or not. No device can have such a user name. */
  public static boolean isOne(Packet.Connect connect) {
    return connect.userName() != null && connect.userName().startsWith(USER);
  }

  /**
   * Reads a CONNECT that {@link #isOne}.
   *
   * @throws NobodyException when something is missing, or it wants a will or a session that is kept
   */
  public static Newcomer of(Packet.Connect connect) throws NobodyException {
    Claimant.requireNoEnhancedAuthentication(connect);
    var tenant = tenant(connect.userName());
    var random = random(tenant, connect.clientIdentifier());
    if (connect.password() == null || connect.password().length == 0) {
      throw new NobodyException(
          ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the password must be a claim token");
    }
    if (connect.will() != null) {
      throw new NobodyException(
          ReasonCode.NOT_AUTHORIZED, "will", "who is being provisioned leaves no will");
    }
    // MQTT 5 tells a client that its session is not kept; 3.1.1 has no word for it.
    if (connect.version() == ProtocolVersion.MQTT_3_1_1 && !connect.cleanStart()) {
      throw new NobodyException(
          ReasonCode.NOT_AUTHORIZED,
          "kept-session",
          "who is being provisioned connects with a clean session");
    }
    var token = new String(connect.password(), StandardCharsets.UTF_8);
    return new Newcomer(tenant, random, connect.clientIdentifier(), token);
  }

  private static TenantId tenant(String userName) throws NobodyException {
    try {
      return new TenantId(userName.substring(USER.length()));
    } catch (MalformedIdException wrong) {
      throw new NobodyException(
          ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the user name must be provision@{tenant}");
    }
  }

  private static String random(TenantId tenant, String clientIdentifier) throws NobodyException {
    var own = tenant + ":" + DeviceId.RESERVED_FOR_PROVISIONING + ":";
    if (clientIdentifier.startsWith(own)) {
      var random = clientIdentifier.substring(own.length());
      var request = DeviceTopic.parse(request(tenant, random));
      if (request.isPresent() && request.get() instanceof DeviceTopic.Provision) {
        return random;
      }
    }
    throw new NobodyException(
        ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
        "the client identifier must be {tenant}:provision:{random}, the last of 1 to 128 letters,"
            + " digits and _:.=-");
  }

  private static String request(TenantId tenant, String random) {
    return "provision/" + tenant + "/" + random + "/req";
  }

  /** The topic name under which it asks. */
  public String requestTopic() {
    return request(tenant, random);
  }

  /** The topic name under which it is answered. */
  public String answerTopic() {
    return "provision/" + tenant + "/" + random + "/res";
  }

  /** The same without its secret. */
  public Newcomer withoutToken() {
    return new Newcomer(tenant, random, clientIdentifier, null);
  }

  /** Never the claim token. */
  @Override
  public String toString() {
    return "Newcomer[" + clientIdentifier + "]";
  }
}
