package io.argali.cli;

import java.io.Console;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar for work that takes more than a moment on a terminal; nothing elsewhere. */
final class Progress implements AutoCloseable {
    private static final long MOMENT = 1_000_000_000L;

    private final String task;
    private final long total;
    private final boolean terminal;
    private final long start = System.nanoTime();
    private @Nullable ProgressBar bar;

    private Progress(String task, long total, boolean terminal) {
        this.task = task;
        this.total = total;
        this.terminal = terminal;
    }

    static Progress of(String task, long total) {
        return new Progress(task, total, isTerminal());
    }

    /** For work that prints lines of its own. */
    static Progress none() {
        return new Progress("", 0, false);
    }

    @SuppressWarnings("SystemConsoleNull") // it is null where no console can be made, on JDK 25 too
    static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    void to(long done) {
        if (!terminal) return;
        if (bar == null && System.nanoTime() - start > MOMENT) {
            bar = new ProgressBarBuilder()
                    .setTaskName(task)
                    .setInitialMax(total)
                    .setStyle(ProgressBarStyle.ASCII)
                    .build();
        }
        if (bar != null) bar.stepTo(done);
    }

    @Override
    public void close() {
        if (bar != null) bar.close();
    }
}
