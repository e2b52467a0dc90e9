package io.muster.firmware.ddi;

import io.muster.contract.registry.CredentialProof;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What somebody shows at hawkBit's API. Its text is a secret: never logged. */
sealed interface Proof {

  /** {@code TargetToken}: of the device, for this API alone. */
  record OfTarget(String text) implements Proof {
    @Override
    public String toString() {
      return "OfTarget[…]";
    }
  }

  /** {@code GatewayToken}: of the tenant, for all its devices. */
  record OfGateway(String text) implements Proof {
    @Override
    public String toString() {
      return "OfGateway[…]";
    }
  }

  /** {@code Bearer}: a token that the registry verifies. */
  record OfDevice(String jwt) implements Proof {
    @Override
    public String toString() {
      return "OfDevice[…]";
    }
  }

  /** A client certificate, when there is no header. */
  record OfTls(CredentialProof.Certificate shown) implements Proof {}

  /** Nothing, with which many clients begin, or what nobody here understands. */
  enum Missing implements Proof {
    NONE,
    OTHER
  }

  /**
   * Reads it.
   *
   * @param authorization the header, or null
   */
  static Proof of(String authorization, Optional<CredentialProof.Certificate> certificate) {
    if (authorization == null) {
      return certificate.<Proof>map(OfTls::new).orElse(Missing.NONE);
    }
    var parts = authorization.strip().split(" +", 2);
    var shown = parts.length < 2 ? "" : parts[1].strip();
    return switch (parts[0].toLowerCase(Locale.ROOT)) {
      case "targettoken" -> new OfTarget(shown);
      case "gatewaytoken" -> new OfGateway(shown);
      case "bearer" -> new OfDevice(shown);
      default -> Missing.OTHER;
    };
  }

  /** What metrics call it. */
  default String label() {
    return switch (this) {
      case OfTarget _ -> "target-token";
      case OfGateway _ -> "gateway-token";
      case OfDevice _ -> "device-token";
      case OfTls _ -> "certificate";
      case Missing missing -> missing.name().toLowerCase(Locale.ROOT);
    };
  }

  /** Its secret parts, for a digest. */
  default List<String> parts() {
    return switch (this) {
      case OfTarget(var text) -> List.of(text);
      case OfGateway(var text) -> List.of(text);
      case OfDevice(var jwt) -> List.of(jwt);
      case OfTls(var shown) -> shown.chain();
      case Missing _ -> List.of();
    };
  }
}
