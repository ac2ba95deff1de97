package dev.parley.chat.signaling.internal;

import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of a chain of stages. */
final class Stages {

    private static final Logger log = LoggerFactory.getLogger(Stages.class);

    private Stages() {}

    /** Runs a task when a stage is done. What the task throws is a defect and is logged, as nobody holds its stage. */
    static <T> void whenDone(CompletionStage<T> stage, BiConsumer<? super T, ? super Throwable> task) {
        stage.whenComplete((value, failure) -> {
            try {
                task.accept(value, failure);
            } catch (RuntimeException e) {
                log.error("a step of the signaling client failed", e);
            }
        });
    }
}
