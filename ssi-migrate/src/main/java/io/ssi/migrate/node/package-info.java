/**
 * The daemons' part of a move. {@link io.ssi.migrate.SourceMove} drives it on the source, {@link io.ssi.migrate.TargetMove}
 * follows on the target; {@link io.ssi.migrate.node.Departure} and {@link io.ssi.migrate.node.Arrival} carry out what these pure
 * machines decide. Both talk over one byte stream, in the frames of the link protocol:
 *
 * <pre>
 * source JVM      source daemon                          target daemon            landing JVM
 *    | &lt;--Prepare-- |                                       |                       |
 *    | --Prepared-&gt; | --Prepared--------------------------&gt; | checks, fetches jars  |
 *    |              |                                       | starts, Land -------&gt; | loads classes
 *    |              | &lt;-------------------------LandReady-- | &lt;----------LandReady- |
 *    | &lt;--Freeze--- |                                       |                       |
 *    | ==ImageChunk*, ImageEnd=============================================&gt; | builds
 *    |              | &lt;-----------------------------Built-- | &lt;--------------Built- |
 *    |              | compare-and-set of the place (Raft)   |                       |
 *    | &lt;--Depart--- | --Go--------------------------------&gt; | adopts, Go ---------&gt; | runs
 *    | ends, or becomes the deputy                          | &lt;------------Running- |
 * </pre>
 *
 * <p>Only the source proposes the commit, and only while it has not said Cannot. The group's row of a process counts the vetoes
 * against moves away from where it is ({@code attempt}): a proposal names the count it began with, so a veto voids every proposal
 * before it, late ones too, and needs nothing of the process itself. The row also keeps the number of the move that wrote it. So
 * after one veto everybody knows: the process has stayed, or was moved by this move, or neither.
 *
 * <p>A JVM decides by itself only as long as nothing can have been committed: the source until its image is complete, the landing
 * until it has said Built. A link that breaks before that lets the source go on and the landing end. After that the JVM stands
 * still; when it meets a daemon again its Hello names the move ({@code undecided}), and the daemon vetoes and tells it the outcome.
 * What if ...
 * <ul>
 * <li>anything fails before the proposal: the source says Cannot (or the stream breaks), the landing is killed, the program
 * goes on at the source. If both Cannot and the stream are lost, the target's veto finds the process where it stayed.
 * <li>the answer to the proposal is lost: the source asks again under the same request id until it knows, or, once the target is
 * out of reach, asks for the veto; the program stays frozen meanwhile, and after 2 s its row says UNDECIDED.
 * <li>the source daemon or the network dies after Built: the target vetoes. Moved: it runs. Otherwise it kills the landing.
 * Without a quorum it waits, and nothing runs twice.
 * <li>the source daemon dies after the image was complete: the frozen JVM waits for a daemon, which vetoes: stayed, it resumes;
 * else it departs as it would have.
 * <li>the target daemon dies after Built: its landing waits for a daemon, which vetoes: moved, it is adopted and runs; else it ends.
 * <li>the landing dies before Built: the source goes on. Between Built and the commit: the source goes on if it hears of it in time,
 * else the process is adopted dead, so that its end is told as any other. After the commit it was the only copy.
 * <li>the source JVM dies while it moves: whether that was the process's end is decided with the move.
 * <li>only a connection between daemon and JVM breaks: the move in that daemon comes to its end first, then the same as above.
 * <li>a frame is doubled or late: streams are ordered and belong to one migration; the JVMs drop what carries another number.
 * </ul>
 * The simulator of both machines (MoveSimulation) breaks all of these in random order; CrashInMoveIT and NetworkInMoveIT do it
 * at each step with real processes ({@link io.ssi.migrate.node.Faults}), a selection in the suite and all of it in the nightly run.
 */
package io.ssi.migrate.node;
