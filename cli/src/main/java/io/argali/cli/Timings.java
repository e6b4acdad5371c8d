package io.argali.cli;

import io.argali.runtime.plan.Executable;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Where the time goes, a line for each piece of the work. */
final class Timings {
    private Timings() {}

    static void print(PrintWriter out, List<Executable.Timing> timings) {
        for (Executable.Timing t : timings)
            out.println(
                    String.format(Locale.ROOT, "%10.1f µs  %s  %s", t.nanoseconds() / 1e3, t.layer(), t.operation()));
    }
}
