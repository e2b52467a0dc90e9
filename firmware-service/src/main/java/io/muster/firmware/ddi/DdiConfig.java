package io.muster.firmware.ddi;

import io.muster.rest.bans.BansConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** hawkBit's device API. */
@ConfigMapping(prefix = "muster.firmware")
public interface DdiConfig {

  /** Where devices reach the service from outside; links begin with it, whatever a request says. */
  @WithDefault("http://127.0.0.1:8084")
  URI publicUrl();

  /** The same for devices that come in at their own port; the other address when it is not set. */
  Optional<URI> publicTlsUrl();

  Ddi ddi();

  /** What concerns devices alone. */
  interface Ddi {
    /**
     * Whether devices are served at the main port as well, where people and services are. Without
     * it the port for devices must be open ({@code muster.firmware.tls.certificate}).
     */
    @WithDefault("true")
    boolean atMainPort();

    /** How often devices ask, unless their tenant says otherwise. */
    @WithDefault("5M")
    @DurationMin(seconds = 5)
    @DurationMax(hours = 23)
    Duration polling();

    /** How many attributes a device may say of itself. */
    @WithDefault("100")
    @Min(1) int attributes();

    /** How many characters the value of an attribute may have. */
    @WithDefault("1024")
    @Min(1) int attributeCharacters();

    /**
     * How many requests of a device this instance takes in a minute, those for bytes and those with
     * feedback aside. More are answered 429, with Retry-After.
     */
    @WithDefault("600")
    @Min(1) int requestsPerMinute();

    /**
     * How often in a minute this instance lets a device say something new of itself. More is
     * answered 429, with Retry-After; what it said before it may say again.
     */
    @WithDefault("10")
    @Min(1) int attributeChangesPerMinute();

    /**
     * How many downloads of a device this instance has under way at once. More are answered 429,
     * with Retry-After.
     */
    @WithDefault("16")
    @Min(1) int downloadsAtOnce();

    /** What is remembered of what devices show. */
    ProofsConfig proofs();

    /** Who shows again and again what does not hold; answered 429. */
    BansConfig bans();

    /**
     * How many wrong gateway tokens an address may show in a minute before nothing is looked at.
     */
    @WithDefault("10")
    @Min(1) int wrongGatewayTokens();

    /** How many requests of a tenant's gateway token this instance takes in a minute. */
    @WithDefault("6000")
    @Min(1) int gatewayRequests();

    /** How often the audit says that a gateway token speaks for a device. */
    @WithDefault("1H")
    @DurationMin(seconds = 1)
    Duration gatewayAuditInterval();

    /**
     * From where proxies connect that hand on the certificates of devices: addresses and networks,
     * as 10.1.0.0/16. Nobody else's are looked at. When it is set, these are the proxies whose word
     * counts on addresses as well, else those of {@code muster.requests.trusted-proxies}.
     */
    Optional<List<String>> trustedProxies();

    /**
     * In which header a trusted proxy hands on the certificate of a client: as RFC 9440 has it, or
     * PEM in URL encoding. The proxy must take it out of what clients send.
     */
    @WithDefault("Client-Cert")
    String clientCertificateHeader();
  }
}
