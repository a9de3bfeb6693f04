package io.ssi.vproc.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.core.id.VPid;
import io.ssi.core.net.LocalNetwork;
import io.ssi.core.net.MessageRegistry;
import io.ssi.vproc.Signals;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StopTest {
    @TempDir
    Path folder;
    private FakeNode node;
    private final List<Integer> signals = new ArrayList<>();

    /** The daemon is stopped while the table's thread is in the middle of something. */
    private final OsProcesses stopsInTheMiddle = new OsProcesses() {
        private final OsProcesses real = new LinuxProcesses();

        @Override
        public Sample sample(long osPid) {
            return real.sample(osPid);
        }

        @Override
        public boolean kill(long osPid, int signal) {
            signals.add(signal);
            node.service.close();
            return false;
        }
    };

    @Test
    void whatIsUnderWayWhenTheDaemonStopsIsDone() throws Exception {
        MessageRegistry registry = new MessageRegistry();
        VprocMessages.register(registry);
        try (LocalNetwork network = new LocalNetwork(1)) {
            node = new FakeNode(1, new FakeCluster(1), network.cluster(1, registry).getFirst(), folder, stopsInTheMiddle);
            VPid vpid = new VPid(node.start(new FakeLink(ProcessHandle.current().pid())).vpid());
            node.service.signalHere(vpid, 1, Signals.TERM, "root").get(30, TimeUnit.SECONDS);
            assertThat(signals).containsExactly(Signals.TERM);
        }
    }
}
