package io.muster.firmware.store;

/**
 * Why the store does not do what it was asked. What the file system itself fails at stays an {@link
 * java.io.IOException}.
 */
public abstract sealed class StoreException extends RuntimeException {

  private StoreException(String message) {
    super(message, null, false, false);
  }

  /** There is no upload of that name (any more). */
  public static final class NoUpload extends StoreException {
    NoUpload(UploadId upload) {
      super("There is no upload " + upload);
    }
  }

  /** Somebody else is adding to the upload, or ending it, in this process or in another one. */
  public static final class Busy extends StoreException {
    Busy(UploadId upload) {
      super("The upload " + upload + " is being written");
    }
  }

  /** The bytes do not begin where the kept ones end. */
  public static final class WrongOffset extends StoreException {
    private final long keptBytes;

    WrongOffset(long keptBytes) {
      super("The upload holds " + keptBytes + " bytes");
      this.keptBytes = keptBytes;
    }

    /** Where the upload goes on. */
    public long keptBytes() {
      return keptBytes;
    }
  }

  /** More bytes came than are allowed. What was kept up to the limit is still there. */
  public static final class TooLarge extends StoreException {
    private final long limitBytes;

    TooLarge(long limitBytes) {
      super("An artifact has at most " + limitBytes + " bytes");
      this.limitBytes = limitBytes;
    }

    /** The limit that was passed. */
    public long limitBytes() {
      return limitBytes;
    }
  }

  /** The bytes are not those that were announced; they are gone. */
  public static final class OtherContent extends StoreException {
    OtherContent(Sha256 announced, Sha256 found) {
      super("The bytes have the SHA-256 " + found + " and not " + announced);
    }
  }

  /** The volume has less space left than must stay free. */
  public static final class Full extends StoreException {
    Full(long freeBytes) {
      super("The artifact store is full: " + freeBytes + " bytes are free");
    }
  }
}
