package io.muster.registry.emqx;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The answer of an HTTP authorizer.
 *
 * @param result {@code allow} or {@code deny}
 */
@RegisterForReflection
@Schema(name = "EmqxAuthorizationResult")
record AuthzAnswer(String result) {
  static final AuthzAnswer ALLOW = new AuthzAnswer("allow");
  static final AuthzAnswer DENY = new AuthzAnswer("deny");
}
