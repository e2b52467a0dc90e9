package io.muster.registry.emqx;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.id.ClientIdentifier;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.registry.CredentialProof;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Who a client says it is, and what it shows for it; the same as at the device endpoint.
 *
 * @param identifier which names its device, whose the proof is to be
 */
record EmqxClient(ClientIdentifier identifier, CredentialProof proof) {
  private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
  private static final String END = "-----END CERTIFICATE-----";

  /** Empty when it names no device, its client identifier another one, or it shows nothing. */
  static Optional<EmqxClient> read(JsonNode body) {
    try {
      var clientId = EmqxText.text(body, "clientid").orElse(null);
      var certificate = EmqxText.text(body, "certificate");
      if (certificate.isPresent()) {
        var proof = new CredentialProof.Certificate(List.of(der(certificate.get())));
        return Optional.of(new EmqxClient(ClientIdentifier.read(clientId), proof));
      }
      var device = DeviceAddress.fromUserName(EmqxText.text(body, "username").orElse(null));
      var identifier = new ClientIdentifier(device, clientId);
      return EmqxText.text(body, "password")
          .map(password -> new EmqxClient(identifier, proof(password)));
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  /** Whose the proof is to be. */
  DeviceAddress device() {
    return identifier.device();
  }

  /** Who acts in a question about a topic: its identifier was held against its proof before. */
  static Optional<DeviceAddress> actor(JsonNode body) {
    try {
      return EmqxText.text(body, "clientid").map(it -> ClientIdentifier.read(it).device());
    } catch (MalformedIdException nobody) {
      return Optional.empty();
    }
  }

  /** A JWT has three parts (RFC 7515 §7.1); a generated secret holds no dot. */
  private static CredentialProof proof(String password) {
    return password.chars().filter(c -> c == '.').count() == 2
        ? new CredentialProof.Token(password)
        : new CredentialProof.Secret(password);
  }

  /** Of PEM, or of DER in Base64, which is how EMQX hands out a certificate. */
  private static String der(String certificate) {
    var text = certificate.strip();
    if (text.startsWith(BEGIN)) {
      var end = text.indexOf(END);
      text = end < 0 ? "" : text.substring(BEGIN.length(), end);
    }
    var der = Base64.getMimeDecoder().decode(text);
    return Base64.getEncoder().encodeToString(der);
  }

  /** Without the proof. */
  @Override
  public String toString() {
    return "EmqxClient[" + identifier + "]";
  }
}
