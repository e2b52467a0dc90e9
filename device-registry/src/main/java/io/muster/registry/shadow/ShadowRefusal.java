package io.muster.registry.shadow;

/**
 * Why a request for a shadow is not served: the codes and messages of AWS IoT's Device Shadow
 * service.
 *
 * @param code as in HTTP
 * @param message for the client
 * @param pointer JSON pointer to the wrong member of the request, or null
 */
record ShadowRefusal(int code, String message, String pointer) {

  static ShadowRefusal malformed(String message, String pointer) {
    return new ShadowRefusal(400, message, pointer);
  }

  static ShadowRefusal absent(String name) {
    return new ShadowRefusal(404, "No shadow exists with name: '" + name + "'", null);
  }

  static ShadowRefusal versionConflict() {
    return new ShadowRefusal(409, "Version conflict", "/version");
  }

  static ShadowRefusal tooLarge() {
    return new ShadowRefusal(413, "The payload exceeds the maximum size allowed", null);
  }

  static ShadowRefusal notUtf8() {
    return new ShadowRefusal(
        415, "Unsupported documented encoding; supported encoding is UTF-8", null);
  }

  static ShadowRefusal tooManyRequests() {
    return new ShadowRefusal(429, "Too many requests", null);
  }

  static ShadowRefusal tooManyShadows(int most) {
    return new ShadowRefusal(429, "The device has " + most + " shadows, as many as it may", null);
  }

  static ShadowRefusal internal() {
    return new ShadowRefusal(500, "Internal service failure", null);
  }

  ShadowRefusedException asException() {
    return new ShadowRefusedException(this);
  }
}
