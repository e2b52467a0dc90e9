package io.muster.registry.bulk;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.MalformedIdException;
import io.muster.registry.credentials.CredentialImport;
import io.muster.registry.credentials.ImportedCredential;
import io.muster.rest.problem.Explanation;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.util.List;

/** What a row asks for, as far as the row alone tells. */
sealed interface RowDemand {
  /** Where it begins. */
  long line();

  /**
   * A device as it should be.
   *
   * @param members without the credentials
   * @param credentials that it has already and that are to be registered
   */
  record Device(long line, DeviceId id, ObjectNode members, List<ImportedCredential> credentials)
      implements RowDemand {
    /** The id that a member names, or null. */
    String named(String member) {
      var value = members.get(member);
      return value == null || !value.isTextual() ? null : value.textValue();
    }
  }

  /**
   * Nothing that could be done.
   *
   * @param id null when the row does not tell
   */
  record Nothing(long line, String id, Explanation why) implements RowDemand {}

  /** Reads a row. */
  static RowDemand of(Row row, CredentialImport credentials) {
    return switch (row) {
      case Row.Unreadable it -> new Nothing(it.line(), null, it.why());
      case Row.Readable it -> of(it, credentials);
    };
  }

  private static RowDemand of(Row.Readable row, CredentialImport credentials) {
    String id = null;
    try {
      var device = id(row.device());
      id = device.value();
      var given = credentials.read(row.device().remove("credentials"));
      return new Device(row.line(), device, row.device(), given);
    } catch (RuntimeException refused) {
      var why = Explanation.of(refused);
      if (why.isEmpty()) {
        throw refused;
      }
      return new Nothing(row.line(), id, why.get());
    }
  }

  private static DeviceId id(ObjectNode device) {
    var id = device.get("id");
    if (id == null || id.isNull()) {
      throw new Refusal.Meaningless(List.of(FieldError.at("/id", "must be given"))).asException();
    }
    if (!id.isTextual()) {
      throw malformed("has a wrong type or form; expected a string");
    }
    try {
      return new DeviceId(id.textValue());
    } catch (MalformedIdException wrong) {
      throw malformed(wrong.getMessage());
    }
  }

  private static RuntimeException malformed(String detail) {
    return new Refusal.Malformed(
            "The row cannot be understood.", List.of(FieldError.at("/id", detail)))
        .asException();
  }
}
