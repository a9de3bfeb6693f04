package io.ssi.migrate;

import io.ssi.core.wire.LinkMessage;
import java.util.ArrayList;
import java.util.List;

/** What both machines of a move do alike: collect effects, and remember whom a time-out would blame. */
abstract class MoveMachine {
    private final List<MoveEffect> effects = new ArrayList<>();
    /** Whom or what a Timeout would blame. */
    private String awaited = "";

    final void effect(MoveEffect effect) {
        effects.add(effect);
    }

    final void toJvm(LinkMessage message) {
        effect(new MoveEffect.ToJvm(message));
    }

    final void toPeer(LinkMessage message) {
        effect(new MoveEffect.ToPeer(message));
    }

    /** Instead of any earlier wait; 0 for ever. */
    final void await(long millis, String whom) {
        awaited = whom;
        effect(new MoveEffect.Wait(millis));
    }

    final String awaited() {
        return awaited;
    }

    /** What was collected since the last call. */
    final List<MoveEffect> taken() {
        List<MoveEffect> now = List.copyOf(effects);
        effects.clear();
        return now;
    }
}
