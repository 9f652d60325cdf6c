// SPDX-License-Identifier: MIT
// The workloads of driver.h in Java. The collector and the heap's size are options of the JVM, which
// run.py sets.

import java.lang.management.ManagementFactory;
import java.util.Arrays;

final class Peers {
	static final int LIST_NODES = 8, KEEP_ONE_IN = 16, NODE_BYTES = 32;
	static final int PAUSE_NS = 20_000, GARBAGE_STEP = 1_000_000, COLLECTIONS = 5;
	static final long WARM_NS = 500_000_000L, WARM_MAX_NS = 3_000_000_000L;

	/* 32 bytes with compressed references, as the others. */
	static final class Node {
		Node next;
		long tag, number;
	}

	static final class Tree {
		Tree left, right;
	}

	static final class Vertex {
		Vertex to0, to1;
		long number;
	}

	static final com.sun.management.OperatingSystemMXBean OS =
		(com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

	static long cpuNs() {
		return OS.getProcessCpuTime();
	}

	static long random = 1;

	static int draw(long nr) {
		random = (random * 1103515245L + 12345L) & 0x7fffffffL;
		return (int) ((random >> 8) * nr >> 23);
	}

	/* Gaps: as in driver.h. */
	static long[] count = new long[512];
	static long nrGaps, maxGap;

	static void gapAdd(long ns) {
		int octave = 63 - Long.numberOfLeadingZeros(ns);
		int at = (octave - 14) * 16 + (int) (ns >> (octave - 4) & 15);

		count[Math.min(at, 511)]++;
		nrGaps++;
		maxGap = Math.max(maxGap, ns);
	}

	static long gapQuantile(long percent) {
		long left = (nrGaps * percent + 99) / 100;
		int at = 0;

		if (nrGaps == 0)
			return 0;
		while (at < 511 && count[at] < left)
			left -= count[at++];
		return (16L + at % 16) << (at / 16 + 10);
	}

	static Object sink;

	static Node listNew(long tag) {
		Node list = null;

		for (int i = 0; i < LIST_NODES; i++) {
			Node node = new Node();
			node.next = list;
			node.tag = tag;
			node.number = i;
			list = node;
		}
		return list;
	}

	/* Now and then one is kept: what is never seen to escape would not be allocated at all. */
	static void listDrop(long tag) {
		Node list = listNew(tag);

		if ((tag & 4095) == 1)
			sink = list;
	}

	static void listBlock(Node[] table, long tag) {
		table[draw(table.length)] = listNew(tag);
		for (int i = 1; i < KEEP_ONE_IN; i++)
			listDrop(tag + i);
	}

	static long listRun(Node[] table, long tag, long minNs, long minLists, long maxNs) {
		long begin = System.nanoTime(), last = begin, end = tag + minLists, now;

		do {
			listBlock(table, tag);
			tag += KEEP_ONE_IN;
			now = System.nanoTime();
			if (now - last >= PAUSE_NS)
				gapAdd(now - last);
			last = now;
		} while (now - begin < minNs || (tag < end && now - begin < maxNs));
		return tag;
	}

	static long tableSum(Node[] table) {
		long sum = 0;

		for (Node list : table)
			for (Node node = list; node != null; node = node.next)
				sum += node.tag + node.number;
		return sum;
	}

	static void workLists(long heapMb, long livePercent, double seconds) {
		long live = (heapMb << 20) * livePercent / 100, tag, first, wall, cpu;
		int slots = (int) (live / (LIST_NODES * NODE_BYTES + 8) / KEEP_ONE_IN * KEEP_ONE_IN);
		Node[] table = new Node[slots];

		for (int i = 0; i < slots; i++)
			table[i] = listNew(i);
		tag = listRun(table, slots, WARM_NS, 2 * (heapMb << 20) / (LIST_NODES * NODE_BYTES), WARM_MAX_NS);
		Arrays.fill(count, 0);
		nrGaps = 0;
		maxGap = 0;
		first = tag;
		wall = System.nanoTime();
		cpu = cpuNs();
		tag = listRun(table, tag, (long) (seconds * 1e9), 0, 0);
		wall = System.nanoTime() - wall;
		cpu = cpuNs() - cpu;
		System.out.printf("objects=%d wall_ns=%d cpu_ns=%d pauses=%d p50_ns=%d p99_ns=%d max_ns=%d "
				  + "slots=%d tag=%d sum=%d%n", (tag - first) * LIST_NODES, wall, cpu, nrGaps,
				  gapQuantile(50), gapQuantile(99), maxGap, slots, tag, tableSum(table));
	}

	static void garbage(long nr) {
		for (; nr != 0; nr--) {
			Node node = new Node();
			node.tag = nr;
			node.number = nr;
			if ((nr & 4095) == 1)
				sink = node;
		}
	}

	static void workGarbage(double seconds) {
		long begin = System.nanoTime(), cpu, wall, nr = 0;

		while (System.nanoTime() - begin < WARM_NS)
			garbage(GARBAGE_STEP);
		begin = System.nanoTime();
		cpu = cpuNs();
		do {
			garbage(GARBAGE_STEP);
			nr += GARBAGE_STEP;
			wall = System.nanoTime() - begin;
		} while (wall < (long) (seconds * 1e9));
		System.out.printf("objects=%d wall_ns=%d cpu_ns=%d%n", nr, wall, cpuNs() - cpu);
	}

	static Tree treeNew(int depth) {
		Tree tree = new Tree();

		if (depth > 0) {
			tree.left = treeNew(depth - 1);
			tree.right = treeNew(depth - 1);
		}
		return tree;
	}

	static long treeCount(Tree tree) {
		return tree.left == null ? 1 : 1 + treeCount(tree.left) + treeCount(tree.right);
	}

	static void workTrees(int depth) {
		long begin = System.nanoTime(), cpu = cpuNs(), sum = treeCount(treeNew(depth + 1));
		Tree held = treeNew(depth);

		for (int d = 4; d <= depth; d += 2)
			for (long nr = 1L << (depth - d + 4); nr > 0; nr--)
				sum += treeCount(treeNew(d));
		sum += treeCount(held);
		System.out.printf("wall_ns=%d cpu_ns=%d sum=%d%n", System.nanoTime() - begin, cpuNs() - cpu, sum);
	}

	static Vertex[] graphMake(int nodes, boolean shuffled) {
		Vertex[] table = new Vertex[nodes];

		for (int i = 0; i < nodes; i++) {
			table[i] = new Vertex();
			table[i].number = i;
		}
		for (int i = 0; i < nodes; i++) {
			table[i].to0 = table[shuffled ? draw(nodes) : (i + 1) % nodes];
			table[i].to1 = table[shuffled ? draw(nodes) : (i + 2) % nodes];
		}
		for (int i = nodes - 1; shuffled && i > 0; i--) {
			int j = draw(i + 1);
			Vertex other = table[i];
			table[i] = table[j];
			table[j] = other;
		}
		return table;
	}

	static long graphSum(Vertex[] table) {
		long sum = 0;

		for (int i = 0; i < table.length; i++)
			sum += (i + 1) * (table[i].number + 3 * table[i].to0.number + 5 * table[i].to1.number);
		return sum & 0xffffffffffffL;
	}

	static void workGraph(int nodes, boolean shuffled) {
		Vertex[] table = graphMake(nodes, shuffled);
		long sum = graphSum(table);
		long[] wall = new long[COLLECTIONS], cpu = new long[COLLECTIONS];

		for (int i = 0; i < COLLECTIONS; i++) {
			wall[i] = System.nanoTime();
			cpu[i] = cpuNs();
			System.gc();
			wall[i] = System.nanoTime() - wall[i];
			cpu[i] = cpuNs() - cpu[i];
		}
		if (graphSum(table) != sum)
			throw new IllegalStateException("the graph has changed");
		Arrays.sort(wall);
		Arrays.sort(cpu);
		System.out.printf("objects=%d wall_ns=%d cpu_ns=%d sum=%d%n", nodes, wall[COLLECTIONS / 2],
				  cpu[COLLECTIONS / 2], sum);
	}

	public static void main(String[] arg) {
		switch (arg.length == 0 ? "" : arg[0]) {
		case "lists" -> workLists(Long.parseLong(arg[1]), Long.parseLong(arg[2]), Double.parseDouble(arg[3]));
		case "garbage" -> workGarbage(Double.parseDouble(arg[2]));
		case "trees" -> workTrees(Integer.parseInt(arg[2]));
		case "graph" -> workGraph(Integer.parseInt(arg[2]), arg[3].equals("random"));
		default -> {
			System.err.println("usage: as the other programs");
			System.exit(2);
		}
		}
	}
}
