package io.muster.contract.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.UUID;

/**
 * CloudEvents 1.0 in its JSON format, structured mode: the payload of every {@code platform/…}
 * topic. Content type {@value #CONTENT_TYPE}.
 *
 * @param specversion {@code 1.0}
 * @param id the same as the outbox entry's
 * @param source {@code /muster/{service}}
 * @param type {@code io.muster.{service}.{event}}, for example {@code
 *     io.muster.registry.device-disabled}
 * @param subject {@code {tenant}/{device}} or {@code {tenant}}
 * @param time when it happened
 * @param datacontenttype {@code application/json}
 * @param data what happened; its record depends on the type
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CloudEvent(
    String specversion,
    UUID id,
    String source,
    String type,
    String subject,
    Instant time,
    String datacontenttype,
    JsonNode data) {

  /** Media type of a CloudEvent in structured JSON mode. */
  public static final String CONTENT_TYPE = "application/cloudevents+json";

  public CloudEvent {
    if (!"1.0".equals(specversion)) {
      throw new IllegalArgumentException("CloudEvents specversion must be 1.0");
    }
    if (id == null || source == null || type == null) {
      throw new IllegalArgumentException("a CloudEvent has an id, a source and a type");
    }
  }
}
