import Chips

/// Trees for all nets of a placed core graph. Nets with one set of targets that leave from one chip share a bundle.
struct TorusRouting {
    let machine: TorusMachine
    let nets: TorusNets
    var bundles: [Bundle] = []
    var trees: TorusTrees
    var families: [Family] = []

    struct Bundle {
        /// Router.
        var source: Int
        /// Routers, nearest first.
        var targets: [Int32]
        var nets: [Int]
        var weight: Double
        /// Links of the tree, router · 6 + link, each behind the one that leads to it.
        var edges: [Int32] = []
        /// Whether some target cannot be reached.
        var isCutOff = false
        /// Bundles of one set and one part may share a tree.
        var part = 0
    }

    /// Bundles that share a tree over their targets.
    struct Family {
        var members: [Int]
        /// Links of the shared tree, from `root` on.
        var tree: [Int32]
        var root: Int
        var isFunnel: Bool
    }

    /// - Parameter routers: of each core.
    init(_ machine: TorusMachine, _ nets: TorusNets, at routers: [Int32]) {
        self.machine = machine
        self.nets = nets
        trees = TorusTrees(machine)
        let chips = (0..<nets.setCount).map { set in
            Self.chips(nets.members[nets.offsets[set]..<nets.offsets[set + 1]].map { routers[Int($0)] })
        }
        var known: [SIMD2<Int>: Int] = [:]
        for net in 0..<nets.netCount {
            let key = SIMD2(Int(routers[nets.sources[net]]), nets.sets[net])
            if let bundle = known[key] {
                bundles[bundle].nets.append(net)
                bundles[bundle].weight += nets.weights[net]
            } else {
                known[key] = bundles.count
                bundles.append(Bundle(source: key.x, targets: chips[key.y], nets: [net], weight: nets.weights[net]))
            }
        }
        for index in bundles.indices {
            let distance = machine.distances(from: bundles[index].source)
            bundles[index].targets.sort { (distance[Int($0)], $0) < (distance[Int($1)], $1) }
        }
    }

    /// Each router once, ascending.
    static func chips(_ routers: [Int32]) -> [Int32] { Set(routers).sorted() }

    /// Packets times links of all trees.
    var length: Double { bundles.reduce(0) { $0 + $1.weight * Double($1.edges.count) } }
    var maximumLoad: Double { trees.loads.max() ?? 0 }
    /// Heaviest first.
    private var order: [Int] { bundles.indices.sorted { (bundles[$1].weight, $0) < (bundles[$0].weight, $1) } }

    /// How trees to one set of targets go together.
    enum Sharing: CaseIterable {
        /// Each by itself.
        case none
        /// All take one tree over the targets, each from its nearest chip: routers then tell fewer sources apart.
        case tree
        /// The same, and sources elsewhere gather on their way to one chip of it: routers tell no sources apart.
        case funnel
    }

    /// Grows all trees.
    mutating func run(_ sharing: Sharing) {
        var isShared = [Bool](repeating: false, count: bundles.count)
        if sharing != .none {
            for family in familyMembers() {
                let root = Int(bundles[family[0]].targets[0])
                guard let tree = tree(of: family, from: root, isFunnel: sharing == .funnel) else { continue }
                let shared = Family(members: family, tree: tree, root: root, isFunnel: sharing == .funnel)
                families.append(shared)
                for (index, edges) in zip(family, ways(of: shared)) {
                    set(index, edges)
                    isShared[index] = true
                }
            }
        }
        let order = order
        for index in order where !isShared[index] { set(index, trees.tree(from: bundles[index].source, to: bundles[index].targets)) }
        for _ in 0..<Self.rounds {
            for index in order where !isShared[index] && !bundles[index].isCutOff {
                trees.load(bundles[index].edges, by: -bundles[index].weight)
                bundles[index].edges = trees.improve(bundles[index].edges, from: bundles[index].source, to: bundles[index].targets)
                trees.load(bundles[index].edges, by: bundles[index].weight)
            }
        }
    }

    /// By router: how many ways it tells apart, one at least for each set of targets that it serves, none for packets that go straight on; about
    /// what its table cannot go below.
    var wayCounts: [Int] {
        var seen: Set<SIMD3<Int>> = []
        for bundle in bundles {
            guard let net = bundle.nets.first else { continue }
            var ways: [Int: (links: Int, cameOver: Int)] = [bundle.source: (0, -1)]
            for edge in bundle.edges {
                let (router, link) = (Int(edge) / 6, Int(edge) % 6)
                ways[router, default: (0, -1)].links |= 1 << link
                ways[Int(machine.neighbours[Int(edge)])] = (0, link)
            }
            for (router, way) in ways where way.cameOver < 0 || way.links != 1 << way.cameOver || bundle.targets.contains(Int32(router)) {
                seen.insert(SIMD3(router, nets.sets[net], way.links))
            }
        }
        var counts = [Int](repeating: 0, count: machine.routerCount)
        for item in seen { counts[item.x] += 1 }
        return counts
    }

