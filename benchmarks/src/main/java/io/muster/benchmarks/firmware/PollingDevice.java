package io.muster.benchmarks.firmware;

import java.io.IOException;
import java.util.regex.Pattern;

/**
 * A device at hawkBit's API that installs what it is given at once.
 *
 * @param token its target token
 */
record PollingDevice(String tenant, String name, String token) {
  private static final int OK = 200;
  private static final Pattern UPDATE = Pattern.compile("/deploymentBase/(\\d+)");
  private static final Pattern CANCELLATION = Pattern.compile("/cancelAction/(\\d+)");

  /**
   * Asks what there is to do, and does it.
   *
   * @return whether there was an update
   */
  boolean poll(PlainConnection connection) throws IOException {
    var answer = connection.text(PlainConnection.get(base(), proof()), OK);
    var cancellation = CANCELLATION.matcher(answer);
    if (cancellation.find()) {
      close(connection, "cancelAction", cancellation.group(1));
      return false;
    }
    var update = UPDATE.matcher(answer);
    if (!update.find()) {
      return false;
    }
    connection.text(
        PlainConnection.get(base() + "/deploymentBase/" + update.group(1), proof()), OK);
    close(connection, "deploymentBase", update.group(1));
    return true;
  }

  private void close(PlainConnection connection, String resource, String action)
      throws IOException {
    var feedback =
        "{\"id\":\"%s\",\"status\":{\"execution\":\"closed\",\"result\":{\"finished\":\"success\"}}}"
            .formatted(action);
    connection.text(
        PlainConnection.post(
            base() + "/" + resource + "/" + action + "/feedback", proof(), feedback),
        OK);
  }

  private String base() {
    return "/" + tenant + "/controller/v1/" + name;
  }

  private String proof() {
    return "TargetToken " + token;
  }
}
