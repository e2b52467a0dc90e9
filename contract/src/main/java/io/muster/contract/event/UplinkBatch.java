package io.muster.contract.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.UUID;

/**
 * What an edge's ingest hands to its hub's, as the body of {@code POST
 * /internal/v1/sites/{site}/log}: some of its log, in order and without gaps. One without entries
 * and without a beginning asks how far the hub has come, and changes nothing.
 *
 * @param log the identity of the edge's log; another one for each database that the site has had
 * @param after the position from which the entries go on: the first has {@code after + 1}
 * @param afterId the id of the entry at that position; null when it is not known, as at the log's
 *     beginning
 * @param beginning that the hub is to go on from here instead of from where it is; or null
 * @param entries in order
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record UplinkBatch(
    UUID log, long after, UUID afterId, Beginning beginning, List<OutboxEvent> entries) {

  /**
   * Another log than before, or the same one from further on.
   *
   * @param former where the hub said that it was; when it is elsewhere by now nothing happens
   * @param missed how many entries the hub will never get
   */
  public record Beginning(UplinkState former, long missed) {}

  public UplinkBatch {
    entries = entries == null ? List.of() : List.copyOf(entries);
  }
}
