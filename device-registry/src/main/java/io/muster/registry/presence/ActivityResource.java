package io.muster.registry.presence;

import io.muster.contract.registry.ActivityReport;
import io.muster.contract.registry.ActivityReport.Heard;
import io.muster.rest.access.Roles;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;

/** {@code /internal/v1/presence/activity}. */
@Path("/internal/v1/presence/activity")
@Tag(name = "Internal")
@RegisterForReflection(targets = {ActivityReport.class, Heard.class})
// A replica that gives up waiting must not cut a transaction short.
@Cancellable(false)
class ActivityResource {
  private static final int MAX_NAME = 250;

  private final Activity activity;

  ActivityResource(Activity activity) {
    this.activity = activity;
  }

  @POST
  @RolesAllowed(Roles.SERVICE)
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Of which devices a replica of the endpoint has heard lately",
      description =
          "Every few seconds, also when there are none: silence counts as far as reports go."
              + " Devices that there are not are passed over.")
  public Uni<Void> take(@NotNull ActivityReport body) {
    check(body);
    return activity.take(body);
  }

  private static void check(ActivityReport report) {
    List<FieldError> errors = new ArrayList<>();
    if (report.bootId() == null) {
      errors.add(FieldError.at("/bootId", "must be given"));
    }
    var name = report.replica();
    if (name == null || name.length() > MAX_NAME || name.indexOf('\0') >= 0) {
      errors.add(FieldError.at("/replica", "must be a text of at most " + MAX_NAME));
    }
    if (report.heard().size() > ActivityReport.MAX_HEARD) {
      errors.add(FieldError.at("/heard", "must be at most %d".formatted(ActivityReport.MAX_HEARD)));
    }
    for (int i = 0; i < Math.min(report.heard().size(), ActivityReport.MAX_HEARD); i++) {
      var heard = report.heard().get(i);
      if (heard == null || !isWhole(heard)) {
        errors.add(FieldError.at("/heard/" + i, "must name a device and a time"));
      }
    }
    if (report.aliveBoots() != null && report.aliveBoots().contains(null)) {
      errors.add(FieldError.at("/aliveBoots", "must be starts of replicas"));
    }
    if (!errors.isEmpty()) {
      throw new Refusal.Meaningless(errors).asException();
    }
  }

  private static boolean isWhole(Heard heard) {
    return heard.device() != null
        && heard.device().tenant() != null
        && heard.device().device() != null
        && heard.at() != null;
  }
}
