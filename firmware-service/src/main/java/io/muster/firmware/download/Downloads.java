package io.muster.firmware.download;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.firmware.artifacts.Artifact;
import io.muster.firmware.artifacts.ArtifactConfig;
import io.muster.firmware.store.ArtifactStore;
import io.muster.firmware.store.StoredObject;
import io.muster.rest.bans.QuietLogger;
import io.muster.rest.problem.Refusal;
import io.quarkus.runtime.Startup;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.PathPart;

/**
 * Answers requests for an artifact's bytes (RFC 9110 §14). The kernel sends them from the file;
 * over TLS, and several ranges in one answer, they pass through this process in small pieces.
 * Thread-safe; waits for the disk.
 */
@Startup
@ApplicationScoped
public class Downloads {
  private static final Logger LOG = Logger.getLogger(Downloads.class);
  private static final List<String> ANSWERS =
      List.of("whole", "range", "ranges", "not-modified", "unsatisfiable", "redirect");
  private static final int MAX_RANGE_CHARACTERS = 8_192;

  /** Of each client that is slower than we are: thousands of them are served at a time. */
  private static final int WAITING_BYTES = 16 * 1024;

  private static final int PARTIAL_CONTENT = 206;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  private final QuietLogger refusals = new QuietLogger(LOG::info, QuietLogger.REFUSALS);
  private final ArtifactStore store;
  private final RangeRequest ranges;
  private final MeterRegistry meters;

  Downloads(ArtifactStore store, ArtifactConfig config, MeterRegistry meters) {
    this.store = store;
    this.ranges = new RangeRequest(config.maxRanges(), MAX_RANGE_CHARACTERS);
    this.meters = meters;
    ANSWERS.forEach(this::counter);
  }

  /**
   * What a client asks for.
   *
   * @param range {@code Range}, or null
   * @param ifRange {@code If-Range}, or null
   * @param ifNoneMatch {@code If-None-Match}, or null
   * @param isHead whether it wants the headers alone
   * @param isEncrypted whether this process encrypts what the client gets
   * @param pace of the connection
   * @param begins called when bytes are going to be sent from here, and may refuse that
   */
  public record Wish(
      String range,
      String ifRange,
      String ifNoneMatch,
      boolean isHead,
      boolean isEncrypted,
      Pace pace,
      Runnable begins) {
    /**
     * Of a request and its headers; from now on little waits in memory for its client, who may take
     * it as slowly as it can.
     *
     * @param begins called when bytes are going to be sent from here, and may refuse that
     */
    public static Wish of(
        HttpServerRequest request, HttpHeaders headers, boolean isHead, Runnable begins) {
      IdleTime.countEachByte(request.connection());
      request.response().setWriteQueueMaxSize(WAITING_BYTES);
      return new Wish(
          headers.getHeaderString("Range"),
          headers.getHeaderString("If-Range"),
          headers.getHeaderString(HttpHeaders.IF_NONE_MATCH),
          isHead,
          // Of the connection: the request's own word may be that of a proxy that ends TLS.
          request.connection().isSsl(),
          Pace.of(request.connection()),
          begins);
    }
  }

  /** The answer, with the bytes that are asked for. */
  public Response answer(Artifact artifact, Wish wish) {
    return answer(artifact, wish, _ -> Optional.empty());
  }

  /**
   * The same for a device, which may be sent to the bucket or to a CDN for the bytes. Only with
   * what is understood there: a signed URL holds for GET alone, and buckets know no multipart.
   */
  public Response deviceAnswer(Artifact artifact, Wish wish) {
    return answer(
        artifact,
        wish,
        found ->
            wish.isHead() || !isOnePiece(found)
                ? Optional.empty()
                : store.elsewhere(artifact.sha256(), artifact.filename()));
  }

  private static boolean isOnePiece(RangeAnswer found) {
    return switch (found) {
      case RangeAnswer.Whole _ -> true;
      case RangeAnswer.Parts it -> it.ranges().size() == 1;
      case RangeAnswer.Unsatisfiable _ -> false;
    };
  }

  private Response answer(
      Artifact artifact, Wish wish, Function<RangeAnswer, Optional<URI>> elsewhere) {
    var entityTag = "\"" + artifact.sha256().hex() + "\"";
    if (EntityTags.matches(wish.ifNoneMatch(), entityTag)) {
      return count("not-modified", Response.notModified().header(HttpHeaders.ETAG, entityTag))
          .build();
    }
    // Range is defined for GET alone (RFC 9110 §14.2).
    var counts = !wish.isHead() && RangeRequest.counts(wish.ifRange(), entityTag);
    var found = ranges.read(counts ? wish.range() : null, artifact.sizeBytes());
    return elsewhere
        .apply(found)
        .map(this::redirect)
        .orElseGet(() -> here(artifact, wish, found, entityTag));
  }

