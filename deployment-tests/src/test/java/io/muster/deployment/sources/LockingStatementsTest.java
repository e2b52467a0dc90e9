package io.muster.deployment.sources;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows are locked by their keys, not through a join with a set (decision 0021). */
class LockingStatementsTest {
  private static final Pattern TEXT_BLOCK = Pattern.compile("\"\"\"\\R(.*?)\"\"\"", Pattern.DOTALL);

  /** Joins of tables alone are not concerned. */
  private static final Pattern JOINED =
      Pattern.compile(
          "\\bunnest\\s*\\(|\\bVALUES\\b|\\bIN\\s*\\(\\s*SELECT\\b", Pattern.CASE_INSENSITIVE);

  /** What was locked by a part of the statement and is changed through a join with that part. */
  private static final Pattern CHANGED_BY_JOIN =
      Pattern.compile("FOR UPDATE\\b.*\\bUPDATE\\s+\\w+.*\\bFROM\\b", Pattern.DOTALL);

  private static final int KNOWN = 10;

  @Test
  void noneLocksThroughAJoinWithASet() throws IOException {
    List<String> wrong = new ArrayList<>();
    var found = 0;
    for (var module :
        List.of(
            "device-registry",
            "ingest-service",
            "command-service",
            "firmware-service",
            "outbox",
            "rest")) {
      for (var file : Checkout.files(module + "/src/main/java", ".java")) {
        var blocks = TEXT_BLOCK.matcher(Checkout.read(file));
        while (blocks.find()) {
          var statement = blocks.group(1);
          if (locks(statement)) {
            found++;
            if (locksThroughASet(statement)) {
              wrong.add(file + ":\n" + statement);
            }
          }
        }
      }
    }
    var seen = found;
    assertTrue(found >= KNOWN, () -> "only " + seen + " are found: they are written otherwise");
    assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT q.key FROM q JOIN unnest($1) AS w (key) ON q.key = w.key FOR UPDATE OF q",
        "SELECT key FROM q WHERE key IN (SELECT key FROM w) FOR UPDATE",
        "WITH h AS (SELECT key FROM q FOR UPDATE) UPDATE q SET a = 1 FROM h WHERE q.key = h.key"
      })
  void thatIsOne(String statement) {
    assertTrue(locksThroughASet(statement));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT key FROM q WHERE key = ANY ($1) ORDER BY key FOR UPDATE",
        "SELECT key FROM q WHERE key = ANY (ARRAY(SELECT a FROM b JOIN c (d) ON e)) FOR UPDATE",
        "UPDATE q SET a = 1 WHERE key = ANY (ARRAY(SELECT key FROM q ORDER BY key FOR UPDATE))",
      })
  void thatIsNone(String statement) {
    assertFalse(locksThroughASet(statement));
  }

  /** What is left out by a statement that skips what others hold comes again. */
  private static boolean locks(String statement) {
    return statement.contains("FOR UPDATE") && !statement.contains("SKIP LOCKED");
  }

  /** Whether what is locked is joined with a set; keys may be found by one. */
  private static boolean locksThroughASet(String statement) {
    var end = statement.indexOf("FOR UPDATE");
    return JOINED.matcher(withoutArrays(statement.substring(0, end))).find()
        || CHANGED_BY_JOIN.matcher(withoutArrays(statement)).find();
  }

  private static String withoutArrays(String statement) {
    var begin = statement.indexOf("ARRAY(");
    if (begin < 0) {
      return statement;
    }
    var depth = 0;
    for (var i = begin + "ARRAY".length(); i < statement.length(); i++) {
      depth += statement.charAt(i) == '(' ? 1 : statement.charAt(i) == ')' ? -1 : 0;
      if (depth == 0) {
        return withoutArrays(statement.substring(0, begin) + statement.substring(i + 1));
      }
    }
    // The lock is within it.
    return statement.substring(begin + "ARRAY(".length());
  }
}
