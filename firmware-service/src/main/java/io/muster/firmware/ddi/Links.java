package io.muster.firmware.ddi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.firmware.artifacts.Artifact;
import java.net.URI;
import java.util.UUID;

/**
 * The links that a device gets: absolute, from the configured address, since clients follow them as
 * they are, and with the tenant as the device spells it, since Zephyr's client looks for that.
 *
 * @param base {@code {public address}/{tenant}/controller/v1/{controllerId}}
 */
record Links(String base) {

  static Links of(URI publicUrl, String tenantAsSpelt, String controllerId) {
    var address = publicUrl.toString();
    var plain = address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
    return new Links(plain + "/" + tenantAsSpelt + "/controller/v1/" + controllerId);
  }

  ObjectNode configData() {
    return href(base + "/configData");
  }

  ObjectNode deploymentBase(long action) {
    return href(base + "/deploymentBase/" + action);
  }

  ObjectNode manifest(long action) {
    return href(base + "/deploymentBase/" + action + "/manifest");
  }

  ObjectNode manifestKeys() {
    return href(base + "/manifestKeys");
  }

  /**
   * With a zero before the number, which changes nothing: Zephyr's client, that of 4.1 for one,
   * leaves out the first digit (zephyr#89530), and is stuck when none but zeros are left.
   */
  ObjectNode cancelAction(long action) {
    return href(base + "/cancelAction/0" + action);
  }

  ObjectNode installedBase(long action) {
    return href(base + "/installedBase/" + action);
  }

  ObjectNode confirmationBase(long action) {
    return href(base + "/confirmationBase/" + action);
  }

  ObjectNode confirmationBase() {
    return href(base + "/confirmationBase");
  }

  ObjectNode autoConfirm(boolean activate) {
    return href(
        base + "/confirmationBase/" + (activate ? "activateAutoConfirm" : "deactivateAutoConfirm"));
  }

  /** Both names of each, as clients look for one or the other whatever the address begins with. */
  ObjectNode artifact(UUID module, Artifact artifact) {
    var file = base + "/softwaremodules/" + module + "/artifacts/" + artifact.filename();
    var links = DdiJson.object();
    links.set("download", href(file));
    links.set("md5sum", href(file + DdiResource.MD5_SUFFIX));
    links.set("download-http", href(file));
    links.set("md5sum-http", href(file + DdiResource.MD5_SUFFIX));
    return links;
  }

  private static ObjectNode href(String url) {
    return DdiJson.object().put("href", url);
  }
}
