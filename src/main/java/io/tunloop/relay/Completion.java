// SPDX-License-Identifier: Apache-2.0
package io.tunloop.relay;

import io.netty.util.concurrent.Future;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Netty's futures in a chain, in which a step that fails keeps none of those behind it from being done. */
final class Completion {
    private Completion() {}

    /** Completes as the other one does. */
    static CompletableFuture<Void> of(Future<?> future) {
        var completion = new CompletableFuture<Void>();
        future.addListener(done -> {
            if (done.isSuccess()) {
                completion.complete(null);
            } else {
                completion.completeExceptionally(done.cause());
            }
        });
        return completion;
    }

    /** Begins the step when the one before it has come to its end, whichever: a failure is not this one's. */
    static CompletableFuture<Void> after(CompletableFuture<Void> before, Supplier<? extends Future<?>> step) {
        return before.handle((nothing, failure) -> null).thenCompose(nothing -> of(step.get()));
    }
}
