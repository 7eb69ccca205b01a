/// The nets of a core graph as numbers only, for the algorithms on the torus.
///
/// Nets with the same targets share one set: a population's cores mostly send to the same cores.
struct TorusNets: Sendable {
    var coreCount: Int
    /// Cores with one number have something in common (a population): what a start keeps together.
    var groups: [Int]
    /// By net: the core that sends.
    var sources: [Int]
    /// By net: packets per unit of time.
    var weights: [Double]
    /// Packets per unit of time with which a link is far from full.
    var quietLoad: Double
    /// By net: its set of targets.
    var sets: [Int]
    /// Members of set s: `members[offsets[s]..<offsets[s + 1]]`, cores, ascending.
    var offsets: [Int]
    var members: [Int32]

    var netCount: Int { sources.count }
    var setCount: Int { offsets.count - 1 }

    /// - Parameter unit: seconds in the unit of time of the weights.
    init(coreCount: Int, groups: [Int], nets: [(source: Int, weight: Double, targets: [Int32])], unit: Double) {
        self.coreCount = coreCount
        quietLoad = Self.quietShare * Self.linkCapacity * unit
        self.groups = groups
        sources = nets.map(\.source)
        weights = nets.map(\.weight)
        sets = []
        offsets = [0]
        members = []
        var known: [[Int32]: Int] = [:]
        for net in nets {
            if let set = known[net.targets] {
                sets.append(set)
            } else {
                known[net.targets] = offsets.count - 1
                sets.append(offsets.count - 1)
                members += net.targets
                offsets.append(members.count)
            }
        }
    }

    /// Packets per second: more than 5 · 10⁹ over the bisection of the 240 × 240 machine, which is 960 links each way (Furber et al. 2013, "Overview
    /// of the SpiNNaker system architecture", IEEE Trans. Computers 62).
    private static let linkCapacity = 5e9 / 960
    /// Spikes come in bursts: so much of the capacity leaves room for three times as many in one step.
    private static let quietShare = 0.3

    func targets(of net: Int) -> ArraySlice<Int32> { members[offsets[sets[net]]..<offsets[sets[net] + 1]] }

    /// Twins: cores that the same nets reach and that send to the same cores, ascending; families by their first core.
    var families: [[Int]] {
        var signature = [[Int32]](repeating: [], count: coreCount)
        for set in 0..<setCount {
            for member in members[offsets[set]..<offsets[set + 1]] { signature[Int(member)].append(Int32(set)) }
        }
        for core in 0..<coreCount { signature[core].append(-1) }
        for net in 0..<netCount { signature[sources[net]].append(Int32(sets[net])) }
        var number: [[Int32]: Int] = [:]
        var result: [[Int]] = []
        for core in 0..<coreCount {
            if let family = number[signature[core]] {
                result[family].append(core)
            } else {
                number[signature[core]] = result.count
                result.append([core])
            }
        }
        return result
    }
}
