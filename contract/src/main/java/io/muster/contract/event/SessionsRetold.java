package io.muster.contract.event;

/**
 * The end of what an edge's log tells again of who is connected there, for its hub alone: the
 * payload of {@code platform/ingest/sessions-retold/{site}}.
 *
 * @param after what was told of a connection up to this entry of the log, and not since, is over
 */
public record SessionsRetold(long after) {
  private static final String TOPIC = "platform/ingest/sessions-retold/";

  /** Where a site says so. */
  public static String topic(String site) {
    return TOPIC + site;
  }

  /** Whether a topic name is that of some site. */
  public static boolean isTopic(String name) {
    return name.startsWith(TOPIC);
  }
}
