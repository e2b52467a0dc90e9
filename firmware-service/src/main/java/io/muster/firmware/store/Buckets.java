package io.muster.firmware.store;

import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Opens buckets. Stateless. */
final class Buckets {
  private Buckets() {}

  static Bucket open(BucketConfig config) {
    return open(config, DefaultCredentialsProvider.builder().build());
  }

  static Bucket open(BucketConfig config, AwsCredentialsProvider credentials) {
    return new Bucket(
        client(config, credentials), signer(config, credentials), config.bucket().orElseThrow());
  }

  static S3Client client(BucketConfig config, AwsCredentialsProvider credentials) {
    var builder =
        S3Client.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(config.connectTimeout())
                    .socketTimeout(config.readTimeout()))
            .region(Region.of(config.region()))
            .credentialsProvider(credentials)
            .serviceConfiguration(style(config))
            // Not every server knows AWS' newer checksums, and each artifact has its digest anyway.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
    config.endpoint().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  static S3Presigner signer(BucketConfig config, AwsCredentialsProvider credentials) {
    var builder =
        S3Presigner.builder()
            .region(Region.of(config.region()))
            .credentialsProvider(credentials)
            .serviceConfiguration(style(config));
    config.endpoint().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  private static S3Configuration style(BucketConfig config) {
    return S3Configuration.builder()
        .pathStyleAccessEnabled(config.pathStyle())
        .chunkedEncodingEnabled(false)
        .build();
  }
}
