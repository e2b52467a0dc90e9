package io.muster.firmware.store;

import com.sun.net.httpserver.Headers;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Verifies AWS' signature version 4 of a request, in its header or in its query. Stateless. */
record RequestSignature(String keyId, String secret) {
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";

  boolean isValid(String method, URI uri, Headers headers, byte[] body) {
    var query = new TreeMap<>(BucketServer.query(uri));
    var header = headers.getFirst("Authorization");
    try {
      return header == null
          ? isValidQuery(method, uri, headers, query)
          : isValidHeader(header, method, uri, headers, query, body);
    } catch (GeneralSecurityException | RuntimeException malformed) {
      return false;
    }
  }

  private boolean isValidHeader(
      String header,
      String method,
      URI uri,
      Headers headers,
      Map<String, String> query,
      byte[] body)
      throws GeneralSecurityException {
    var fields = new TreeMap<String, String>();
    for (var field : header.substring(ALGORITHM.length()).split(",")) {
      var parts = field.strip().split("=", 2);
      fields.put(parts[0], parts[1]);
    }
    var hash = headers.getFirst("x-amz-content-sha256");
    if (!hash.equals("UNSIGNED-PAYLOAD") && !hash.equals(hex(sha256(body)))) {
      return false;
    }
    return signed(
            fields.get("Credential"),
            headers.getFirst("x-amz-date"),
            method,
            uri,
            query,
            headers,
            fields.get("SignedHeaders"),
            hash)
        .equals(fields.get("Signature"));
  }

  private boolean isValidQuery(String method, URI uri, Headers headers, Map<String, String> query)
      throws GeneralSecurityException {
    var signature = query.remove("X-Amz-Signature");
    return ALGORITHM.equals(query.get("X-Amz-Algorithm"))
        && signed(
                query.get("X-Amz-Credential"),
                query.get("X-Amz-Date"),
                method,
                uri,
                query,
                headers,
                query.get("X-Amz-SignedHeaders"),
                "UNSIGNED-PAYLOAD")
            .equals(signature);
  }

  private String signed(
      String credential,
      String date,
      String method,
      URI uri,
      Map<String, String> query,
      Headers headers,
      String signedHeaders,
      String payloadHash)
      throws GeneralSecurityException {
    var scope = credential.split("/", 2);
    if (!scope[0].equals(keyId)) {
      return "";
    }
    var canonical =
        String.join(
            "\n",
            method,
            uri.getRawPath(),
            query.entrySet().stream()
                .map(it -> encoded(it.getKey()) + "=" + encoded(it.getValue()))
                .sorted()
                .collect(Collectors.joining("&")),
            java.util.Arrays.stream(signedHeaders.split(";"))
                .map(it -> it + ":" + headers.getFirst(it).strip() + "\n")
                .collect(Collectors.joining()),
            signedHeaders,
            payloadHash);
    var text =
        String.join(
            "\n",
            ALGORITHM,
            date,
            scope[1],
            hex(sha256(canonical.getBytes(StandardCharsets.UTF_8))));
    var key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
    for (var part : scope[1].split("/")) {
      key = hmac(key, part);
    }
    return hex(hmac(key, text));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] sha256(byte[] bytes) throws GeneralSecurityException {
    return MessageDigest.getInstance("SHA-256").digest(bytes);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
