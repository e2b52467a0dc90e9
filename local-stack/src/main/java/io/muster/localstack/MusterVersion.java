package io.muster.localstack;

import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the archive. Stateless. */
final class MusterVersion implements IVersionProvider {

  @Override
  public String[] getVersion() {
    var built = Muster.class.getPackage().getImplementationVersion();
    return new String[] {"Muster " + (built == null ? "(not from an archive)" : built)};
  }
}
