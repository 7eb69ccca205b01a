/// Coordinates of items: the slowest modes of a walk that goes from an item to one of its classes and on to another item there.
///
/// On a sheet of cores they are the sheet's two axes (Hall 1970, "An r-dimensional quadratic placement algorithm"), found by power iteration.
struct TorusModes {
    private let items: TorusItems
    /// By item: packets that it takes part in.
    private var degree: [Double]
    /// By class: packets to it.
    private var total: [Double]

    init(_ items: TorusItems) {
        self.items = items
        degree = [Double](repeating: 0, count: items.count)
        total = [Double](repeating: 0, count: items.classCount)
        for cls in 0..<items.classCount {
            for index in items.senderOffsets[cls]..<items.senderOffsets[cls + 1] {
                total[cls] += items.senderWeights[index]
                degree[Int(items.senders[index])] += items.senderWeights[index]
            }
            let share = total[cls] / Double(max(items.offsets[cls + 1] - items.offsets[cls], 1))
            for index in items.offsets[cls]..<items.offsets[cls + 1] { degree[Int(items.members[index])] += share }
        }
    }

    /// Three modes, the slowest first.
    func vectors(rounds: Int) -> [[Double]] {
        let count = items.count
        // A smooth first guess in the order of items, and two scrambled ones.
        var vectors = [1, 7919, 104_729].map { factor in (0..<count).map { Double($0 * factor % max(count, 1)) } }
        for index in vectors.indices { normalize(&vectors[index], against: Array(vectors[..<index])) }
        for _ in 0..<rounds {
            for index in vectors.indices { vectors[index] = step(vectors[index]) }
            for index in vectors.indices { normalize(&vectors[index], against: Array(vectors[..<index])) }
        }
        return vectors
    }

    /// Each item's new value: the mean over its classes of the mean of their members and senders.
    private func step(_ values: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: items.count)
        for cls in 0..<items.classCount where total[cls] > 0 {
            let members = items.offsets[cls]..<items.offsets[cls + 1]
            let senders = items.senderOffsets[cls]..<items.senderOffsets[cls + 1]
            let share = total[cls] / Double(max(members.count, 1))
            var mean = 0.0
            for index in members { mean += share * values[Int(items.members[index])] }
            for index in senders { mean += items.senderWeights[index] * values[Int(items.senders[index])] }
            mean /= 2 * total[cls]
            for index in members { result[Int(items.members[index])] += share * mean }
            for index in senders { result[Int(items.senders[index])] += items.senderWeights[index] * mean }
        }
        for item in 0..<items.count { result[item] = degree[item] > 0 ? result[item] / degree[item] : values[item] }
        return result
    }

    /// Takes out the constant mode and the others, and makes the length 1.
    private func normalize(_ values: inout [Double], against others: [[Double]]) {
        let weight = degree.reduce(0, +)
        var mean = 0.0
        for item in values.indices { mean += degree[item] * values[item] }
        mean = weight > 0 ? mean / weight : 0
        for item in values.indices { values[item] -= mean }
        for other in others {
            var product = 0.0
            for item in values.indices { product += degree[item] * values[item] * other[item] }
            for item in values.indices { values[item] -= product * other[item] }
        }
        var length = 0.0
        for item in values.indices { length += degree[item] * values[item] * values[item] }
        length = length.squareRoot()
        if length > 0 { for item in values.indices { values[item] /= length } }
    }
}
