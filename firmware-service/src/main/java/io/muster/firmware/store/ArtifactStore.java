package io.muster.firmware.store;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Where the bytes of artifacts are. What is stored is named by its content and never changes. An
 * upload grows until it is completed; it survives the process that wrote it. Whose the bytes are
 * and who may have them, the store does not know.
 *
 * <p>Every method blocks, uses memory that does not depend on the size of anything, and may be
 * called by many threads of many processes at once.
 */
public interface ArtifactStore {

  /**
   * Makes an empty upload. Its name is used once and never again.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is one of that name
   */
  void begin(UploadId upload) throws IOException;

  /**
   * How many bytes of the upload are kept: where it goes on.
   *
   * @throws StoreException.NoUpload if there is none
   */
  long keptBytes(UploadId upload) throws IOException;

  /**
   * Adds what {@code bytes} gives. It is read no faster than it is written, which is the
   * back-pressure. When it ends with an exception, everything read before is kept and the exception
   * is passed on.
   *
   * @param offset where these bytes belong; must be what {@link #keptBytes} says
   * @param limitBytes how many bytes the whole upload may have
   * @return how many bytes are kept now, all of them written through to the disk
   * @throws StoreException.NoUpload if there is none
   * @throws StoreException.Busy if somebody else is at it
   * @throws StoreException.WrongOffset if the bytes begin elsewhere
   * @throws StoreException.TooLarge if there are more than {@code limitBytes}
   * @throws StoreException.Full if too little space would be left
   */
  long append(UploadId upload, long offset, InputStream bytes, long limitBytes) throws IOException;

  /**
   * Makes an object of the upload, or finds that the same bytes are there already. The upload is
   * gone afterwards.
   *
   * @param announced what the bytes must be, if the sender said so
   * @param verified hears what they are before there is the object
   * @throws StoreException.NoUpload if there is none
   * @throws StoreException.Busy if somebody else is at it
   * @throws StoreException.OtherContent if the bytes are not the announced ones; the upload is gone
   */
  Digests complete(UploadId upload, Optional<Sha256> announced, Verified verified)
      throws IOException;

  /** The same when nobody wants to hear. */
  default Digests complete(UploadId upload, Optional<Sha256> announced) throws IOException {
    return complete(upload, announced, _ -> {});
  }

  /** Hears what the bytes of an upload are. Nobody writes it meanwhile. */
  interface Verified {
    /** Whatever it throws is passed on, and the upload stays as it is. */
    void accept(Digests found);
  }

  /**
   * Forgets an upload. One that is not there is no error.
   *
   * @throws StoreException.Busy if somebody is writing it
   */
  void discard(UploadId upload) throws IOException;

  /** What is stored under that name. */
  Optional<StoredObject> find(Sha256 name) throws IOException;

  /**
   * Some of its bytes; the caller closes it.
   *
   * @param first from 0
   * @param count how many, all of them there
   */
  InputStream open(Sha256 name, long first, long count) throws IOException;

  /**
   * Where clients are sent to for the bytes instead of getting them from here.
   *
   * @param filename how it is called there
   */
  default Optional<URI> elsewhere(Sha256 name, String filename) {
    return Optional.empty();
  }

  /**
   * Removes uploads that nobody wrote to since {@code before}, and objects that are older than that
   * and that nobody knows: what a crash left between storing bytes and recording them.
   *
   * @param known whether an object is in use; asked for each old one
   */
  Sweep sweep(Instant before, Predicate<Sha256> known) throws IOException;

  /**
   * What {@link #sweep} removed.
   *
   * @param uploads how many uploads
   * @param objects how many objects
   */
  record Sweep(int uploads, int objects) {}
}
