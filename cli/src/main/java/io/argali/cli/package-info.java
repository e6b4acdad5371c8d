/**
 * The {@code argali} command: one class a subcommand, listed in {@link io.argali.cli.Main}.
 *
 * <p>A command parses its arguments, calls the library and prints. Anything a Java program would want as well belongs
 * in the library, not here. To add a command, write a class annotated with {@code @Command} that implements
 * {@code Callable<Integer>} and returns the exit code, and name it in {@code Main}.
 */
package io.argali.cli;
