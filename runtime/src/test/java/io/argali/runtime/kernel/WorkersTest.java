package io.argali.runtime.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WorkersTest {
    static Stream<Workers> pools() {
        return Stream.of(Workers.single(), Workers.of(2), Workers.of(5), Workers.shared());
    }

    @ParameterizedTest
    @MethodSource("pools")
    void runsEachTaskOnce(Workers workers) {
        for (int repetition = 0; repetition < 2000; repetition++) {
            int tasks = repetition % 23;
            AtomicIntegerArray runs = new AtomicIntegerArray(tasks + 1);
            workers.run(tasks, runs::incrementAndGet);
            for (int task = 0; task < tasks; task++) {
                assertEquals(1, runs.get(task));
            }
            assertEquals(0, runs.get(tasks));
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void tasksMayRunTasks(Workers workers) {
        AtomicInteger count = new AtomicInteger();
        workers.run(7, outer -> workers.run(5, inner -> count.incrementAndGet()));
        assertEquals(35, count.get());
    }

    @ParameterizedTest
    @MethodSource("pools")
    void anExceptionReachesTheCallerAfterAllTasks(Workers workers) {
        AtomicInteger ended = new AtomicInteger();
        IllegalStateException thrown = assertThrows(
                IllegalStateException.class,
                () -> workers.run(20, task -> {
                    ended.incrementAndGet();
                    if (task == 11) {
                        throw new IllegalStateException("task 11");
                    }
                }));
        assertEquals("task 11", thrown.getMessage());
        assertEquals(20, ended.get());
        workers.run(3, task -> ended.incrementAndGet());
        assertEquals(23, ended.get());
    }

    @ParameterizedTest
    @MethodSource("pools")
    void manyCallersShareAPool(Workers workers) throws InterruptedException {
        AtomicInteger count = new AtomicInteger();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            callers.add(Thread.ofPlatform().start(() -> {
                for (int j = 0; j < 500; j++) {
                    workers.run(9, task -> count.incrementAndGet());
                }
            }));
        }
        for (Thread caller : callers) {
            caller.join();
        }
        assertEquals(6 * 500 * 9, count.get());
    }

    @Test
    void parkedWorkersWakeUp() throws InterruptedException {
        Workers workers = Workers.of(3);
        AtomicInteger count = new AtomicInteger();
        for (int i = 0; i < 20; i++) {
            Thread.sleep(2); // longer than workers spin
            workers.run(4, task -> count.incrementAndGet());
        }
        assertEquals(80, count.get());
    }

    @Test
    void parallelismIsCounted() {
        assertEquals(1, Workers.single().parallelism());
        assertEquals(4, Workers.of(4).parallelism());
        assertTrue(Workers.shared().parallelism() >= 1);
        assertThrows(IllegalArgumentException.class, () -> Workers.of(0));
    }
}
