package io.argali.cli;

import io.argali.converters.UnsupportedModelException;
import io.argali.loader.ModelFormatException;
import java.util.concurrent.Callable;

/** What a user is told of a failure: one line. */
final class Failures {
    private Failures() {}

    /** Runs something; running out of memory or stack becomes an exception with a message. */
    static <T> T guard(String what, Callable<T> work) throws Exception {
        try {
            return work.call();
        } catch (OutOfMemoryError e) {
            throw new IllegalStateException(
                    what + ": needs more memory than the Java heap has; raise it with ARGALI_JAVA_OPTS=-Xmx8g", e);
        } catch (StackOverflowError e) {
            throw new ModelFormatException(what + ": is nested too deeply", e);
        }
    }

    /** The line for an error. */
    static String message(Throwable error) {
        String m = error.getMessage();
        boolean ours = error instanceof ModelFormatException
                || error instanceof UnsupportedModelException
                || error instanceof IllegalArgumentException
                || error instanceof IllegalStateException
                || error instanceof java.io.IOException;
        String line = m == null ? error.getClass().getSimpleName() : m.replace('\n', ' ');
        return ours && m != null
                ? line
                : error.getClass().getSimpleName() + ": " + line + " (a fault of argali's; --stacktrace shows where)";
    }
}
