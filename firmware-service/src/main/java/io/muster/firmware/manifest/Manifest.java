package io.muster.firmware.manifest;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What a device may rely on, whatever happens between the service and itself. It is signed, so a
 * device takes no digest from anywhere else.
 *
 * @param counter grows with each action of the device: it acts on none that is lower than the
 *     highest it has acted on
 * @param iat when it was signed, in seconds since 1970
 * @param exp until when a device may act on it
 * @param deviceTypes that it fits; empty: all
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Manifest(
    String tenant,
    String device,
    long counter,
    long iat,
    long exp,
    String distribution,
    String version,
    List<String> deviceTypes,
    List<Part> parts) {
  public Manifest {
    deviceTypes = List.copyOf(deviceTypes);
    parts = List.copyOf(parts);
  }

  /** A software module. */
  public record Part(String part, String name, String version, List<File> files) {
    public Part {
      files = List.copyOf(files);
    }
  }

  /**
   * An artifact.
   *
   * @param signatures of the tenant's own keys, over the SHA-256
   */
  public record File(String filename, long sizeBytes, String sha256, List<Vouched> signatures) {
    public File {
      signatures = List.copyOf(signatures);
    }
  }

  /**
   * A signature.
   *
   * @param signature in Base64
   */
  public record Vouched(String key, String algorithm, String signature) {}
}
