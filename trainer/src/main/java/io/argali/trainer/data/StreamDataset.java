package io.argali.trainer.data;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Batches from anything that can be walked, so that data larger than memory trains. A thread of its own prepares the next batches while one is trained
 * on.
 *
 * @param source walked anew for every epoch
 * @param ahead how many batches are prepared in advance
 */
public record StreamDataset(Iterable<Batch> source, int ahead) implements Dataset {
    private static final int AHEAD = 2;

    public static StreamDataset of(Iterable<Batch> source) {
        return new StreamDataset(source, AHEAD);
    }

    @Override
    public int batches() {
        return UNKNOWN;
    }

    @Override
    public Iterator<Batch> epoch(int epoch) {
        return new Prefetched(source.iterator(), ahead);
    }

    /** What the thread hands over: a batch, the end, or what went wrong. */
    private record Item(@Nullable Batch batch, @Nullable RuntimeException error) {}

    private static final class Prefetched implements Iterator<Batch> {
        private final BlockingQueue<Item> queue;
        private @Nullable Item next;

        Prefetched(Iterator<Batch> source, int ahead) {
            queue = new ArrayBlockingQueue<>(ahead);
            Thread.ofVirtual().name("argali-data").start(() -> fill(source));
        }

        private void fill(Iterator<Batch> source) {
            try {
                try {
                    while (source.hasNext()) queue.put(new Item(source.next(), null));
                    queue.put(new Item(null, null));
                } catch (RuntimeException e) {
                    queue.put(new Item(null, e));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public boolean hasNext() {
            return peek().batch != null;
        }

        @Override
        public Batch next() {
            Batch b = peek().batch;
            if (b == null) throw new NoSuchElementException();
            next = null;
            return b;
        }

        private Item peek() {
            Item item = next;
            if (item == null) {
                try {
                    item = queue.take();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted while waiting for data", e);
                }
                next = item;
            }
            if (item.error != null) throw item.error;
            return item;
        }
    }
}
