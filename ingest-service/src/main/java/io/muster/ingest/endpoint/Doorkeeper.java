package io.muster.ingest.endpoint;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.VerifyAnswer.Reason;
import io.muster.ingest.access.Admission;
import io.muster.ingest.endpoint.observe.RefusalLog;
import io.muster.rest.bans.Bans;
import io.muster.rest.bans.Network;
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

  /** The registry refused what somebody showed who is nobody yet. */
  void refuses(Reason reason, String remoteAddress) {
    // With one that held once a whole factory may come, behind one address.
    if (reason == Reason.CLAIM_UNKNOWN) {
      failed(null, remoteAddress, reason);
    }
  }

  private void failed(DeviceAddress device, String remoteAddress, Reason reason) {
    if (reason == Reason.DEVICE_DISABLED
        || reason == Reason.TENANT_SUSPENDED
        || reason == Reason.CERTIFICATE_SUBJECT) {
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
}
