package io.muster.registry.shadow;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A shadow at one version. Immutable.
 *
 * @param version grows by one with each update, also by one that changes nothing and also after a
 *     deletion
 */
record ShadowDocument(long version, Section desired, Section reported) {

  /** Before the first update. */
  static final ShadowDocument NONE = new ShadowDocument(0, Section.NONE, Section.NONE);

  /**
   * @param seconds since 1970, when
   * @throws ShadowRefusedException with 409 when it is based on another version, with 413 when the
   *     result is too large
   */
  ShadowDocument updated(ShadowUpdate update, long seconds, ShadowRules rules) {
    if (update.expectedVersion() != null && update.expectedVersion() != version) {
      throw ShadowRefusal.versionConflict().asException();
    }
    var next =
        new ShadowDocument(
            version + 1,
            section(desired, update.state(), ShadowUpdate.DESIRED, seconds),
            section(reported, update.state(), ShadowUpdate.REPORTED, seconds));
    if (ShadowJson.bytes(next.state()).length > rules.maxBytes()) {
      throw ShadowRefusal.tooLarge().asException();
    }
    return next;
  }

  private static Section section(Section present, ObjectNode patch, String name, long seconds) {
    if (patch == null) {
      return Section.NONE;
    }
    return patch.has(name)
        ? present.merged(patch.get(name) instanceof ObjectNode members ? members : null, seconds)
        : present;
  }

  /** Null when there is none. */
  ObjectNode delta() {
    return Delta.of(desired.state(), reported.state());
  }

  /** The sections that there are. */
  ObjectNode state() {
    return sections(desired.state(), reported.state());
  }

  ObjectNode metadata() {
    return sections(desired.metadata(), reported.metadata());
  }

  private static ObjectNode sections(ObjectNode desired, ObjectNode reported) {
    var sections = ShadowJson.object();
    if (desired != null) {
      sections.set(ShadowUpdate.DESIRED, desired);
    }
    if (reported != null) {
      sections.set(ShadowUpdate.REPORTED, reported);
    }
    return sections;
  }
}
