package dev.groundwork.rag.observability;

/** Decides by a question's id alone whether it is among the samples. */
final class Sampling {

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private Sampling() {}

    /** Returns the same for the same id, in every process; {@code true} for that share of all ids. */
    static boolean takes(String id, double share) {
        if (share >= 1) {
            return true;
        }
        // FNV-1a over the characters; its upper bits differ too little for short ids, so MurmurHash3's last step mixes
        // them.
        long hash = FNV_OFFSET;
        for (int i = 0; i < id.length(); i++) {
            hash = (hash ^ id.charAt(i)) * FNV_PRIME;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        hash ^= hash >>> 33;
        return (hash >>> 11) * 0x1p-53 < share;
    }
}
