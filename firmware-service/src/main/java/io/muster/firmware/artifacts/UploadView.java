package io.muster.firmware.artifacts;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * An upload under way.
 *
 * @param keptBytes where it goes on
 * @param artifact what became of it, once it is complete
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "Upload")
record UploadView(String id, String filename, long keptBytes, Long sizeBytes, UUID artifact) {
  static UploadView of(Uploads.Progress it) {
    var upload = it.upload();
    return new UploadView(
        upload.id().hex(),
        upload.filename().value(),
        it.keptBytes(),
        upload.sizeBytes(),
        upload.artifact().map(Artifact::id).orElse(null));
  }
}
