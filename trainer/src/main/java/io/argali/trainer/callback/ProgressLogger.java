package io.argali.trainer.callback;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Shows how training gets on: on a terminal a bar with the loss, the metrics and the time left, elsewhere a line for each epoch.
 */
public final class ProgressLogger implements Callback {
    private static final int WIDTH = 20;
    private static final long REFRESH = 100_000_000L;

    private final PrintWriter out;
    private final boolean terminal;

    private int epoch;
    private long start;
    private long shown;
    private int steps;
    private int lastLength;

    /**
     * Shows progress.
     *
     * @param terminal whether what was written may be overwritten
     */
    public ProgressLogger(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public void onEpochBegin(Training training, int epoch) {
        this.epoch = epoch;
        start = System.nanoTime();
        shown = 0;
        steps = 0;
        lastLength = 0;
    }

    @Override
    public void onBatchEnd(Training training, int step, Map<String, Double> logs) {
        steps = step + 1;
        long now = System.nanoTime();
        if (!terminal || now - shown < REFRESH) return;
        shown = now;
        int total = training.batchesPerEpoch();
        double seconds = (now - start) / 1e9;
        String bar, left;
        if (total > 0) {
            int done = (int) ((long) WIDTH * steps / total);
            bar = steps + "/" + total + " [" + "=".repeat(done) + " ".repeat(WIDTH - done) + "]";
            left = time(seconds / steps * (total - steps)) + " left";
        } else {
            bar = Integer.toString(steps);
            left = time(seconds);
        }
        overwrite(name(training, epoch) + bar + "  " + left + figures(logs));
    }

    private static String name(Training training, int epoch) {
        return "Epoch " + (epoch + 1) + "/" + training.epochs() + "  ";
    }

    @Override
    public void onEpochEnd(Training training, int epoch, Map<String, Double> logs) {
        double seconds = (System.nanoTime() - start) / 1e9;
        String each = steps == 0 ? "" : String.format(Locale.ROOT, " %s/step", time(seconds / steps));
        String line = name(training, epoch) + steps + " steps  " + time(seconds) + each + figures(logs);
        if (terminal) overwrite(line);
        else out.print(line);
        out.println();
        out.flush();
    }

    private void overwrite(String line) {
        out.print("\r" + line + " ".repeat(Math.max(0, lastLength - line.length())));
        out.flush();
        lastLength = line.length();
    }

    private static String figures(Map<String, Double> logs) {
        return logs.entrySet().stream()
                .map(e -> "  " + e.getKey() + ": " + number(e.getValue()))
                .collect(Collectors.joining());
    }

    private static String number(double v) {
        return Math.abs(v) >= 1e-3 && Math.abs(v) < 1e6 || v == 0
                ? String.format(Locale.ROOT, "%.4f", v)
                : String.format(Locale.ROOT, "%.4e", v);
    }

    private static String time(double seconds) {
        if (seconds < 1e-3) return Math.round(seconds * 1e6) + " µs";
        if (seconds < 1) return Math.round(seconds * 1e3) + " ms";
        if (seconds < 60) return String.format(Locale.ROOT, "%.1f s", seconds);
        long s = Math.round(seconds);
        return s < 3600 ? s / 60 + " min " + s % 60 + " s" : s / 3600 + " h " + s % 3600 / 60 + " min";
    }
}
