package io.muster.rest.audit;

import io.muster.rest.access.Caller;

/**
 * Who does something, and from where. Taken from the request before its work moves to another
 * thread.
 *
 * @param subject of the token, without control characters and of bounded length
 * @param address or null
 */
public record Author(String subject, String address) {
  private static final int SUBJECT_CHARACTERS = 200;

  /** A subject comes from outside: it must neither write lines of its own nor be without end. */
  public Author {
    var text = subject.replaceAll("\\p{Cntrl}", "?");
    subject = text.length() <= SUBJECT_CHARACTERS ? text : text.substring(0, SUBJECT_CHARACTERS);
  }

  /** The bearer of the request's token. */
  public static Author of(Caller caller) {
    return new Author(caller.subject(), caller.address().orElse(null));
  }
}
