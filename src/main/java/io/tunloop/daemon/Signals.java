// SPDX-License-Identifier: Apache-2.0
package io.tunloop.daemon;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntConsumer;

/**
 * Runs code of ours when the process gets a signal, in place of what the JVM would do.
 *
 * <p>Over sun.misc.Signal (module jdk.unsupported), by reflection, because javac warns of every direct use and cannot be
 * told not to. A handler in the native library would be no better: the JVM owns the handlers of SIGTERM and SIGHUP, and a
 * signalfd wants the signal blocked in threads that the JVM has started before us.
 *
 * Thread: handlers run in a thread of the JVM's, one for each signal that arrives.
 */
public final class Signals implements AutoCloseable {
    private final Deque<Runnable> undo = new ArrayDeque<>();

    /** @param name without SIG: TERM, HUP. @param handler gets the signal's number */
    public Signals on(String name, IntConsumer handler) {
        try {
            install(name, handler);
            return this;
        } catch (ReflectiveOperationException cause) {
            throw new IllegalStateException(
                    "SIG" + name + " cannot be handled: use a Java runtime with the module jdk.unsupported", cause);
        }
    }

    private void install(String name, IntConsumer handler) throws ReflectiveOperationException {
        Class<?> signalClass = Class.forName("sun.misc.Signal");
        Class<?> handlerClass = Class.forName("sun.misc.SignalHandler");
        Method handle = signalClass.getMethod("handle", signalClass, handlerClass);
        Method number = signalClass.getMethod("getNumber");
        Object signal = signalClass.getConstructor(String.class).newInstance(name);
        InvocationHandler call = (proxy, method, arguments) -> switch (method.getName()) {
            case "handle" -> {
                handler.accept((int) number.invoke(arguments[0]));
                yield null;
            }
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "handler of SIG" + name;
        };
        Object ours = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handlerClass}, call);
        Object before = handle.invoke(null, signal, ours);
        undo.push(() -> restore(handle, signal, before));
    }

    private static void restore(Method handle, Object signal, Object before) {
        try {
            handle.invoke(null, signal, before);
        } catch (ReflectiveOperationException cause) {
            throw new IllegalStateException("the handler of " + signal + " cannot be restored", cause);
        }
    }

    /** Puts back what was there before. */
    @Override
    public void close() {
        while (!undo.isEmpty()) {
            undo.pop().run();
        }
    }
}
