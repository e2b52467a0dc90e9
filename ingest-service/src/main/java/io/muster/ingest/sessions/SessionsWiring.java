package io.muster.ingest.sessions;

import io.muster.contract.event.ConnectedSession;
import io.muster.contract.event.SessionEvent;
import io.muster.contract.event.SessionPage;
import io.muster.ingest.intake.Intake;
import io.muster.outbox.InstanceName;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts the sessions together, and begins and ends them with the service. */
@Singleton
@RegisterForReflection(
    targets = {
      ConnectedSession.class,
      ConnectedSession.Hearing.class,
      SessionEvent.class,
      SessionPage.class
    })
class SessionsWiring {
  /** The endpoint has ended its connections; what they left is to be written. */
  private static final int AFTER_THE_ENDPOINT = 100;

  @Produces
  @Singleton
  ReplicaIdentity identity(@ConfigProperty(name = "muster.replica") Optional<String> name) {
    return new ReplicaIdentity(InstanceName.of(name, "ingest"), UUID.randomUUID());
  }

  @Produces
  @Singleton
  PostgresSessions sessions(
      Pool pool, Intake intake, ReplicaIdentity identity, SessionsConfig config, Clock clock) {
    return new PostgresSessions(pool, intake, identity, config, clock);
  }

  void start(@Observes StartupEvent started, PostgresSessions sessions) {
    sessions.start();
  }

  void stop(
      @Observes @Priority(AFTER_THE_ENDPOINT) ShutdownEvent stopping, PostgresSessions sessions) {
    sessions.stop();
  }
}
