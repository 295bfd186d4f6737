package dev.groundwork.rag.observability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that is kept with the sources and must be what the code makes of it. */
final class Golden {

    private static final String WRITE = "groundwork.golden.write";

    private Golden() {}

    /** Compares; writes the file instead where the system property says so. The path is relative to the module. */
    static void check(Path file, String expected) throws IOException {
        if (Boolean.getBoolean(WRITE)) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, expected);
        }
        assertThat(Files.exists(file) ? Files.readString(file) : "")
                .as(
                        "%s is not what the code makes; look at the difference, and if it is right, write it with "
                                + "./mvnw test -pl rag-observability -am -D%s=true",
                        file, WRITE)
                .isEqualTo(expected);
    }
}
