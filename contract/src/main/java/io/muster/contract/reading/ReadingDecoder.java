package io.muster.contract.reading;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.muster.contract.reading.UnreadablePayload.Reason;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;

/**
 * Reads the payload of a telemetry message: a JSON object, an array of objects, or SenML (RFC 8428)
 * in JSON or CBOR, also packed with gzip. The content type decides; without one the first byte
 * does, and an array whose first record has only SenML's members, a name among them, is SenML.
 *
 * <p>Not thread-safe: it remembers names and reuses buffers. One for each thread.
 */
public final class ReadingDecoder {
  /** Content types, as they come with MQTT 5 and CoAP. */
  public static final String JSON = "application/json";

  public static final String SENML_JSON = "application/senml+json";
  public static final String SENML_CBOR = "application/senml+cbor";

  private static final int GZIP_MAGIC = 0x1f;

  /** Jackson counts a name in bytes of UTF-8; a pair of characters has four. */
  private static final int MOST_BYTES_OF_A_CHARACTER = 3;

  private final ReadingLimits limits;
  private final JsonFactory json;
  private final CBORFactory cbor;
  private final JsonReadings readings;
  private final SenmlReadings senml;

  public ReadingDecoder(ReadingLimits limits) {
    this.limits = limits;
    // Our own limits speak first, and with a reason; Jackson's must only not be narrower. But for
    // names, of which its table remembers thousands, the refused ones as well.
    var constraints =
        StreamReadConstraints.builder()
            .maxNestingDepth(8)
            .maxNumberLength(limits.payloadBytes())
            .maxNameLength(limits.nameCharacters() * MOST_BYTES_OF_A_CHARACTER)
            .maxStringLength(limits.payloadBytes())
            .build();
    this.json =
        new JsonFactoryBuilder()
            .streamReadConstraints(constraints)
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            // NaN is no JSON; it is let in to be refused for what it is.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            // Names are a stranger's: not for the JVM's own table of strings.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();
    this.cbor = CBORFactory.builder().streamReadConstraints(constraints).build();
    var assembly = new ReadingAssembly(limits);
    this.readings = new JsonReadings(limits, assembly);
    this.senml = new SenmlReadings(limits, assembly);
  }

  /**
   * @param payload as received
   * @param contentType MQTT 5 content type; null or empty when there is none
   * @param contentEncoding {@code gzip}, {@code identity} or null
   * @param receivedAt what SenML's relative times count from
   * @throws UnreadablePayload when it is not to be kept; with the reason
   */
  public Decoded decode(
      byte[] payload, String contentType, String contentEncoding, Instant receivedAt)
      throws UnreadablePayload {
    try {
      var plain = unpacked(payload, contentEncoding);
      return switch (form(plain, contentType)) {
        case PLAIN -> plain(plain);
        case SENML_JSON -> senml(json.createParser(plain), SenmlLabel.Notation.JSON, receivedAt);
        case SENML_CBOR -> senml(cbor.createParser(plain), SenmlLabel.Notation.CBOR, receivedAt);
      };
    } catch (StreamConstraintsException beyondLimits) {
      throw new UnreadablePayload(
          Reason.TOO_LARGE, "a name is longer than " + limits.nameCharacters() + " characters");
    } catch (IOException | IllegalStateException notWellFormed) {
      // Jackson's message may quote the payload: it stays here.
      throw new UnreadablePayload(Reason.MALFORMED, "the payload is not well-formed");
    }
  }

  private byte[] unpacked(byte[] payload, String contentEncoding) throws UnreadablePayload {
    if (payload.length == 0) {
      throw new UnreadablePayload(Reason.EMPTY, "the payload is empty");
    }
    if (payload.length > limits.payloadBytes()) {
      throw new UnreadablePayload(
          Reason.TOO_LARGE, "the payload has more than " + limits.payloadBytes() + " bytes");
    }
    var packed = packed(payload, contentEncoding);
    var plain = packed ? Inflation.gunzip(payload, limits.payloadBytes()) : payload;
    if (plain.length == 0) {
      throw new UnreadablePayload(Reason.EMPTY, "the payload inflates to nothing");
    }
    return plain;
  }

  /**
   * A 3.1.1 device cannot say that it packs: no JSON and no SenML begins with gzip's first byte.
   */
  private static boolean packed(byte[] payload, String contentEncoding) throws UnreadablePayload {
    if (contentEncoding == null || contentEncoding.isEmpty()) {
      return payload[0] == GZIP_MAGIC;
    }
    return switch (contentEncoding.toLowerCase(Locale.ROOT)) {
      case "gzip" -> true;
      case "identity" -> false;
      default ->
          throw new UnreadablePayload(Reason.UNKNOWN_ENCODING, "the content encoding is unknown");
    };
  }

  private enum Form {
    PLAIN,
    SENML_JSON,
    SENML_CBOR
  }

  private Form form(byte[] payload, String contentType) throws IOException, UnreadablePayload {
    if (contentType == null || contentType.isEmpty()) {
      return formByFirstByte(payload);
    }
    var parameters = contentType.indexOf(';');
    var type = parameters < 0 ? contentType : contentType.substring(0, parameters);
    return switch (type.strip().toLowerCase(Locale.ROOT)) {
      case JSON -> Form.PLAIN;
      case SENML_JSON -> Form.SENML_JSON;
      case SENML_CBOR -> Form.SENML_CBOR;
      default ->
          throw new UnreadablePayload(Reason.UNKNOWN_ENCODING, "the content type is unknown");
    };
  }

  private Form formByFirstByte(byte[] payload) throws IOException, UnreadablePayload {
    var first = payload[0] & 0xff;
    // CBOR: an array (major type 4), or the tag that says "this is CBOR" (RFC 8949 §3.4.6).
    if ((first >= 0x80 && first <= 0x9f) || first == 0xd9) {
      return Form.SENML_CBOR;
    }
    return first != '{' && looksLikeSenml(payload) ? Form.SENML_JSON : Form.PLAIN;
  }

  private boolean looksLikeSenml(byte[] payload) throws IOException {
    try (var parser = json.createParser(payload)) {
      if (parser.nextToken() != JsonToken.START_ARRAY
          || parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      var named = false;
      String name;
      while ((name = parser.nextFieldName()) != null) {
        var label = SenmlLabel.Notation.JSON.of(name);
        var text = parser.nextToken() == JsonToken.VALUE_STRING;
        if (label == null) {
          return false;
        }
        named |= text && (label == SenmlLabel.NAME || label == SenmlLabel.BASE_NAME);
      }
      return named;
    }
  }

  private Decoded plain(byte[] payload) throws IOException, UnreadablePayload {
    try (var parser = json.createParser(payload)) {
      return readings.read(parser);
    }
  }

  private Decoded senml(JsonParser opened, SenmlLabel.Notation notation, Instant now)
      throws IOException, UnreadablePayload {
    try (var parser = opened) {
      return senml.read(parser, notation, now);
    }
  }
}
