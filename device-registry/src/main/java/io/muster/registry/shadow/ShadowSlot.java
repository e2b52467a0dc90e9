package io.muster.registry.shadow;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** One locked shadow while a transaction changes it, perhaps several times. For one thread. */
final class ShadowSlot {
  private final List<PastVersion> versions = new ArrayList<>(1);
  private StoredShadow present;
  private boolean changed;

  ShadowSlot(StoredShadow stored) {
    this.present = stored;
  }

  StoredShadow present() {
    return present;
  }

  boolean isChanged() {
    return changed;
  }

  /**
   * What was made of it since it was locked, unless it was deleted after that.
   *
   * @param most the last ones alone
   */
  List<PastVersion> versions(int most) {
    return versions.subList(Math.max(0, versions.size() - most), versions.size());
  }

  void become(ShadowDocument document, Instant now, Source source) {
    set(document, now, false);
    versions.add(new PastVersion(present.key(), document, now, source));
  }

  void delete(Instant now) {
    var last = present.document().version();
    set(new ShadowDocument(last, Section.NONE, Section.NONE), now, true);
    versions.clear();
  }

  private void set(ShadowDocument document, Instant now, boolean deleted) {
    present = new StoredShadow(present.key(), present.id(), document, now, deleted);
    changed = true;
  }
}
