package io.muster.deployment.chart;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import io.kubernetes.client.util.Yaml;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;

/** Kubernetes' own types; they know every field that there is, and none that there is not. */
public final class KubernetesTypes {
  private static final Gson GSON = new Gson();

  private KubernetesTypes() {}

  /** Whether an object is of Kubernetes itself. */
  public static boolean knows(Manifest manifest) {
    var version = manifest.apiVersion();
    return !version.contains(".")
        || version.contains(".k8s.io/") && !version.startsWith("gateway.");
  }

  /**
   * Reads an object.
   *
   * @throws IOException when there is no such type, or it does not fit
   */
  public static void parse(Manifest manifest) throws IOException {
    var type = Yaml.load(manifest.text()).getClass();
    try {
      type.getMethod("validateJsonElement", JsonElement.class)
          .invoke(null, GSON.toJsonTree(manifest.tree().node()));
    } catch (InvocationTargetException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
