package io.muster.registry.emqx;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The answer of an HTTP authenticator (EMQX 5.8, "Use HTTP Service").
 *
 * @param result {@code allow} or {@code deny}; never {@code ignore}, which would leave the client
 *     to whatever comes next
 * @param superuser no device is one
 * @param attributes the client's attributes: {@code tenant} and {@code device}
 * @param expireAt when it must authenticate again, in seconds since 1970
 * @param acl what it may do; what fits none of them EMQX asks about
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "EmqxAuthenticationResult")
record AuthnAnswer(
    String result,
    @JsonProperty("is_superuser") Boolean superuser,
    @JsonProperty("client_attrs") Map<String, String> attributes,
    @JsonProperty("expire_at") Long expireAt,
    List<AclRule> acl) {
  static final AuthnAnswer DENY = new AuthnAnswer("deny", null, null, null, null);
}
