package io.muster.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.List;
import org.junit.jupiter.api.Test;

class MendedSessionStoreTest {
  @Test
  void readsWhatIsInFlightInATransactionThatMayDrop() throws IOException {
    var original = MendedSessionStore.original();
    assertEquals(List.of("computeInReadonlyTransaction"), transactions(original));
    assertEquals(
        List.of("computeInExclusiveTransaction"),
        transactions(MendedSessionStore.mended(original)));
  }

  @Test
  void theMendedClassIsSound() throws IOException {
    var mended = MendedSessionStore.mended(MendedSessionStore.original());
    assertEquals(List.of(), ClassFile.of().verify(mended));
  }

  @Test
  void refusesAReleaseThatReadsInAnotherWay() throws IOException {
    var mended = MendedSessionStore.mended(MendedSessionStore.original());
    assertThrows(IllegalStateException.class, () -> MendedSessionStore.mended(mended));
  }

  private static List<String> transactions(byte[] store) {
    var read =
        ClassFile.of().parse(store).methods().stream()
            .filter(method -> method.methodName().equalsString("readInflight"))
            .findFirst()
            .orElseThrow();
    return read.code().stream()
        .flatMap(CodeModel::elementStream)
        .filter(InvokeInstruction.class::isInstance)
        .map(call -> ((InvokeInstruction) call).name().stringValue())
        .filter(name -> name.startsWith("computeIn"))
        .toList();
  }
}
