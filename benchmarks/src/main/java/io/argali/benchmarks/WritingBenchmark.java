package io.argali.benchmarks;

import io.argali.converters.Models;
import io.argali.runtime.model.Model;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A model written to a new file, beside a copy of the file that it came from; both synced. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-Xmx48m"})
@Warmup(iterations = 4)
@Measurement(iterations = 15)
public class WritingBenchmark {
    private static final int COPIED_AT_ONCE = 1 << 20;

    @Param("resnet50.keras")
    String file;

    Path source;
    Path target;
    Model model;

    @Setup
    public void load() {
        source = Path.of(file);
        target = source.resolveSibling("written-" + source.getFileName());
        model = Models.load(source);
    }

    @Setup(Level.Invocation)
    public void remove() throws IOException {
        Files.deleteIfExists(target);
    }

    @Benchmark
    public void save() {
        Models.save(model, target);
    }

    @Benchmark
    public void copy() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(COPIED_AT_ONCE);
        try (FileChannel in = FileChannel.open(source);
                FileChannel out = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (in.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) out.write(buffer);
                buffer.clear();
            }
            out.force(true);
        }
    }

    @TearDown
    public void clear() throws IOException {
        Files.deleteIfExists(target);
    }
}
