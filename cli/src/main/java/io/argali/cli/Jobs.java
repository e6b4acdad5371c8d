package io.argali.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongFunction;

/** A file with a job on each line, all run in one JVM: a failing job prints its error, and the others go on. */
final class Jobs {
    /** What is done for one line. */
    interface Job {
        /** @param at the line, for messages */
        void run(String at, String[] fields) throws Exception;
    }

    private final PrintWriter errors;
    private final boolean stacktrace;

    /** @param stacktrace whether the stack trace of an error is shown too */
    Jobs(PrintWriter errors, boolean stacktrace) {
        this.errors = errors;
        this.stacktrace = stacktrace;
    }

    /**
     * Runs the jobs of a file.
     *
     * @param form a line as it must be, its fields separated by {@code <TAB>}; the first is what memory is said to be lacking for
     * @param progress how far it is, made for the number of jobs
     * @return the exit code: 1 if any failed
     */
    int run(Path file, String form, LongFunction<Progress> progress, Job job) throws IOException {
        List<String> lines = Files.readAllLines(file);
        int fields = form.split("<TAB>").length, failed = 0;
        try (Progress shown = progress.apply(lines.size())) {
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).isBlank()) continue;
                String at = file + " line " + (i + 1);
                String[] f = lines.get(i).split("\t");
                try {
                    if (f.length != fields) throw new IllegalArgumentException(at + ": expected " + form);
                    Failures.guard(f[0], () -> {
                        job.run(at, f);
                        return 0;
                    });
                } catch (Exception e) {
                    failed++;
                    errors.println("argali: " + Failures.message(e));
                    if (stacktrace) e.printStackTrace(errors);
                }
                shown.to(i + 1);
            }
        }
        return failed == 0 ? 0 : 1;
    }
}
