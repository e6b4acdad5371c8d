package io.argali.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.runtime.model.InputSpec;
import io.argali.runtime.model.Predictor;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFilesTest {
    @TempDir
    Path folder;

    private record Sum(boolean takesRows) implements Predictor {
        @Override
        public List<InputSpec> inputs() {
            return List.of(input("a", Shape.of(Shape.UNKNOWN, 3)), input("b", Shape.of(Shape.UNKNOWN, 2)));
        }

        private static InputSpec input(String name, Shape shape) {
            return new InputSpec(name, DType.FLOAT32, shape, false);
        }

        @Override
        public List<String> outputNames() {
            return List.of("sum");
        }

        @Override
        public List<Tensor> predict(List<Tensor> inputs) {
            throw new UnsupportedOperationException();
        }
    }

    private Path file(int rowsOfA, int rowsOfB) throws IOException {
        Path file = folder.resolve("in.npz");
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        arrays.put("a", Tensor.zeros(DType.FLOAT32, Shape.of(rowsOfA, 3)));
        arrays.put("b", Tensor.zeros(DType.FLOAT32, Shape.of(rowsOfB, 2)));
        DataFiles.write(file, arrays);
        return file;
    }

    @Test
    void inputsOfLayersHaveEqualRows() throws IOException {
        assertEquals(2, DataFiles.inputs(file(4, 4), new Sum(true)).size());
        Path file = file(4, 7);
        Exception e = assertThrows(IllegalArgumentException.class, () -> DataFiles.inputs(file, new Sum(true)));
        assertTrue(String.valueOf(e.getMessage()).contains("\"b\" has 7 rows, input \"a\" has 4"), e.getMessage());
    }

    @Test
    void inputsOfFunctionsMayHaveOthers() throws IOException {
        List<Tensor> inputs = DataFiles.inputs(file(4, 7), new Sum(false));
        assertEquals(Shape.of(7, 2), inputs.get(1).shape());
    }
}
