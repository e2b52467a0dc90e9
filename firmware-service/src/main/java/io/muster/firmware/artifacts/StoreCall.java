package io.muster.firmware.artifacts;

import io.muster.firmware.problem.ConflictKind;
import io.muster.firmware.store.StoreException;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.io.IOException;
import java.util.List;
import org.jboss.logging.Logger;

/** Calls the store and tells the sender why it does not do what it was asked. Stateless. */
final class StoreCall {
  private static final Logger LOG = Logger.getLogger(StoreCall.class);

  private StoreCall() {}

  /** A call of the store. */
  interface Step<T> {
    T run() throws IOException;
  }

  static <T> T call(Step<T> step) {
    try {
      return step.run();
    } catch (StoreException refused) {
      throw refusal(refused).asException();
    } catch (IOException failed) {
      // The client that hung up is one of these as well; to it nobody answers.
      LOG.warnf("The artifact store: %s", failed.toString());
      throw new Refusal.Unavailable("The bytes could not be kept").asException();
    }
  }

  /** A call that gives nothing. */
  interface Act {
    void run() throws IOException;
  }

  static void run(Act act) {
    call(
        () -> {
          act.run();
          return null;
        });
  }

  /** Cleans up if it can; what is left the sweep removes. */
  static void leave(Act act) {
    try {
      act.run();
    } catch (StoreException | IOException failed) {
      LOG.debugf("Left to the sweep: %s", failed.toString());
    }
  }

  private static Refusal refusal(StoreException refused) {
    return switch (refused) {
      case StoreException.NoUpload _ -> new Refusal.Absent("There is no such upload.");
      case StoreException.Busy _ ->
          new Refusal.Conflict(
              ConflictKind.UPLOAD_BUSY, "Another request is writing this upload just now.");
      case StoreException.WrongOffset it ->
          new Refusal.Conflict(
              ConflictKind.UPLOAD_OFFSET,
              "The upload goes on at byte %d (Upload-Offset).".formatted(it.keptBytes()));
      case StoreException.TooLarge it ->
          new Refusal.TooLarge("There may be %d bytes.".formatted(it.limitBytes()));
      case StoreException.OtherContent it ->
          new Refusal.Meaningless(List.of(FieldError.at("/sha256", it.getMessage())));
      case StoreException.Full _ -> new Refusal.Unavailable("The artifact store is full");
    };
  }
}
