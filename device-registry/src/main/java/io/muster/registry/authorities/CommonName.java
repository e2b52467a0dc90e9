package io.muster.registry.authorities;

import java.util.Optional;
import javax.naming.NamingException;
import javax.naming.ldap.LdapName;
import javax.security.auth.x500.X500Principal;

/** The common name of a subject (RFC 5280 §4.1.2.6). */
final class CommonName {
  private CommonName() {}

  /** Empty when there is none, more than one, or one that is no text. */
  static Optional<String> of(X500Principal subject) {
    try {
      var names =
          new LdapName(subject.getName(X500Principal.RFC2253))
              .getRdns().stream()
                  .flatMap(rdn -> java.util.Collections.list(rdn.toAttributes().getAll()).stream())
                  .filter(it -> it.getID().equalsIgnoreCase("CN"))
                  .toList();
      if (names.size() != 1 || names.getFirst().size() != 1) {
        return Optional.empty();
      }
      return names.getFirst().get() instanceof String text ? Optional.of(text) : Optional.empty();
    } catch (NamingException unreadable) {
      return Optional.empty();
    }
  }
}
