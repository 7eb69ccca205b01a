import Chips

/// Trees for all nets of a placed core graph. Nets with one set of targets that leave from one chip share a bundle.
struct TorusRouting {
    let machine: TorusMachine
    let nets: TorusNets
    /// By core: its router.
    let routers: [Int32]
    struct Bundle {
        var source: Int
        var targets: [Int32]
        var nets: [Int]
        var weight: Double
        var edges: [Int32] = []
        /// Whether some target cannot be reached.
        var isCutOff = false
    }
    var bundles: [Bundle] = []
    var trees: TorusTrees

    init(_ machine: TorusMachine, _ nets: TorusNets, at routers: [Int32]) {
        self.machine = machine
        self.nets = nets
        self.routers = routers
        trees = TorusTrees(machine)
        var chipSets: [[Int32]] = []
        for set in 0..<nets.setCount {
            chipSets.append(Set(nets.members[nets.offsets[set]..<nets.offsets[set + 1]].map { routers[Int($0)] }).sorted())
        }
        var known: [SIMD2<Int>: Int] = [:]
        for net in 0..<nets.netCount {
            let key = SIMD2(Int(routers[nets.sources[net]]), nets.sets[net])
            if let bundle = known[key] {
                bundles[bundle].nets.append(net)
                bundles[bundle].weight += nets.weights[net]
            } else {
                known[key] = bundles.count
                bundles.append(Bundle(source: key.x, targets: chipSets[key.y], nets: [net], weight: nets.weights[net]))
            }
        }
    }

    mutating func run(rounds: Int = 2) {
        let order = bundles.indices.sorted { (bundles[$1].weight, $0) < (bundles[$0].weight, $1) }
        for index in order {
            let start = bundles[index].source
            let distance = machine.distances(from: start)
            let sorted = bundles[index].targets.sorted { (distance[Int($0)], $0) < (distance[Int($1)], $1) }
            bundles[index].targets = sorted
            let edges = trees.tree(from: start, to: sorted)
            bundles[index].isCutOff = edges == nil
            bundles[index].edges = edges ?? []
            trees.load(bundles[index].edges, by: bundles[index].weight)
        }
        for _ in 0..<rounds {
            for index in order {
                trees.load(bundles[index].edges, by: -bundles[index].weight)
                bundles[index].edges = trees.improve(bundles[index].edges, from: bundles[index].source, to: bundles[index].targets)
                trees.load(bundles[index].edges, by: bundles[index].weight)
            }
        }
    }

    var length: Double { bundles.reduce(0) { $0 + $1.weight * Double($1.edges.count) } }
    var edgeCount: Int { bundles.reduce(0) { $0 + $1.nets.count * $1.edges.count } }
    var maximumLoad: Double { trees.loads.max() ?? 0 }
}
