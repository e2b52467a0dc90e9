package io.muster.firmware.artifacts;

import io.muster.firmware.store.ArtifactStore;
import io.muster.firmware.store.BucketStore;
import io.muster.firmware.store.FileStore;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;

/** The artifact store, as a bean. */
class Stores {
  @Produces
  @Singleton
  ArtifactStore store(ArtifactConfig config, Clock clock) {
    try {
      var files = new FileStore(config.folder(), config.mustStayFreeBytes(), clock);
      return config.s3().bucket().isEmpty()
          ? files
          : new BucketStore(files, config.s3(), config.keepUploadFor().dividedBy(2), clock);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the folder of artifacts " + config.folder() + " cannot be used", e);
    }
  }

  void close(@Disposes ArtifactStore store) {
    if (store instanceof BucketStore bucket) {
      bucket.close();
    }
  }
}
