package io.muster.ingest.endpoint.authorisation;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.access.DeviceAccess;
import io.muster.ingest.access.Mandate;
import io.muster.ingest.endpoint.authorisation.PublishVerdict.Allowed;
import io.muster.ingest.endpoint.authorisation.PublishVerdict.AskRegistry;
import io.muster.ingest.endpoint.authorisation.PublishVerdict.Forbidden;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/**
 * Judges the topic names of one connection's publishes (docs/architecture.md): its own device's, or
 * those of a device behind it, as far as its token is for them. Remembers the last name that it
 * read, under which most messages come. On one event loop.
 */
public final class PublishRights {
  private final DeviceAddress self;
  private final DeviceAccess access;
  private final Scopes scopes;
  private String lastName = "";
  private Optional<Allowed> last = Optional.empty();

  public PublishRights(DeviceAddress self, DeviceAccess access, Scopes scopes) {
    this.self = self;
    this.access = access;
    this.scopes = scopes;
  }

  public PublishVerdict judge(String topicName, int qos, boolean retain) {
    if (!topicName.equals(lastName)) {
      last = DeviceTopic.parse(topicName).filter(scopes::allow).map(Allowed::new);
      lastName = topicName;
    }
    if (last.isEmpty()) {
      return Forbidden.FORBIDDEN;
    }
    var allowed = last.get();
    var topic = allowed.topic();
    var retainMisplaced = retain && !(topic instanceof DeviceTopic.Presence);
    if (qos < topic.minimumQos()
        || retainMisplaced
        || !(topic instanceof DeviceTopic.OfDevice of)) {
      return Forbidden.FORBIDDEN;
    }
    return of.address().equals(self) ? allowed : judgeOther(allowed, of.address());
  }

  private PublishVerdict judgeOther(Allowed allowed, DeviceAddress other) {
    if (!other.tenant().equals(self.tenant())) {
      return Forbidden.FORBIDDEN;
    }
    var known = access.maySpeakForIfKnown(self, other);
    if (known == null) {
      return new AskRegistry(allowed.topic(), other);
    }
    return known ? allowed : Forbidden.FORBIDDEN;
  }

  /** Asks for what {@link #judge} could not say; never fails. */
  public Uni<Mandate> ask(AskRegistry question) {
    return access.maySpeakFor(self, question.about());
  }
}
