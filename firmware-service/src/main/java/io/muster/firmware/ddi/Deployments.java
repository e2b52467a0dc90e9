package io.muster.firmware.ddi;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.event.ContractJson;
import io.muster.firmware.actions.Action;
import io.muster.firmware.actions.ActionState;
import io.muster.firmware.actions.ActionTable;
import io.muster.firmware.actions.MaintenanceWindows;
import io.muster.firmware.artifacts.Artifact;
import io.muster.firmware.artifacts.ArtifactTable;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.distributions.DistributionTable;
import io.muster.firmware.manifest.Manifests;
import io.muster.firmware.settings.TenantSettings;
import io.muster.firmware.store.Sha256;
import io.muster.firmware.targets.Target;
import io.muster.firmware.targets.TargetTable;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What hawkBit's device API tells a device. Waits; thread-safe. */
@ApplicationScoped
class Deployments {
  private static final int MAX_HISTORY = 100;

  /** With the device as {@code $1}; narrowed down by what follows. */
  private static final String ARTIFACTS =
      "SELECT "
          + ArtifactTable.COLUMNS
          + """
           FROM artifact AS a
           JOIN module_artifact AS ma ON ma.artifact_key = a.key
           JOIN software_module AS m ON m.key = ma.module_key
          WHERE EXISTS (SELECT 1 FROM action AS x
                          JOIN distribution_module AS dm
                            ON dm.distribution_key = x.distribution_key
                          JOIN target AS t ON t.key = x.target_key
                         WHERE x.target_key = $1 AND dm.module_key = m.key
                           AND x.number > t.forgotten_number
                           AND x.state IN ('open', 'cancelling', 'finished'))
            AND\s\
          """;

  private final Database database;
  private final Manifests manifests;
  private final MaintenanceWindows windows;
  private final DdiConfig config;
  private final Clock clock;

  Deployments(
      Database database,
      Manifests manifests,
      MaintenanceWindows windows,
      DdiConfig config,
      Clock clock) {
    this.database = database;
    this.manifests = manifests;
    this.windows = windows;
    this.config = config;
    this.clock = clock;
  }

  JsonNode root(Target target, Links links) {
    return database.use(
        db -> {
          TargetTable.polled(db, target.key(), clock.instant());
          var settings = TenantSettings.read(db, target.device().tenant());
          return Representations.root(
              links,
              settings.polling().orElse(config.ddi().polling()),
              ActionTable.open(db, target.key()).stream().findFirst(),
              ActionTable.installed(db, target.key()),
              target.attributesAt() == null);
        });
  }

  /** An update that the device is to install; from now on it has seen it. */
  JsonNode deployment(Target target, Links links, long number, int history) {
    return database.inTransaction(
        db -> {
          TargetTable.lock(db, target.key());
          var action = find(db, target, number, ActionState.OPEN);
          var window = windows.of(db, action);
          ActionTable.told(db, action.key(), Representations.mayInstall(action, window));
          return Representations.deployment(
              links,
              action,
              window,
              DistributionTable.byKey(db, action.distributionKey()),
              history(db, action, history));
        });
  }

  JsonNode installed(Target target, Links links, long number, int history) {
    return database.use(
        db -> {
          var action = find(db, target, number, ActionState.FINISHED);
          var distribution = DistributionTable.byKey(db, action.distributionKey());
          if (distribution.isDeleted()) {
            throw absentAction();
          }
          return Representations.installed(
              links, action, distribution, history(db, action, history));
        });
  }

  JsonNode confirmations(Target target, Links links) {
    return database.use(
        db ->
            Representations.confirmations(
                links,
                target.autoConfirm(),
                ActionTable.open(db, target.key()).stream()
                    .filter(it -> it.state() == ActionState.UNCONFIRMED)
                    .findFirst()));
  }

  JsonNode confirmation(Target target, Links links, long number, int history) {
    return database.use(
        db -> {
          var action = find(db, target, number, ActionState.UNCONFIRMED);
          return Representations.confirmation(
              links,
              action,
              windows.of(db, action),
              DistributionTable.byKey(db, action.distributionKey()),
              history(db, action, history));
        });
  }

  JsonNode cancellation(Target target, long number) {
    return database.use(
        db -> Representations.cancellation(find(db, target, number, ActionState.CANCELLING)));
  }

  /** The signed manifest of an update. */
  String manifest(Target target, long number) {
    return database.use(
        db -> {
          var action = find(db, target, number, ActionState.OPEN);
          return manifests.sign(
              db, target.device(), action, DistributionTable.byKey(db, action.distributionKey()));
        });
  }

  /** What it may verify manifests with. */
  JsonNode manifestKeys() {
    var root = DdiJson.object();
    root.set("keys", ContractJson.mapper().valueToTree(manifests.published()));
    return root;
  }

  JsonNode artifacts(Target target, Links links, UUID module) {
    var found =
        database.use(
            db ->
                db.rows(
                    ArtifactTable::read,
                    ARTIFACTS + "m.id = $2 ORDER BY ma.place",
                    target.key(),
                    module));
    if (found.isEmpty()) {
      throw absentArtifact();
    }
    return Representations.artifacts(links, module, found);
  }

  /** An artifact that the device is to get, or has got. */
  Artifact artifact(Target target, UUID module, String filename) {
    return one(ARTIFACTS + "m.id = $2 AND ma.filename = $3", target.key(), module, filename);
  }

  /** The same by its bytes. */
  Artifact artifact(Target target, Sha256 bytes) {
    // Artifacts of the same bytes are the same file.
    return one(ARTIFACTS + "a.sha256 = $2 ORDER BY a.key LIMIT 1", target.key(), bytes.hex());
  }

  private Artifact one(String statement, Object... parameters) {
    return database
        .use(db -> db.first(statement, parameters).map(ArtifactTable::read))
        .orElseThrow(Deployments::absentArtifact);
  }

  private static Action find(Sql db, Target target, long number, ActionState state) {
    Optional<Action> found = ActionTable.own(db, target.key(), number);
    return found.filter(it -> it.state() == state).orElseThrow(Deployments::absentAction);
  }

  private static RuntimeException absentAction() {
    return new Refusal.Absent("The device has no such action now.").asException();
  }

  private static List<ActionTable.Status> history(Sql db, Action action, int wanted) {
    if (wanted == 0) {
      return List.of();
    }
    return ActionTable.statuses(
        db, action.key(), wanted < 0 ? MAX_HISTORY : Math.min(wanted, MAX_HISTORY));
  }

  static RuntimeException absentArtifact() {
    return new Refusal.Absent("The device is to get no such artifact.").asException();
  }
}
