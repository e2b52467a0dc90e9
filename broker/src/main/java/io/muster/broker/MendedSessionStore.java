package io.muster.broker;

import com.hivemq.mqtt.message.publish.PUBLISH;
import com.hivemq.persistence.clientqueue.ClientQueueEntry;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.invoke.MethodHandles;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a kill leaves behind in HiveMQ's stores, made harmless. HiveMQ CE 2025.5 keeps a session's
 * queue and the payloads in two stores. Killed just after an acknowledgement it may have removed
 * the payload, and not yet the message from the queue.
 *
 * <p><b>The session that was never served again.</b> When a session is resumed, HiveMQ CE 2025.5
 * reads what was in flight in a read-only transaction of Xodus. A message without its payload is
 * dropped on the way, which needs an exclusive one: the read fails with "Current transaction should
 * be exclusive", nothing is ever sent to that session again, and each further resumption fails
 * likewise. A broker that is killed just after an acknowledgement leaves such a message behind: its
 * payload was removed from the one store, its place in the queue not yet from the other. So the
 * read is made exclusive, as HiveMQ's own read of new messages is.
 */
final class MendedSessionStore {
  static final String STORE = "com.hivemq.persistence.clientqueue.ClientQueueXodusLocalPersistence";

  private static final String METHOD = "readInflight";
  private static final String READ_ONLY = "computeInReadonlyTransaction";
  private static final String EXCLUSIVE = "computeInExclusiveTransaction";

  private static boolean defined;

  private MendedSessionStore() {}

  /**
   * Defines the mended class in place of HiveMQ's own. Before HiveMQ is started for the first time
   * in this process; later calls do nothing.
   *
   * @throws IllegalStateException when HiveMQ is not the release that this was written for
   */
  static synchronized void define() {
    if (defined) {
      return;
    }
    try {
      MethodHandles.privateLookupIn(ClientQueueEntry.class, MethodHandles.lookup())
          .defineClass(mended(original()));
    } catch (IllegalAccessException | LinkageError | IOException cause) {
      throw new IllegalStateException("cannot mend " + STORE, cause);
    }
    defined = true;
  }

  /**
   * Lets the ids of messages begin at the time in microseconds. Whatever was given before is lower,
   * since no broker takes a million messages in each second of its life. After HiveMQ has read its
   * stores, and before the first client may connect.
   */
  static void raiseMessageIds(Instant now) {
    var floor = ChronoUnit.MICROS.between(Instant.EPOCH, now);
    PUBLISH.PUBLISH_COUNTER.accumulateAndGet(floor, Math::max);
  }

  static byte[] original() throws IOException {
    var path = STORE.replace('.', '/') + ".class";
    try (var stream = ClientQueueEntry.class.getClassLoader().getResourceAsStream(path)) {
      if (stream == null) {
        throw new IllegalStateException("HiveMQ has no " + STORE);
      }
      return stream.readAllBytes();
    }
  }

  static byte[] mended(byte[] original) {
    var calls = new AtomicInteger();
    CodeTransform exclusive =
        (code, element) -> {
          if (element instanceof InvokeInstruction call && call.name().equalsString(READ_ONLY)) {
            calls.incrementAndGet();
            code.invokeinterface(call.owner().asSymbol(), EXCLUSIVE, call.typeSymbol());
          } else {
            code.with(element);
          }
        };
    var format = ClassFile.of();
    var mended =
        format.transformClass(
            format.parse(original),
            ClassTransform.transformingMethodBodies(
                method -> method.methodName().equalsString(METHOD), exclusive));
    if (calls.get() != 1) {
      throw new IllegalStateException(
          "%s of %s has %d calls of %s, expected one"
              .formatted(METHOD, STORE, calls.get(), READ_ONLY));
    }
    return mended;
  }
}
