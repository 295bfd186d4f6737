package dev.groundwork.rag.benchmarks.data;

/** A filter, by how many of the passages it lets through; which ones is chance, and the same on every run. */
public enum Share {
    /** No filter. */
    ALL("no filter", "", 1),
    /** Every second passage. */
    HALF("50 %", "half", 2),
    /** One of ten. */
    TENTH("10 %", "tenth", 10),
    /** One of a hundred. */
    HUNDREDTH("1 %", "hundredth", 100);

    /** The value of {@link #key()} that the filter asks for. */
    public static final String WANTED = "v0";

    private final String label;
    private final String key;
    private final int of;

    Share(String label, String key, int of) {
        this.label = label;
        this.key = key;
        this.of = of;
    }

    /** Returns how a table names it. */
    public String label() {
        return label;
    }

    /** Returns the metadata key that it looks at. */
    public String key() {
        return key;
    }

    /** Returns a passage's value of the key. */
    public String value(int ordinal) {
        return "v" + bucket(ordinal);
    }

    /** Returns whether it lets a passage through. */
    public boolean matches(int ordinal) {
        return bucket(ordinal) == 0;
    }

    private int bucket(int ordinal) {
        long mixed = (ordinal + 1L) * 0x9E3779B97F4A7C15L + of; // SplitMix64
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return Math.floorMod(mixed ^ (mixed >>> 31), of);
    }
}
