package dev.groundwork.rag.examples.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;

/**
 * Standard error, past the launcher's filter of what the Java runtime itself writes to descriptor 2.
 *
 * <p>The launcher hands the real one over under another number. It is not opened anew by its name: where both streams go
 * to one file, each would then overwrite what the other has written.
 */
final class StandardError {

    /** The system property that holds the number. */
    private static final String NUMBER = "rag.stderr";

    private StandardError() {}

    static PrintStream open() {
        FileDescriptor descriptor = descriptor(Integer.getInteger(NUMBER, 2));
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    private static FileDescriptor descriptor(int number) {
        if (number == 2) {
            return FileDescriptor.err;
        }
        try {
            MethodHandle byNumber = MethodHandles.privateLookupIn(FileDescriptor.class, MethodHandles.lookup())
                    .findConstructor(FileDescriptor.class, MethodType.methodType(void.class, int.class));
            return (FileDescriptor) byNumber.invokeExact(number);
        } catch (Throwable e) {
            // Filtered is good enough.
            return FileDescriptor.err;
        }
    }
}
