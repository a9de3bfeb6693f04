package io.ssi.vproc.node;

import io.ssi.core.id.NodeId;
import io.ssi.core.net.Transport;
import io.ssi.core.wire.LinkMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The process space of one node over a transport and a control plane in memory. */
final class FakeNode implements AutoCloseable {
    final VprocService service;
    final ProgramDoor door;
    final SignalRouter signals;
    final Deputies deputies;
    final Landings landings;
    final VPidPool pool;
    final HostStreams streams;
    private final Transport transport;

    FakeNode(int number, FakeCluster cluster, Transport transport, Path folder, OsProcesses os) throws Exception {
        this.transport = transport;
        NodeId self = new NodeId(number);
        Files.createDirectories(folder);
        pool = new VPidPool(self, cluster, folder.resolve("vpids"));
        VprocService.Parts parts = new VprocService.Parts(self, "n" + number, cluster.membership(number), cluster, cluster, pool, os, 15_000,
                Files.createDirectories(folder.resolve("kept")));
        service = new VprocService(parts);
        door = new ProgramDoor(parts, service);
        signals = new SignalRouter(self, transport, service);
        streams = new HostStreams(parts, service, transport);
        deputies = new Deputies(parts, service, signals, transport, folder.resolve("deputies"));
        landings = new Landings(service, deputies, transport, folder);
        pool.fill();
        service.start();
        streams.recover();
    }

    Transport transport() {
        return transport;
    }

    LinkMessage.Welcome start(FakeLink link) {
        return door.hello(hello(LinkMessage.Role.APP, 0, link, 0, 0), link);
    }

    static LinkMessage.Hello hello(LinkMessage.Role role, long token, FakeLink link, int vpid, int incarnation) {
        return new LinkMessage.Hello(LinkMessage.PROTOCOL, role, token, link.osPid(), 0, "jdk", "Main", List.of("a", "b"), link.peerUser(), "/", 0, vpid,
                incarnation, 0, new byte[0]);
    }

    @Override
    public void close() {
        streams.close();
        service.close();
        transport.close();
    }
}
