import Lowering
import Numerics

/// Expected spikes per time step between each two cores, in both directions together; compressed rows, targets ascending, no loops.
struct CoreTraffic {
    private(set) var offsets: [Int] = [0]
    private(set) var targets: [Int] = []
    private(set) var weights: [Double] = []

    var count: Int { offsets.count - 1 }

    init(_ graph: CoreGraph) {
        var links: [(from: Int, to: Int, weight: Double)] = []
        for net in graph.nets {
            guard case .slice(let slice) = net.source else { continue }
            let home = graph.slices[slice].core.index
            for (target, axons) in zip(net.targets, net.axonCounts) where target.index != home {
                let weight = net.packets(axons: axons)
                links.append((home, target.index, weight))
            }
        }
        self.init(count: graph.cores.count, links: links)
    }

    /// - Parameter links: directed, in any order, repeated or not.
    init(count: Int, links: [(from: Int, to: Int, weight: Double)]) {
        var starts = [Int](repeating: 0, count: count + 1)
        for link in links where link.from != link.to {
            starts[link.from + 1] += 1
            starts[link.to + 1] += 1
        }
        for core in 0..<count { starts[core + 1] += starts[core] }
        var next = starts
        var ends = [(core: Int, weight: Double)](repeating: (0, 0), count: starts[count])
        for link in links where link.from != link.to {
            ends[next[link.from]] = (link.to, link.weight)
            ends[next[link.to]] = (link.from, link.weight)
            next[link.from] += 1
            next[link.to] += 1
        }
        var sums = [Double](repeating: 0, count: count)
        var isTouched = [Bool](repeating: false, count: count)
        for core in 0..<count {
            var touched: [Int] = []
            for (other, weight) in ends[starts[core]..<starts[core + 1]] {
                if !isTouched[other] {
                    isTouched[other] = true
                    touched.append(other)
                }
                sums[other] += weight
            }
            for other in touched.sorted() {
                targets.append(other)
                weights.append(sums[other])
                sums[other] = 0
                isTouched[other] = false
            }
            offsets.append(targets.count)
        }
    }

    func neighbours(of core: Int) -> Range<Int> { offsets[core]..<offsets[core + 1] }

    /// The weight between two cores; 0 when they do not talk.
    func weight(_ core: Int, _ other: Int) -> Double {
        var (low, high) = (offsets[core], offsets[core + 1])
        while low < high {
            let middle = (low + high) / 2
            if targets[middle] < other { low = middle + 1 } else { high = middle }
        }
        return low < offsets[core + 1] && targets[low] == other ? weights[low] : 0
    }

    /// Expected hops per time step of cores at such routers.
    func hops(_ routers: [Int], distance: (Int, Int) -> Int) -> Double {
        var hops = 0.0
        for core in 0..<count {
            for place in neighbours(of: core) where targets[place] > core {
                hops += weights[place] * Double(distance(routers[core], routers[targets[place]]))
            }
        }
        return hops
    }
}