    var wayCount: Int { wayCounts.reduce(0, +) }
    /// Ways of all routers, those of full ones above all.
    static func crowding(_ wayCounts: [Int]) -> Int { wayCounts.reduce(0) { $0 + $1 * $1 * $1 } }

    /// How often every tree is looked at again, with the others' loads known.
    private static let rounds = 2

    mutating func set(_ index: Int, _ edges: [Int32]?) {
        bundles[index].isCutOff = edges == nil
        bundles[index].edges = edges ?? []
        trees.load(bundles[index].edges, by: bundles[index].weight)
    }

    /// Bundles with one set of targets on more than one chip; the heaviest family first.
    private func familyMembers() -> [[Int]] {
        var places: [SIMD2<Int>: Int] = [:]
        var members: [(weight: Double, indices: [Int])] = []
        for index in order {
            guard let net = bundles[index].nets.first, bundles[index].targets.count > 1 else { continue }
            let key = SIMD2(nets.sets[net], bundles[index].part)
            let place = places[key] ?? members.count
            if place == members.count {
                places[key] = place
                members.append((0, []))
            }
            members[place].weight += bundles[index].weight
            members[place].indices.append(index)
        }
        let chosen = members.indices.filter { members[$0].indices.count > 1 }
        return chosen.sorted { (members[$1].weight, $0) < (members[$0].weight, $1) }.map { members[$0].indices }
    }

    var hasFamilies: Bool { !familyMembers().isEmpty }

    /// Leads packets around the most loaded link, again and again, until no link carries more than `goal` or nothing helps.
    /// - Parameter share: how much longer all trees together may become for it.
    mutating func relieve(to goal: Double, share: Double) {
        var spare = share * length
        var splits = 0
        for _ in 0..<Self.reliefSteps {
            guard let link = trees.loads.indices.max(by: { trees.loads[$0] < trees.loads[$1] }), trees.loads[link] > goal else { break }
            let users = order.filter { bundles[$0].edges.contains(Int32(link)) }
            if users.prefix(Self.reliefTrials).contains(where: { reroute($0, around: link, &spare) }) { continue }
            // Half of a bundle may go where all of it does not fit.
            guard splits < Self.reliefSplits, let whole = users.first(where: { bundles[$0].nets.count > 1 }) else { break }
            split(whole)
            splits += 1
        }
        trees.ceiling = .infinity
    }

    private static let reliefSteps = 400
    private static let reliefTrials = 12
    private static let reliefSplits = 60

    private mutating func reroute(_ index: Int, around link: Int, _ spare: inout Double) -> Bool {
        let (old, weight, peak) = (bundles[index].edges, bundles[index].weight, trees.loads[link])
        trees.load(old, by: -weight)
        // Links that would then carry as much as the most loaded one are closed, that one among them.
        trees.ceiling = (peak - weight) * (1 - 1e-9)
        if let new = trees.tree(from: bundles[index].source, to: bundles[index].targets) {
            let longer = weight * Double(new.count - old.count)
            let highest = new.reduce(0) { max($0, trees.loads[Int($1)] + weight) }
            if longer <= spare, highest < peak {
                spare -= max(longer, 0)
                bundles[index].edges = new
                trees.load(new, by: weight)
                return true
            }
        }
        trees.load(old, by: weight)
        return false
    }

    private mutating func split(_ index: Int) {
        let nets = bundles[index].nets
        var second = bundles[index]
        second.nets = Array(nets[(nets.count / 2)...])
        second.weight = second.nets.reduce(0) { $0 + self.nets.weights[$1] }
        bundles[index].nets = Array(nets[..<(nets.count / 2)])
        bundles[index].weight -= second.weight
        bundles.append(second)
    }
}

extension TorusRouting {
    /// The trees that Routing takes: shared ones when they are no longer than single ones, with the load spread as single ones would, or when
    /// they spare the tables most of their entries.
    static func best(_ machine: TorusMachine, _ nets: TorusNets, at routers: [Int32]) -> TorusRouting {
        var single = TorusRouting(machine, nets, at: routers)
        single.run(.none)
        let goal = Self.lighter * single.maximumLoad
        if single.hasFamilies {
            var funnelled = TorusRouting(machine, nets, at: routers)
            funnelled.run(.funnel)
            var shared = TorusRouting(machine, nets, at: routers)
            shared.run(.tree)
            let fewer = 1 - Double(funnelled.wayCount) / Double(max(1, min(shared.wayCount, single.wayCount)))
            if funnelled.length <= single.length * (1 + Self.longerForEntries * fewer) {
                funnelled.balance(to: goal, cutAbove: single.maximumLoad)
                return funnelled
            }
            if shared.length <= single.length * (1 + Self.longerForLoad) {
                shared.balance(to: goal, cutAbove: single.maximumLoad)
                return shared
            }
        }
        single.relieve(to: goal, share: Self.longerForLoad)
        return single
    }

    /// Links that may be added for tables of half as many ways: one of eight.
    private static let longerForEntries = 0.125

    /// The most loaded link is relieved of so much of what single trees put on it; more costs links and table entries.
    private static let lighter = 0.85

    /// Links that may be added so that the most loaded link carries less: one of a hundred.
    private static let longerForLoad = 0.01
}
