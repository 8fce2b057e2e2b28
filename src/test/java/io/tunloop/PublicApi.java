// SPDX-License-Identifier: Apache-2.0
package io.tunloop;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What an embedder can name, as sorted text: one line for each public or protected type and member. */
final class PublicApi {
    /** The packages that are for embedders. The others are the command line and what it is made of. */
    static final List<String> PACKAGES = List.of("channel", "codec", "device", "handler", "packet", "queue", "relay");

    private static final Path CLASSES = Path.of("target/classes/io/tunloop");
    private static final int KEPT_MODIFIERS =
            Modifier.PUBLIC | Modifier.PROTECTED | Modifier.STATIC | Modifier.FINAL | Modifier.ABSTRACT;

    private PublicApi() {}

    static List<String> lines() throws IOException, ClassNotFoundException {
        var lines = new TreeSet<String>();
        for (String name : PACKAGES) {
            try (Stream<Path> files = Files.list(CLASSES.resolve(name))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".class")).toList()) {
                    String simple = file.getFileName().toString().replace(".class", "");
                    if (!simple.equals("package-info")) {
                        add(
                                Class.forName(
                                        "io.tunloop." + name + '.' + simple, false, PublicApi.class.getClassLoader()),
                                lines);
                    }
                }
            }
        }
        return List.copyOf(lines);
    }

    private static void add(Class<?> type, TreeSet<String> lines) {
        if (!isVisible(type)) {
            return;
        }
        String name = type.getName().replace('$', '.');
        lines.add(name + ": " + modifiers(type.getModifiers()) + kind(type) + supertypes(type));
        for (Field field : type.getDeclaredFields()) {
            if (isVisible(field.getModifiers()) && !field.isSynthetic()) {
                lines.add(name + '.' + field.getName() + ": " + modifiers(field.getModifiers())
                        + field.getGenericType().getTypeName());
            }
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (isVisible(constructor.getModifiers()) && !constructor.isSynthetic()) {
                lines.add(name + ".new" + parameters(constructor.getGenericParameterTypes()) + ": "
                        + modifiers(constructor.getModifiers()) + exceptions(constructor.getExceptionTypes()));
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (isVisible(method.getModifiers()) && !method.isSynthetic()) {
                lines.add(name + '.' + method.getName() + parameters(method.getGenericParameterTypes()) + ": "
                        + modifiers(method.getModifiers())
                        + method.getGenericReturnType().getTypeName()
                        + exceptions(method.getExceptionTypes()));
            }
        }
    }

    private static boolean isVisible(Class<?> type) {
        return type == null
                || isVisible(type.getModifiers()) && !type.isAnonymousClass() && isVisible(type.getEnclosingClass());
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static String modifiers(int modifiers) {
        String text = Modifier.toString(modifiers & KEPT_MODIFIERS);
        return text.isEmpty() ? "" : text + ' ';
    }

    private static String kind(Class<?> type) {
        if (type.isRecord()) {
            return "record";
        }
        if (type.isEnum()) {
            return "enum";
        }
        return type.isInterface() ? "interface" : "class";
    }

    private static String supertypes(Class<?> type) {
        var text = new StringBuilder();
        if (type.getGenericSuperclass() != null && !type.isEnum() && !type.isRecord()) {
            text.append(" extends ").append(type.getGenericSuperclass().getTypeName());
        }
        for (var implemented : type.getGenericInterfaces()) {
            text.append(" implements ").append(implemented.getTypeName());
        }
        return text.toString();
    }

    private static String parameters(java.lang.reflect.Type[] types) {
        return '('
                + String.join(
                        ", ",
                        Stream.of(types)
                                .map(java.lang.reflect.Type::getTypeName)
                                .toList())
                + ')';
    }

    private static String exceptions(Class<?>[] types) {
        return types.length == 0
                ? ""
                : " throws "
                        + String.join(", ", Stream.of(types).map(Class::getName).toList());
    }
}
