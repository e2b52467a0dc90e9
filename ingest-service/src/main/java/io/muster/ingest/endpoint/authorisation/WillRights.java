package io.muster.ingest.endpoint.authorisation;

import io.muster.ingest.access.Mandate;
import io.muster.ingest.endpoint.authorisation.PublishVerdict.Allowed;
import io.muster.ingest.endpoint.authorisation.PublishVerdict.AskRegistry;
import io.muster.ingest.endpoint.authorisation.PublishVerdict.Forbidden;
import io.muster.ingest.endpoint.packets.Will;
import io.smallrye.mutiny.Uni;

/** Wills obey the same rules as publishes (docs/architecture.md). Stateless. */
public final class WillRights {
  private WillRights() {}

  /** Whether the client may leave this will; never fails. */
  public static Uni<Mandate> allows(Will will, int payloadLimitBytes, PublishRights rights) {
    if (will == null) {
      return Uni.createFrom().item(Mandate.GIVEN);
    }
    if (will.payload().length > payloadLimitBytes) {
      return Uni.createFrom().item(Mandate.NOT_GIVEN);
    }
    return switch (rights.judge(will.topic(), will.qos(), will.retain())) {
      case Allowed allowed -> Uni.createFrom().item(Mandate.GIVEN);
      case Forbidden forbidden -> Uni.createFrom().item(Mandate.NOT_GIVEN);
      case AskRegistry question -> rights.ask(question);
    };
  }
}
