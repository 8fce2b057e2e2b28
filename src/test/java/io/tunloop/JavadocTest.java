// SPDX-License-Identifier: Apache-2.0
package io.tunloop;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Whatever an embedder can name says what it is. The tags are checked by javadoc itself when the jar is made. */
class JavadocTest {
    private static final Path SOURCES = Path.of("src/main/java/io/tunloop");

    @Test
    void shouldCommentEverythingPublic() throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var task = (JavacTask) compiler.getTask(
                    null, files, null, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(sources()));
            var missing = new ArrayList<String>();
            DocTrees docs = DocTrees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                new Uncommented(docs, missing).scan(unit, null);
            }
            assertThat(String.join("\n", missing))
                    .as("public without a comment")
                    .isEmpty();
        }
    }

    @Test
    void shouldDescribeEveryPackage() {
        assertThat(PublicApi.PACKAGES)
                .allSatisfy(name -> assertThat(SOURCES.resolve(name).resolve("package-info.java"))
                        .content()
                        .contains("/**", "<pre>"));
    }

    private static List<Path> sources() throws IOException {
        var all = new ArrayList<Path>();
        for (String name : PublicApi.PACKAGES) {
            try (var files = Files.list(SOURCES.resolve(name))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(all::add);
            }
        }
        return all;
    }

    /** Collects what is public, or for subclasses, and has no comment. */
    private static final class Uncommented extends TreePathScanner<Void, Void> {
        private static final Set<Tree.Kind> ALL_PUBLIC = Set.of(Tree.Kind.INTERFACE, Tree.Kind.ANNOTATION_TYPE);

        private final DocTrees docs;
        private final List<String> missing;

        Uncommented(DocTrees docs, List<String> missing) {
            this.docs = docs;
            this.missing = missing;
        }

        @Override
        public Void visitClass(ClassTree type, Void nothing) {
            if (!isPublic(type.getModifiers(), type)) {
                return null; // Nor is anything inside.
            }
            check(type.getSimpleName().toString());
            return super.visitClass(type, nothing);
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            if (isPublic(method.getModifiers(), method) && !isOverride(method)) {
                check(method.getName().toString());
            }
            return null;
        }

        @Override
        public Void visitVariable(VariableTree field, Void nothing) {
            if (isPublic(field.getModifiers(), field)) {
                check(field.getName().toString());
            }
            return null;
        }

        private boolean isPublic(ModifiersTree modifiers, Tree self) {
            Tree parent = getCurrentPath().getParentPath().getLeaf();
            return modifiers.getFlags().contains(Modifier.PUBLIC)
                    || modifiers.getFlags().contains(Modifier.PROTECTED)
                    || parent != self && ALL_PUBLIC.contains(parent.getKind());
        }

        private static boolean isOverride(MethodTree method) {
            return method.getModifiers().getAnnotations().stream()
                    .anyMatch(annotation ->
                            annotation.getAnnotationType().toString().equals("Override"));
        }

        private void check(String name) {
            if (docs.getDocComment(getCurrentPath()) == null) {
                CompilationUnitTree unit = getCurrentPath().getCompilationUnit();
                long line = unit.getLineMap()
                        .getLineNumber(docs.getSourcePositions()
                                .getStartPosition(unit, getCurrentPath().getLeaf()));
                missing.add(SOURCES.getFileSystem()
                                .getPath(unit.getSourceFile().getName())
                                .getFileName() + ":" + line + " " + name);
            }
        }
    }
}
