package io.muster.firmware.store;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The digests of uploads that stand still between two requests, so that a resumed upload is not
 * read again from its beginning. Bounded: what was pushed out, or written by another process, is
 * read again. Thread-safe.
 */
final class KnownDigests {

  private final Map<UploadId, RunningDigests> kept;

  KnownDigests(int bound) {
    this.kept =
        new LinkedHashMap<>() {
          @Override
          protected boolean removeEldestEntry(Map.Entry<UploadId, RunningDigests> eldest) {
            return size() > bound;
          }
        };
  }

  /** The digests of everything that is in the file. */
  RunningDigests take(UploadId upload, UploadFile file) throws IOException {
    RunningDigests known = forget(upload);
    if (known != null && known.sizeBytes() == file.sizeBytes()) {
      return known;
    }
    return file.digest();
  }

  void keep(UploadId upload, RunningDigests digests) {
    synchronized (kept) {
      kept.put(upload, digests);
    }
  }

  RunningDigests forget(UploadId upload) {
    synchronized (kept) {
      return kept.remove(upload);
    }
  }
}
