package io.muster.firmware.store;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/** A bucket for the service to keep its artifacts in. */
public final class BucketStack implements QuarkusTestResourceLifecycleManager {
  private static final String KEY_ID = "aws.accessKeyId";
  private static final String SECRET = "aws.secretAccessKey";

  private BucketServer server;

  @Override
  public Map<String, String> start() {
    try {
      server = new BucketServer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    System.setProperty(KEY_ID, BucketServer.KEY_ID);
    System.setProperty(SECRET, BucketServer.SECRET);
    var settings = new HashMap<String, String>();
    settings.put("muster.firmware.artifacts.s3.bucket", server.name());
    settings.put("muster.firmware.artifacts.s3.endpoint", server.url());
    return settings;
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(server, new TestInjector.MatchesType(BucketServer.class));
  }

  @Override
  public void stop() {
    System.clearProperty(KEY_ID);
    System.clearProperty(SECRET);
    if (server != null) {
      server.close();
    }
  }
}
