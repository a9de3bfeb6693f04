package io.ssi.agent.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.Type;
import programs.Rules;

/** Every rule has an action that is run on a plain JVM, under the agent and moved (AgentIT, MoveIT), and no action is left of a rule that is gone. */
class RuleActionsTest {
    /** Threads that only a landing starts: programs of their own have them (see MoveIT). */
    private static final List<String> THREADS_OF_LANDINGS = List.of("jdk.internal.misc.InnocuousThread.run", "java.util.TimerThread.run",
            "java.util.concurrent.DelayScheduler.run");

    @Test
    void everyRuleHasItsAction() {
        List<String> wanted = new ArrayList<>();
        for (Rule[] rules : new Rule[][] {JdkRules.table(), JdkRules.landing()}) {
            for (Rule rule : rules) {
                String method = rule.owner().replace('/', '.') + "." + rule.method();
                if (!Rules.ELSEWHERE.containsKey(method) && !THREADS_OF_LANDINGS.contains(method)) {
                    wanted.add(method + " " + Type.getArgumentTypes(rule.descriptor()).length);
                }
            }
        }
        assertThat(Rules.ACTIONS.keySet()).containsExactlyInAnyOrderElementsOf(wanted);
    }
}
