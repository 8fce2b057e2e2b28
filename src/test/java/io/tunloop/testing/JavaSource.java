// SPDX-License-Identifier: Apache-2.0
package io.tunloop.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.tools.ToolProvider;

/** Programs that are no part of the project's own sources: of the documentation, and the examples. */
public final class JavaSource {
    private JavaSource() {}

    /** Compiles a file against this JVM's class path; any warning is an AssertionError with what the compiler says. */
    public static void compile(Path file, Path classes) {
        var errors = new ByteArrayOutputStream();
        int exitCode = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        errors,
                        "-Xlint:all,-classfile,-processing,-path",
                        "-Werror",
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        classes.toString(),
                        file.toString());
        assertThat(exitCode).as(errors.toString(StandardCharsets.UTF_8)).isZero();
    }
}
