package io.muster.registry.shadow;

import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;

/** A version to be kept. */
record PastVersion(int shadowKey, ShadowDocument document, Instant at, Source source) {

  /** The arrays of a batch. */
  static Tuple batch(List<PastVersion> versions) {
    return Tuple.newInstance(
        io.vertx.sqlclient.Tuple.of(
            versions.stream().map(PastVersion::shadowKey).toArray(Integer[]::new),
            versions.stream().map(it -> it.document().version()).toArray(Long[]::new),
            versions.stream().map(it -> ShadowTable.utc(it.at())).toArray(OffsetDateTime[]::new),
            versions.stream().map(it -> it.source().label()).toArray(String[]::new),
            versions.stream()
                .map(it -> ShadowJson.text(it.document().desired().state()))
                .toArray(String[]::new),
            versions.stream()
                .map(it -> ShadowJson.text(it.document().reported().state()))
                .toArray(String[]::new)));
  }
}
