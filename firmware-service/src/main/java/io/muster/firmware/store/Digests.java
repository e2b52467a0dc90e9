package io.muster.firmware.store;

/**
 * What is known of stored bytes. SHA-1 and MD5 are there because hawkBit's device API hands them
 * out; nothing here trusts them.
 *
 * @param sha256 names the bytes
 * @param sha1 40 lower-case hexadecimal digits
 * @param md5 32 lower-case hexadecimal digits
 * @param sizeBytes how many bytes there are
 */
public record Digests(Sha256 sha256, String sha1, String md5, long sizeBytes) {}
