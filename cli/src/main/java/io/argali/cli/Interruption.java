package io.argali.cli;

import io.argali.trainer.callback.Callback;
import io.argali.trainer.callback.Training;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Ctrl-C: training ends after the current step, and Java ends when what follows is done and this is closed. */
final class Interruption implements Callback, AutoCloseable {
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook;
    private volatile boolean come;

    Interruption(PrintWriter err) {
        hook = Thread.ofPlatform().unstarted(() -> {
            come = true;
            err.println("argali: interrupted; ending after this step");
            err.flush();
            try {
                done.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
    }

    boolean hasCome() {
        return come;
    }

    @Override
    public void onBatchEnd(Training training, int step, Map<String, Double> logs) {
        if (come) training.stop();
    }

    @Override
    public void close() {
        done.countDown();
        if (come) return; // Java is ending already
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            come = true;
        }
    }
}
