package io.argali.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {

    @ParameterizedTest
    @CsvSource({"--help, 0", "--version, 0", "--no-such-option, 2", "no-such-command, 2"})
    void exitCodeTellsUsageFromFailure(String argument, int exitCode) {
        assertEquals(exitCode, Main.run(argument));
    }
}
