package io.ssi.vproc.node;

import io.ssi.core.cluster.ClusterMap;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.VPid;
import io.ssi.vproc.HostEvent;
import io.ssi.vproc.ProcessRow;
import io.ssi.vproc.RowCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cluster's table as rows, with this daemon's own rows as they are now even when the table is behind. Thread-safe. */
final class RowView {
    private static final Logger LOG = LoggerFactory.getLogger(RowView.class);
    private final ClusterMap table;
    private final Map<Integer, ProcessRow> own = new ConcurrentHashMap<>();

    RowView(ClusterMap table) {
        this.table = table;
    }

    void putOwn(ProcessRow row) {
        own.put(row.vpid().value(), row);
        table.put(row.vpid().value(), new ClusterMap.Row(row.node().number(), row.incarnation(), RowCodec.encode(row)));
    }

    void forgetOwn(VPid vpid) {
        own.remove(vpid.value());
    }

    /** Removes the row unless it is another node's or a newer incarnation's. */
    void remove(VPid vpid, int owner, int incarnation) {
        own.remove(vpid.value());
        table.get(vpid.value())
                .filter(row -> row.owner() == owner && row.version() <= incarnation)
                .ifPresent(row -> table.remove(vpid.value(), incarnation));
    }

    Optional<ProcessRow> row(VPid vpid) {
        ProcessRow mine = own.get(vpid.value());
        Optional<ProcessRow> told = table.get(vpid.value()).flatMap(RowView::decode);
        return mine != null && (told.isEmpty() || told.get().incarnation() <= mine.incarnation()) ? Optional.of(mine) : told;
    }

    List<ProcessRow> rows() {
        Map<Integer, ProcessRow> rows = new TreeMap<>();
        table.all().forEach((vpid, row) -> decode(row).ifPresent(decoded -> rows.put(vpid, decoded)));
        own.forEach((vpid, mine) -> rows.merge(vpid, mine, (told, newest) -> told.incarnation() > newest.incarnation() ? told : newest));
        return new ArrayList<>(rows.values());
    }

    Map<Integer, HostEvent.Claim> claims() {
        Map<Integer, HostEvent.Claim> claims = new HashMap<>();
        table.all().forEach((vpid, row) -> claims.put(vpid, new HostEvent.Claim(row.owner(), row.version())));
        return claims;
    }

    static Optional<ProcessRow> decode(ClusterMap.Row row) {
        try {
            return Optional.of(RowCodec.decode(row.value()));
        } catch (SsiException unreadable) {
            LOG.warn("a process row of node {} is left out: {}", row.owner(), unreadable.getMessage());
            return Optional.empty();
        }
    }
}
