package io.muster.firmware.ddi;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.firmware.actions.Feedback;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.util.List;

/**
 * What a device says under {@code firmware/{tenant}/{device}/feedback}: a body of hawkBit's device
 * API. Its {@code id} is the action's number; since there is no path, {@code pending} says to which
 * resource it belongs, by the word of the notice: {@code deploymentBase} unless it is there.
 */
public sealed interface DeviceMessage {

  /** The action's number within the device. */
  long action();

  /** How an update goes. */
  record OfUpdate(long action, Feedback feedback) implements DeviceMessage {}

  /** Whether the device leaves an update. */
  record OfCancellation(long action, Feedback feedback) implements DeviceMessage {}

  /** Whether the device agrees to an update. */
  record OfConfirmation(long action, boolean agreed, List<String> details)
      implements DeviceMessage {
    public OfConfirmation {
      details = List.copyOf(details);
    }
  }

  /**
   * Reads one.
   *
   * @throws io.muster.rest.problem.RefusedException when it says nothing that is known
   */
  static DeviceMessage read(byte[] body) {
    var root = DdiJson.read(body);
    var action = number(root.path("id"));
    return switch (root.path("pending").asText("deploymentBase")) {
      case "deploymentBase" -> new OfUpdate(action, DdiJson.feedback(body));
      case "cancelAction" -> new OfCancellation(action, DdiJson.feedback(body));
      case "confirmationBase" ->
          new OfConfirmation(action, DdiJson.confirmation(body), DdiJson.details(body));
      default ->
          throw wrong("/pending", "must be deploymentBase, cancelAction or confirmationBase");
    };
  }

  /** Some clients write numbers as texts. */
  private static long number(JsonNode id) {
    if (id.isIntegralNumber() && id.canConvertToLong()) {
      return id.longValue();
    }
    if (id.isTextual() && id.textValue().matches("\\d{1,18}")) {
      return Long.parseLong(id.textValue());
    }
    throw wrong("/id", "must be the number of an action");
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Malformed(
            "The message cannot be understood.", List.of(FieldError.at(pointer, detail)))
        .asException();
  }
}
