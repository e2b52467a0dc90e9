package io.muster.ingest.relay;

import io.muster.contract.id.ServiceName;
import java.util.regex.Pattern;

/**
 * Tells this site's connections from those of others at a broker that they share. Ordinals are
 * leased in a database, and each site has its own: without a name the first instance of each would
 * throw those of the others off for ever.
 *
 * @param name empty where all instances at the broker have one database
 */
record Site(String name) {
  /** With the longest channel within what the broker lets a purpose be; a dot ends it. */
  private static final Pattern NAME = Pattern.compile("([A-Za-z0-9][A-Za-z0-9_-]{0,39})?");

  /**
   * @throws IllegalStateException when the broker would refuse such a name
   */
  Site {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalStateException(
          "muster.relay.site: 1 to 40 letters, digits, - and _, and not \"%s\"".formatted(name));
    }
  }

  String clientIdentifier(int ordinal, String channel) {
    var purpose = name.isEmpty() ? channel : name + "." + channel;
    return ServiceName.INGEST.clientIdentifier(ordinal) + ":" + purpose;
  }
}
