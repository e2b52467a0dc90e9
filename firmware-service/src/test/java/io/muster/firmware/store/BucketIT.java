package io.muster.firmware.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.firmware.FirmwareStack;
import io.muster.firmware.OneDevice;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The service with its artifacts in a bucket. */
@QuarkusTest
@TestProfile(BucketIT.InABucket.class)
class BucketIT {
  private static final byte[] BYTES = new byte[300_000];

  static {
    new Random(3).nextBytes(BYTES);
  }

  FirmwareStack stack;
  BucketServer bucket;

  /** A service of its own. */
  public static final class InABucket implements QuarkusTestProfile {
    @Override
    public boolean disableGlobalTestResources() {
      return true;
    }

    @Override
    public List<TestResourceEntry> testResources() {
      return List.of(
          new TestResourceEntry(FirmwareStack.class), new TestResourceEntry(BucketStack.class));
    }
  }

  @Test
  void anUpdateGoesThroughTheBucket() {
    var device = OneDevice.of(stack);
    var action = device.assign(device.distribution("1.0", BYTES));
    assertEquals(1, bucket.objects().size());
    var download = device.download(action);
    var whole = device.request().get(download);
    assertEquals("300000", whole.header("Content-Length"));
    assertArrayEquals(BYTES, whole.asByteArray());
    var cut = device.request().header("Range", "bytes=299990-").get(download);
    assertEquals(206, cut.statusCode());
    assertArrayEquals(Arrays.copyOfRange(BYTES, 299_990, 300_000), cut.asByteArray());
    var parts = device.request().header("Range", "bytes=0-1,5-9").get(download);
    assertEquals(206, parts.statusCode());
    assertTrue(parts.contentType().startsWith("multipart/byteranges"));
    device.request().head(download).then().statusCode(200);
  }

  @Test
  void aBucketThatIsAwayIsSaid() {
    var device = OneDevice.of(stack);
    bucket.away(true);
    try {
      assertEquals(503, device.api().upload(device.tenant(), "a.bin", BYTES).statusCode());
    } finally {
      bucket.away(false);
    }
    assertEquals(201, device.api().upload(device.tenant(), "a.bin", BYTES).statusCode());
  }
}
