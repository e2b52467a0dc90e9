package io.muster.registry.bulk;

import io.muster.rest.problem.Explanation;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Where the rows of an import come from. For one thread; waits for the client. */
interface RowSource {
  /**
   * The next row, or null at the end.
   *
   * @throws IOException when the client is gone
   */
  Row next() throws IOException;

  /** SHA-256 of all that was read for the rows so far. */
  byte[] digest();

  /** A row that means nothing to us. */
  static Row.Unreadable unreadable(Line line, int bytes, String detail) {
    return new Row.Unreadable(
        line.number(), bytes, new Explanation("malformed-request", detail, List.of()));
  }

  /**
   * The text of a line.
   *
   * @throws CharacterCodingException when it is no UTF-8
   */
  static String text(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  /** Refuses a request whose rows cannot be read at all. */
  static RuntimeException refused(String detail) {
    return new Refusal.Malformed(detail, List.<FieldError>of()).asException();
  }
}
