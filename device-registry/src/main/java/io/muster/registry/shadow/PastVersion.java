package io.muster.registry.shadow;

import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.Function;

/** A version to be kept. */
record PastVersion(int shadowKey, ShadowDocument document, Instant at, Source source) {

  /** Adds the arrays of a batch. */
  static void add(Tuple values, List<PastVersion> versions) {
    values
        .addArrayOfInteger(versions.stream().map(PastVersion::shadowKey).toArray(Integer[]::new))
        .addArrayOfLong(versions.stream().map(it -> it.document().version()).toArray(Long[]::new))
        .addArrayOfOffsetDateTime(
            versions.stream().map(it -> ShadowTable.utc(it.at())).toArray(OffsetDateTime[]::new))
        .addArrayOfString(versions.stream().map(it -> it.source().label()).toArray(String[]::new))
        .addArrayOfString(texts(versions, it -> it.document().desired()))
        .addArrayOfString(texts(versions, it -> it.document().reported()));
  }

  private static String[] texts(
      List<PastVersion> versions, Function<PastVersion, Section> section) {
    return versions.stream()
        .map(it -> ShadowJson.text(section.apply(it).state()))
        .toArray(String[]::new);
  }
}
