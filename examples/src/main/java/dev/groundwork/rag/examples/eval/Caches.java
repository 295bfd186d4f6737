package dev.groundwork.rag.examples.eval;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where vectors of collections are kept: in a folder of the user's, never in the collection's, which may be read-only. */
public final class Caches {

    private static final String FOLDER = "groundwork-rag";
    private static final int HASH_BYTES = 12;

    private Caches() {}

    /**
     * Returns the folder for a corpus; it is named by a hash of the corpus, so that a changed one gets another.
     *
     * @param wanted the folder for all collections; {@code null} for the user's cache folder
     * @return {@code null} where no folder was wanted and none can be written
     * @throws IOException if the corpus can't be read, or the wanted folder can't be written
     */
    public static @Nullable Path of(Path corpus, @Nullable Path wanted, Map<String, String> environment)
            throws IOException {
        String hash = hash(corpus);
        if (wanted != null) {
            return Files.createDirectories(wanted.resolve(hash));
        }
        String home = environment.getOrDefault("HOME", System.getProperty("user.home", ""));
        String cache = environment.getOrDefault("XDG_CACHE_HOME", home.isBlank() ? "" : home + "/.cache");
        String temporary = System.getProperty("java.io.tmpdir", "");
        for (String base : List.of(cache, temporary)) {
            if (!base.isBlank()) {
                try {
                    Path folder = Files.createDirectories(Path.of(base, FOLDER, hash));
                    if (Files.isWritable(folder)) {
                        return folder;
                    }
                } catch (IOException e) {
                    // The next one may do.
                }
            }
        }
        return null;
    }

    private static String hash(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
