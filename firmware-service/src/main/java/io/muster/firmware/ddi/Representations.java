package io.muster.firmware.ddi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.firmware.actions.Action;
import io.muster.firmware.actions.ActionTable;
import io.muster.firmware.actions.MaintenanceWindows.Standing;
import io.muster.firmware.artifacts.Artifact;
import io.muster.firmware.distributions.Distribution;
import io.muster.firmware.distributions.SoftwareModule;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** The JSON of hawkBit's device API. Stateless. */
final class Representations {
  private Representations() {}

  /**
   * What a device gets when it asks what there is.
   *
   * @param pending the oldest action that has not ended
   * @param installed the last that it installed
   * @param wantsAttributes whether it is asked to describe itself
   */
  static ObjectNode root(
      Links links,
      Duration polling,
      Optional<Action> pending,
      Optional<Action> installed,
      boolean wantsAttributes) {
    var root = DdiJson.object();
    root.putObject("config").putObject("polling").put("sleep", sleep(polling));
    var all = root.putObject("_links");
    pending.ifPresent(action -> link(all, links, action));
    installed.ifPresent(it -> all.set("installedBase", links.installedBase(it.number())));
    if (wantsAttributes) {
      all.set("configData", links.configData());
    }
    return root;
  }

  /** An update, as {@code deploymentBase} tells it. */
  static ObjectNode deployment(
      Links links,
      Action action,
      Standing window,
      Distribution distribution,
      List<ActionTable.Status> history) {
    var root = update(links, "deployment", action, window, distribution, history);
    var all = root.putObject("_links");
    all.set("manifest", links.manifest(action.number()));
    all.set("manifestKeys", links.manifestKeys());
    return root;
  }

  /** The same when it is installed: there is nothing to verify any more, and no window. */
  static ObjectNode installed(
      Links links, Action action, Distribution distribution, List<ActionTable.Status> history) {
    return update(links, "deployment", action, Standing.NONE, distribution, history);
  }

  /** An update that waits for a confirmation. */
  static ObjectNode confirmation(
      Links links,
      Action action,
      Standing window,
      Distribution distribution,
      List<ActionTable.Status> history) {
    return update(links, "confirmation", action, window, distribution, history);
  }

  /** What {@code confirmationBase} tells. */
  static ObjectNode confirmations(Links links, boolean autoConfirm, Optional<Action> pending) {
    var root = DdiJson.object();
    root.putObject("autoConfirm").put("active", autoConfirm);
    var all = root.putObject("_links");
    pending.ifPresent(it -> all.set("confirmationBase", links.confirmationBase(it.number())));
    all.set(
        autoConfirm ? "deactivateAutoConfirm" : "activateAutoConfirm",
        links.autoConfirm(!autoConfirm));
    return root;
  }

  /** A cancellation. */
  static ObjectNode cancellation(Action action) {
    var id = Long.toString(action.number());
    var root = DdiJson.object().put("id", id);
    root.putObject("cancelAction").put("stopId", id);
    return root;
  }

  /** The artifacts of a module. */
  static ArrayNode artifacts(Links links, UUID module, List<Artifact> artifacts) {
    var array = DdiJson.object().arrayNode();
    artifacts.forEach(it -> array.add(artifact(links, module, it)));
    return array;
  }

  private static void link(ObjectNode all, Links links, Action action) {
    switch (action.state()) {
      case UNCONFIRMED -> all.set("confirmationBase", links.confirmationBase(action.number()));
      case OPEN -> all.set("deploymentBase", links.deploymentBase(action.number()));
      case CANCELLING -> all.set("cancelAction", links.cancelAction(action.number()));
      case FINISHED, FAILED, CANCELLED -> throw new IllegalStateException("it has ended");
    }
  }

  private static ObjectNode update(
      Links links,
      String what,
      Action action,
      Standing window,
      Distribution distribution,
      List<ActionTable.Status> history) {
    var root = DdiJson.object().put("id", Long.toString(action.number()));
    var update = root.putObject(what);
    var handling = action.isForced() ? "forced" : "attempt";
    update.put("download", handling).put("update", mayInstall(action, window) ? handling : "skip");
    switch (window) {
      case OPEN -> update.put("maintenanceWindow", "available");
      case CLOSED -> update.put("maintenanceWindow", "unavailable");
      case NONE -> {}
    }
    var chunks = update.putArray("chunks");
    distribution.modules().forEach(module -> chunks.add(chunk(links, module)));
    if (!history.isEmpty()) {
      var told = root.putObject("actionHistory");
      told.put("status", status(action));
      var messages = told.putArray("messages");
      history.forEach(status -> status.messages().forEach(messages::add));
    }
    return root;
  }

  /**
   * Outside of its window a device may fetch an update, and leaves it at that. One that has begun
   * goes on: SWUpdate asks again while it downloads, breaks off at a {@code skip}, and calls that a
   * failure.
   */
  static boolean mayInstall(Action action, Standing window) {
    return window != Standing.CLOSED || action.isBegun();
  }

  private static ObjectNode chunk(Links links, SoftwareModule module) {
    var chunk = DdiJson.object();
    chunk
        .put("part", module.type().part())
        .put("version", module.version())
        .put("name", module.name())
        .set("artifacts", artifacts(links, module.id(), module.artifacts()));
    return chunk;
  }

  private static ObjectNode artifact(Links links, UUID module, Artifact artifact) {
    var json = DdiJson.object().put("filename", artifact.filename());
    json.putObject("hashes")
        .put("sha1", artifact.sha1())
        .put("md5", artifact.md5())
        .put("sha256", artifact.sha256().hex());
    json.put("size", artifact.sizeBytes());
    json.set("_links", links.artifact(module, artifact));
    return json;
  }

  /** hawkBit's words. */
  private static String status(Action action) {
    return switch (action.state()) {
      case UNCONFIRMED -> "WAIT_FOR_CONFIRMATION";
      case OPEN -> "RUNNING";
      case CANCELLING -> "CANCELING";
      case FINISHED -> "FINISHED";
      case FAILED -> "ERROR";
      case CANCELLED -> "CANCELED";
    };
  }

  /** {@code HH:MM:SS}, which clients read as a time of day. */
  static String sleep(Duration polling) {
    return String.format(
        Locale.ROOT,
        "%02d:%02d:%02d",
        polling.toHours(),
        polling.toMinutesPart(),
        polling.toSecondsPart());
  }
}
