/// The best that rig 2.4.1 and PACMAN 7.4.1 (and 7.1.0) were seen to do on the core graphs (references/spinnaker.md, section 5.3).
public struct RecordedMapping: Sendable {
    /// Packets per second times links of the trees, and the tool.
    public var treeLength: Double
    public var tool: String
    /// Packets per second on the busiest link in that run, and the lowest of any run.
    public var maximumLinkLoad: Double
    public var lowestLinkLoad: Double
    /// Entries of the largest table after compression, and of all tables, the lowest of any complete run.
    public var largestTable: Int
    public var entryCount: Int
    /// What no placement can go below, where that was proven for this graph by itself.
    ///
    /// On grid_1000 every core sends to its neighbours on a sheet of 6 × 6, so a net that is heard on λ chips takes λ - 1 links at least, and the
    /// sum of λ - 1 is that of the vertex boundaries of the chips' parts. On three chips of 17 cores an integer program (HiGHS) proves 20; the
    /// smallest boundaries of parts of up to 17 cores, found by going through all rows, add up to 20 or more on four chips and above.
    public var provenLength = 0.0

    /// The record of a graph, by name; nil when there is none.
    public static func of(_ name: String) -> RecordedMapping? { all.first { $0.name == name }?.record }

    private static let all: [(name: String, record: RecordedMapping)] = [
        ("mlp_1000", RecordedMapping(2_084, "rig SA", 1_607, 1_557, 3, 8)),
        ("random_1000", RecordedMapping(4_229, "rig Hilbert", 2_692, 2_692, 5, 10)),
        ("grid_1000", RecordedMapping(2_000, "PACMAN 7.1.0 Dijkstra", 700, 700, 20, 56, proven: 2_000)),
        ("pd_1000", RecordedMapping(5_862, "PACMAN 7.4.1", 2_379, 2_028, 7, 16)),
        ("mlp_10000", RecordedMapping(125_588, "rig Hilbert", 17_716, 15_627, 3, 23)),
        ("cnn_10000", RecordedMapping(186_248, "rig breadth-first", 15_065, 11_374, 52, 237)),
        ("random_10000", RecordedMapping(253_258, "rig Hilbert", 22_042, 16_975, 32, 265)),
        ("pd_10000", RecordedMapping(265_798, "rig Hilbert", 24_188, 24_188, 12, 81)),
        ("mlp_100000", RecordedMapping(5_077_722, "PACMAN 7.1.0 application router", 220_681, 136_467, 2, 79)),
        ("random_100000", RecordedMapping(5_078_520, "rig breadth-first", 51_843, 50_552, 68, 2_391)),
        ("grid_100000", RecordedMapping(595_804, "rig SA", 8_712, 8_712, 48, 1_902)),
        ("mlp_1000000", RecordedMapping(248_826_297, "rig Hilbert", 1_530_424, 1_530_424, 3, 326)),
        ("random_1000000", RecordedMapping(99_448_429, "rig breadth-first", 194_071, 176_458, 100, 17_651)),
        ("grid_1000000", RecordedMapping(7_497_728, "rig SA", 26_624, 26_624, 62, 9_805)),
        ("pd_1000000", RecordedMapping(85_747_083, "rig breadth-first", 327_724, 327_724, 23, 2_783)),
    ]

    private init(_ length: Double, _ tool: String, _ load: Double, _ lowest: Double, _ largest: Int, _ entries: Int, proven: Double = 0) {
        treeLength = length
        self.tool = tool
        maximumLinkLoad = load
        lowestLinkLoad = lowest
        largestTable = largest
        entryCount = entries
        provenLength = proven
    }
}
