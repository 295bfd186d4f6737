package dev.groundwork.rag;

/**
 * A model that can tell exactly which weights and settings it runs, so that an index made with others is recognised. An
 * embedding model that is not fingerprinted is told apart by its name and dimension alone.
 */
public interface Fingerprinted {

    /**
     * Returns a short printable string that changes whenever the model's output may change: a hash of its weights,
     * tokenizer and settings. It is stored in the index and holds no secret.
     */
    String fingerprint();
}
