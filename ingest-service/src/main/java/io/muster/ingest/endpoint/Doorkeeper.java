package io.muster.ingest.endpoint;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.ingest.access.Admission;
import io.muster.ingest.endpoint.limits.Bans;
import io.muster.ingest.endpoint.limits.Network;
import io.muster.ingest.endpoint.observe.RefusalLog;
import io.muster.ingest.endpoint.packets.ReasonCode;
import java.time.Duration;

/**
 * What it means for a client, and for those who come after it from its address, that the registry
 * said no or yes. Thread-safe.
 */
final class Doorkeeper {
  private final Bans bans;
  private final RefusalLog log;

  Doorkeeper(Bans bans, RefusalLog log) {
    this.bans = bans;
    this.log = log;
  }

  /** Whether the device is refused from that address, whatever it shows. */
  boolean keepsOut(DeviceAddress device, String remoteAddress) {
    return bans.isBanned(Network.of(remoteAddress), device, System.nanoTime());
  }

  /** What the registry said of a device that came from there. */
  void hears(Admission answer, DeviceAddress device, String remoteAddress) {
    switch (answer) {
      case Admission.Granted granted ->
          bans.succeeded(Network.of(remoteAddress), device, System.nanoTime());
      case Admission.Denied(var reason) -> failed(device, remoteAddress, reason);
      case Admission.Unavailable unavailable -> {}
    }
  }

  private void failed(DeviceAddress device, String remoteAddress, VerifyAnswer.Reason reason) {
    if (code(reason) == ReasonCode.NOT_AUTHORIZED) {
      // It showed who it is.
      return;
    }
    switch (bans.failed(Network.of(remoteAddress), device, System.nanoTime())) {
      case Bans.Verdict.Watched watched -> {}
      case Bans.Verdict.DeviceBanned banned ->
          log.write(
              device, remoteAddress, "Device banned from this address", inWords(banned.lasts()));
      case Bans.Verdict.AddressBanned banned ->
          log.write(null, remoteAddress, "Address banned", inWords(banned.lasts()));
    }
  }

  private static String inWords(Duration lasts) {
    return "failed to authenticate again and again; for " + lasts.toSeconds() + " s";
  }

  /**
   * The same answer for a wrong secret and an unknown device: nobody learns which devices exist.
   */
  static ReasonCode code(VerifyAnswer.Reason reason) {
    return switch (reason) {
      case DEVICE_DISABLED, TENANT_SUSPENDED -> ReasonCode.NOT_AUTHORIZED;
      case UNKNOWN_DEVICE,
          WRONG_SECRET,
          CREDENTIAL_EXPIRED,
          CREDENTIAL_NOT_YET_VALID,
          NO_SUCH_CREDENTIAL,
          TOKEN_MALFORMED,
          TOKEN_ALGORITHM,
          TOKEN_SIGNATURE,
          TOKEN_EXPIRED,
          TOKEN_LIFETIME,
          TOKEN_AUDIENCE,
          TOKEN_SUBJECT,
          CERTIFICATE_UNKNOWN,
          CERTIFICATE_EXPIRED ->
          ReasonCode.BAD_USER_NAME_OR_PASSWORD;
    };
  }
}
