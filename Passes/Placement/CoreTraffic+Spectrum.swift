import Numerics

extension CoreTraffic {
    /// The smoothest ways to lay the cores on a line, so that those that talk a lot stand near each other: the eigenvectors of the
    /// smallest eigenvalues of the Laplacian but the constant one (Hall 1970, Management Science 17:219), by power iteration.
    ///
    /// Complexity: 40 million steps over links at most, or 60 rounds.
    func smoothVectors(_ wanted: Int) -> [[Double]] {
        let degrees = (0..<count).map { core in neighbours(of: core).reduce(0) { $0 + weights[$1] } }
        let shift = 2 * (degrees.max() ?? 0)
        guard shift > 0 else { return [] }
        let iterations = min(1000, max(60, 40_000_000 / max(targets.count, 1)))
        var found = [[Double](repeating: 1 / Double(count).squareRoot(), count: count)]
        for number in 0..<wanted {
            let random = Philox(seed: UInt64(number), purpose: "placement/spectrum")
            var vector = (0..<count).map { random.uniform($0) - 0.5 }
            var product = vector
            for _ in 0..<iterations {
                for core in 0..<count {
                    var sum = (shift - degrees[core]) * vector[core]
                    for place in neighbours(of: core) { sum += weights[place] * vector[targets[place]] }
                    product[core] = sum
                }
                for other in found {
                    let share = Self.product(product, other)
                    for core in 0..<count { product[core] -= share * other[core] }
                }
                let length = Self.product(product, product).squareRoot()
                guard length > 0 else { return Array(found.dropFirst()) }
                for core in 0..<count { vector[core] = product[core] / length }
            }
            found.append(vector)
        }
        return Array(found.dropFirst())
    }

    private static func product(_ left: [Double], _ right: [Double]) -> Double {
        var sum = 0.0
        for index in left.indices { sum += left[index] * right[index] }
        return sum
    }
}
