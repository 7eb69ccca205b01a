package import Networks
package import Numerics

/// The projections whose connections can move, and how a number of connections is shared out among them.
package struct ConnectionBudget: Sendable {
    package let moving: [ID<Projection>]
    /// Potential connections of each.
    package let pairs: [Int]
    /// Sum of the sides of each matrix.
    private let sides: [Int]

    package init(_ network: Network) {
        moving = network.projections.ids.filter { network.projections[$0].isTrainable && network.projections[$0].connector.canRewire }
        func sizes(_ id: ID<Projection>) -> (Int, Int) {
            (network.populations[network.projections[id].pre].size, network.populations[network.projections[id].post].size)
        }
        pairs = moving.map { id in
            let projection = network.projections[id]
            let (pre, post) = sizes(id)
            return pre * post - (projection.pre == projection.post && !projection.connector.allowsSelf ? min(pre, post) : 0)
        }
        sides = moving.map { sizes($0).0 + sizes($0).1 }
    }

    /// Potential connections of all.
    package var allPairs: Int { pairs.reduce(0, +) }

    /// `total` in parts, none above its potential.
    ///
    /// Matrices get connections like the sum of their sides (Erdős–Rényi; Mocanu et al. 2018, Nature Communications 9:2383), so that
    /// small ones are not starved.
    package func shares(of total: Int) -> [Int] {
        var parts = [Int](repeating: 0, count: pairs.count)
        var open = Array(pairs.indices)
        var rest = min(total, allPairs)
        while !open.isEmpty, rest > 0 {
            let sum = open.reduce(0) { $0 + sides[$1] }
            let full = open.filter { rest * sides[$0] >= sum * pairs[$0] }
            if full.isEmpty {
                var left = rest
                for index in open {
                    parts[index] = rest * sides[index] / sum
                    left -= parts[index]
                }
                for index in open where left > 0 {
                    parts[index] += 1
                    left -= 1
                }
                break
            }
            for index in full {
                parts[index] = min(pairs[index], rest)
                rest -= parts[index]
            }
            open.removeAll { full.contains($0) }
        }
        return parts
    }
}
