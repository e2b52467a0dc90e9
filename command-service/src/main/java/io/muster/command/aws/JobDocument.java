package io.muster.command.aws;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.util.Optional;

/**
 * What AWS IoT calls a job's document. A payload that is a JSON object is the document as it is, so
 * a device gets exactly what it was written for; any other goes into an object beside the command's
 * name. Stateless.
 */
final class JobDocument {
  private JobDocument() {}

  /**
   * The text of a JSON object.
   *
   * @param contentType or null when nothing is said
   */
  static String of(String name, String contentType, byte[] payload) {
    var json = json(contentType, payload);
    if (json.isPresent() && JobsJson.read(json.get()).orElseThrow() instanceof ObjectNode) {
      return json.get();
    }
    var document = JobsJson.object().put("name", name);
    if (json.isPresent()) {
      document.putRawValue("payload", new RawValue(json.get()));
    } else if (payload.length > 0) {
      if (contentType != null) {
        document.put("contentType", contentType);
      }
      document.put("payloadBase64", payload);
    }
    return JobsJson.text(document);
  }

  private static Optional<String> json(String contentType, byte[] payload) {
    return contentType != null && !contentType.contains("json")
        ? Optional.empty()
        : JobsJson.text(payload).filter(text -> JobsJson.read(text).isPresent());
  }
}