  private Response redirect(URI to) {
    return count("redirect", Response.temporaryRedirect(to))
        // It lets whoever has it in.
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }

  private Response here(Artifact artifact, Wish wish, RangeAnswer found, String entityTag) {
    var answer =
        switch (found) {
          case RangeAnswer.Whole _ -> whole(artifact, wish);
          case RangeAnswer.Parts it -> parts(artifact, it, wish);
          case RangeAnswer.Unsatisfiable it -> unsatisfiable(artifact, it);
        };
    return answer
        .header(HttpHeaders.ETAG, entityTag)
        .header("Accept-Ranges", "bytes")
        // The name is of a form that needs no quoting.
        .header(
            HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + artifact.filename() + "\"")
        .build();
  }

  private Response.ResponseBuilder whole(Artifact artifact, Wish wish) {
    if (wish.isHead()) {
      return Response.ok()
          .type(MediaType.APPLICATION_OCTET_STREAM)
          .header(HttpHeaders.CONTENT_LENGTH, artifact.sizeBytes());
    }
    wish.begins().run();
    return count(
        "whole",
        part(Response.ok(), artifact, 0, artifact.sizeBytes(), wish)
            .type(MediaType.APPLICATION_OCTET_STREAM));
  }

  private Response.ResponseBuilder parts(Artifact artifact, RangeAnswer.Parts parts, Wish wish) {
    wish.begins().run();
    if (parts.ranges().size() == 1) {
      var range = parts.ranges().getFirst();
      return count(
          "range",
          part(Response.status(PARTIAL_CONTENT), artifact, range.first(), range.lengthBytes(), wish)
              .type(MediaType.APPLICATION_OCTET_STREAM)
              .header("Content-Range", range.contentRange(artifact.sizeBytes())));
    }
    var body =
        new MultipartRanges(
            parts.ranges(), artifact.sizeBytes(), store, stored(artifact).name(), wish.pace());
    return count("ranges", Response.status(PARTIAL_CONTENT).entity(body).type(body.mediaType()));
  }

  private Response.ResponseBuilder unsatisfiable(Artifact artifact, RangeAnswer.Unsatisfiable it) {
    refusals.write("Refused ranges of artifact %s: %s", artifact.id(), it.reason());
    return count(
        "unsatisfiable",
        Response.status(RANGE_NOT_SATISFIABLE)
            .entity(it.reason())
            .type(MediaType.TEXT_PLAIN)
            .header("Content-Range", "bytes */" + artifact.sizeBytes()));
  }

  /**
   * From a file the kernel sends it; what is in a bucket, or is to be encrypted, passes through in
   * small pieces. Over TLS Vert.x would make one write of a file, which ends with its last byte:
   * however fast these go, the connection would count as idle meanwhile, and be closed.
   */
  private Response.ResponseBuilder part(
      Response.ResponseBuilder response, Artifact artifact, long first, long count, Wish wish) {
    var stored = stored(artifact);
    if (stored.file().isPresent() && !wish.isEncrypted()) {
      return response.entity(new PathPart(stored.file().get(), first, count));
    }
    StreamingOutput bytes =
        out -> {
          try (var in = store.open(stored.name(), first, count)) {
            wish.pace().copy(in, out);
          }
        };
    return response.entity(bytes).header(HttpHeaders.CONTENT_LENGTH, count);
  }

  private StoredObject stored(Artifact artifact) {
    try {
      var found = store.find(artifact.sha256());
      if (found.isPresent() && found.get().sizeBytes() == artifact.sizeBytes()) {
        return found.get();
      }
      LOG.errorf("The bytes %s are not in the artifact store", artifact.sha256());
    } catch (IOException failed) {
      LOG.errorf("The artifact store cannot be read: %s", failed.toString());
    }
    throw new Refusal.Unavailable("The artifact store does not have the bytes").asException();
  }

  private Response.ResponseBuilder count(String answer, Response.ResponseBuilder response) {
    counter(answer).increment();
    return response;
  }

  private Counter counter(String answer) {
    return Counter.builder("muster.firmware.downloads")
        .tag("answer", answer)
        .description("Requests for an artifact's bytes, by what came of them")
        .register(meters);
  }
}
