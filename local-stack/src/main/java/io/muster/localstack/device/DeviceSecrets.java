package io.muster.localstack.device;

import io.muster.contract.id.DeviceAddress;
import io.muster.localstack.files.PrivateFiles;
import io.muster.localstack.home.MusterHome;
import io.muster.localstack.registry.RegistryClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The secrets of devices that this command made, each in a file of mode 0600, so that the next run
 * uses them again. Safe for use by several threads, for different devices.
 */
public final class DeviceSecrets {
  private final MusterHome home;
  private final RegistryClient registry;

  public DeviceSecrets(MusterHome home, RegistryClient registry) {
    this.home = home;
    this.registry = registry;
  }

  /**
   * Makes the device and a secret for it unless that has been done.
   *
   * @throws io.muster.localstack.UserMistake when the registry cannot be reached or refuses
   * @throws UncheckedIOException when the secret cannot be kept
   */
  public void ensure(DeviceAddress device) {
    if (!Files.exists(file(device))) {
      renew(device);
    }
  }

  /**
   * Makes a new secret, and the device when it is absent.
   *
   * @throws io.muster.localstack.UserMistake when the registry cannot be reached or refuses
   * @throws UncheckedIOException when the secret cannot be kept
   */
  public void renew(DeviceAddress device) {
    registry.ensureDevice(device);
    try {
      PrivateFiles.write(file(device), registry.createSecret(device));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep the secret of " + device, e);
    }
  }

  /**
   * @throws UncheckedIOException when it cannot be read
   */
  public String secret(DeviceAddress device) {
    try {
      return Files.readString(file(device)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the secret of " + device, e);
    }
  }

  private Path file(DeviceAddress device) {
    return home.devices(device.tenant().value()).resolve(device.device() + ".secret");
  }
}
