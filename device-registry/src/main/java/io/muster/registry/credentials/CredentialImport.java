package io.muster.registry.credentials;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.rest.problem.Explanation;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Reads the credentials of an imported device. They are those of the REST interface, but a secret
 * is one that the device has already: an answer for thousands of rows, which is kept for a repeated
 * request, is no place for new secrets. Thread-safe.
 */
@ApplicationScoped
public class CredentialImport {
  private static final Pattern SHA_256 = Pattern.compile("[0-9A-Fa-f]{64}");
  private static final String SECRET_SHA_256 = "secretSha256";

  private final CredentialFactory factory;
  private final CredentialLimits limits;
  private final ObjectMapper mapper;

  CredentialImport(CredentialFactory factory, CredentialLimits limits, ObjectMapper mapper) {
    this.factory = factory;
    this.limits = limits;
    this.mapper = mapper;
  }

  /**
   * @param given the member {@code credentials} of a row; null when it has none
   * @throws io.muster.rest.problem.RefusedException when something is wrong with one of them
   */
  public List<ImportedCredential> read(JsonNode given) {
    if (given == null || given.isNull()) {
      return List.of();
    }
    if (!given.isArray()) {
      throw malformed("/credentials", "has a wrong type or form; expected an array");
    }
    if (given.size() > limits.maxPerDevice()) {
      throw new Refusal.LimitReached("credentials", limits.maxPerDevice()).asException();
    }
    var all = new ArrayList<ImportedCredential>(given.size());
    for (var i = 0; i < given.size(); i++) {
      all.add(read(given.get(i), "/credentials/" + i));
    }
    return all;
  }

  int maxPerDevice() {
    return limits.maxPerDevice();
  }

  private ImportedCredential read(JsonNode given, String pointer) {
    if (!(given instanceof ObjectNode members)) {
      throw malformed(pointer, "has a wrong type or form; expected an object");
    }
    var withoutSecret = members.deepCopy();
    var secret = withoutSecret.remove(SECRET_SHA_256);
    try {
      var body = mapper.treeToValue(withoutSecret, CredentialBody.class);
      return body instanceof CredentialBody.Secret ? secret(secret, body) : known(secret, body);
    } catch (JsonProcessingException wrong) {
      throw Below.in(pointer, wrong);
    } catch (RefusedException wrong) {
      throw Below.in(pointer, wrong);
    }
  }

  private ImportedCredential secret(JsonNode sha256, CredentialBody body) {
    if (sha256 == null || !sha256.isTextual() || !SHA_256.matcher(sha256.textValue()).matches()) {
      throw wrong(
          "/" + SECRET_SHA_256,
          "must be the SHA-256 of the secret that the device has, 64 hexadecimal digits");
    }
    var validity = Validity.of(body, factory.now());
    return new ImportedCredential(
        UUID.randomUUID(),
        CredentialKind.SECRET,
        HexFormat.of().parseHex(sha256.textValue().toLowerCase(Locale.ROOT)),
        null,
        null,
        validity.notBefore(),
        validity.notAfter(),
        null);
  }

  private ImportedCredential known(JsonNode secret, CredentialBody body) {
    if (secret != null) {
      throw wrong("/" + SECRET_SHA_256, "belongs to the kind secret alone");
    }
    var entity = factory.issue(0, body).credential();
    return switch (body) {
      case CredentialBody.JwtKey _ -> of(entity, CredentialKind.JWT_KEY, entity.publicKey);
      case CredentialBody.Certificate _ ->
          of(entity, CredentialKind.CERTIFICATE, entity.certificateSha256);
      default -> throw wrong("/kind", "cannot be imported");
    };
  }

  private static ImportedCredential of(CredentialEntity entity, CredentialKind kind, byte[] proof) {
    return new ImportedCredential(
        entity.id,
        kind,
        proof,
        entity.algorithm,
        entity.certificateSubject,
        entity.notBefore,
        entity.notAfter,
        entity.certificateNotAfter);
  }

  private static RuntimeException malformed(String pointer, String detail) {
    return new Refusal.Malformed(
            "The request cannot be understood.", List.of(FieldError.at(pointer, detail)))
        .asException();
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at(pointer, detail))).asException();
  }

  /** Says of an error in one credential where in the row it is. */
  private static final class Below {
    private Below() {}

    static RuntimeException in(String pointer, Exception wrong) {
      return Explanation.of(wrong)
          .map(why -> why.errors().stream().map(error -> moved(pointer, error)).toList())
          .filter(errors -> !errors.isEmpty())
          .map(errors -> refused(wrong, errors))
          .orElseGet(() -> malformed(pointer, "cannot be understood"));
    }

    private static RuntimeException refused(Exception wrong, List<FieldError> errors) {
      return wrong instanceof RefusedException
          ? new Refusal.Meaningless(errors).asException()
          : new Refusal.Malformed("The request cannot be understood.", errors).asException();
    }

    private static FieldError moved(String pointer, FieldError error) {
      return FieldError.at(
          pointer + (error.pointer() == null ? "" : error.pointer()), error.detail());
    }
  }
}
