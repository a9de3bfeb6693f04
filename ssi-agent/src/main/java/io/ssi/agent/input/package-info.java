/**
 * Standard input of a process that moves, no byte lost or doubled. Everything read is numbered from the program's start, ends
 * of file too (on a terminal there may be more behind one). There are two ends, and nothing between them remembers anything:
 *
 * <pre>
 * the program's JVM             daemons              the OS process it was started as
 *  StandardInput                 pass on             InputFeed (deputy, landing at home)
 *   has [.., p)                                       keeps [q, r) with q &lt;= p, reads the descriptor
 *   | --StdinWant(p, max)--------------------------&gt; | forgets what is before p; reads if r = p
 *   | &lt;---------------------Stdin(p, bytes)-------- |
 * </pre>
 *
 * <p>The program's end takes a piece only if it stands at p, and asks again, with the same p, while it waits. p and what is not
 * yet given to the program travel in the image. Only threads of the program ask, and they stand still while there is an image,
 * so nobody has asked beyond the p of an image that may yet be resumed. What if ...
 * <ul>
 * <li>a StdinWant is lost, or a Stdin, or a daemon with both: it is asked again; the feed has kept the piece.
 * <li>a StdinWant is doubled or late: it is answered again or, before q, not at all; a second read is not begun.
 * <li>a Stdin is doubled or late: it does not stand at p.
 * <li>a Stdin comes while the program is moving: before the image is written, it is in the image. After: it is gone with the
 * source, and the landing asks with the image's p; if the move is off, the source has it.
 * <li>it comes from an earlier host's want: it goes to that host, which has nobody to take it; the present one asks again.
 * <li>the deputy is replaced by a landing or the reverse: {@link io.ssi.agent.input.DescriptorReader} stops exactly, and what
 * is kept goes along through the exec.
 * <li>the process leaves the terminal for the first time: what was read after the image is where the deputy's feed begins.
 * <li>it comes home: at Go it gets what the feed has from p on, and reads the descriptor itself.
 * <li>the OS process at the terminal is dead: the daemon answers each want with an end of file.
 * <li>the program closes its input: it wants 0 bytes, again until that is answered, and after each move; that it is closed travels in the
 * image. Whoever writes to the other end then finds no reader.
 * </ul>
 */
package io.ssi.agent.input;
