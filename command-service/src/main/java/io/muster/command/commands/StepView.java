package io.muster.command.commands;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.core.json.JsonArray;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A state that a command or a job came into. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StepView(String state, String reason, Instant at) {

  /** Reads the form in which they are stored: {@code [state, reason or null, time]} each. */
  public static List<StepView> of(JsonArray steps) {
    List<StepView> views = new ArrayList<>(steps.size());
    for (var i = 0; i < steps.size(); i++) {
      var step = steps.getJsonArray(i);
      views.add(
          new StepView(step.getString(0), step.getString(1), Instant.parse(step.getString(2))));
    }
    return views;
  }
}
