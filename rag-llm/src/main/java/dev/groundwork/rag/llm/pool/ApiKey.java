package dev.groundwork.rag.llm.pool;

import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A key that comes from a supplier, which is asked at each request, and again when a provider refused it: where it has
 * been rotated meanwhile, the member is used again at once. Never shows the key. Thread-safe.
 */
final class ApiKey {

    private final Supplier<String> supplier;
    private volatile @Nullable String used;

    ApiKey(Supplier<String> supplier) {
        this.supplier = Objects.requireNonNull(supplier, "apiKey");
    }

    /** Returns the key for a request. */
    String forRequest() {
        String key = Objects.requireNonNull(supplier.get(), "the supplier of the key returned null")
                .strip();
        used = key;
        return key;
    }

    /** Returns whether the supplier has another key than the last one that was used. May block. */
    boolean rotated() {
        try {
            String key = supplier.get();
            return key != null && !key.strip().equals(used);
        } catch (RuntimeException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "ApiKey[hidden]";
    }
}
