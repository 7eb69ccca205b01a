/// Cores gathered into items that stay together, and the nets between items.
///
/// Nets with the same sending item and the same items to reach are one; a set of items is a class.
struct TorusItems: Sendable {
    var count: Int
    /// Cores of item i: `cores[coreOffsets[i]..<coreOffsets[i + 1]]`.
    var coreOffsets: [Int]
    var cores: [Int32]
    /// Members of class c: `members[offsets[c]..<offsets[c + 1]]`, items, ascending.
    var offsets: [Int]
    var members: [Int32]
    /// Senders of class c: `senders[senderOffsets[c]..<senderOffsets[c + 1]]` with their weights beside them.
    var senderOffsets: [Int]
    var senders: [Int32]
    var senderWeights: [Double]
    /// Classes that item i is a member of, and classes that it sends to.
    var memberOfOffsets: [Int]
    var memberOf: [Int32]
    var sendsOffsets: [Int]
    var sends: [Int32]
    var sendWeights: [Double]

    var classCount: Int { offsets.count - 1 }
    func size(_ item: Int) -> Int { coreOffsets[item + 1] - coreOffsets[item] }

    /// - Parameter items: by core, its item; items are numbered from 0.
    init(_ nets: TorusNets, items: [Int32], count: Int) {
        self.count = count
        (coreOffsets, cores) = Self.rows(count, nets.coreCount) { Int(items[$0]) }
        // Classes: sets of cores as sets of items.
        var classOfSet: [Int] = []
        var known: [[Int32]: Int] = [:]
        offsets = [0]
        members = []
        for set in 0..<nets.setCount {
            var row = nets.members[nets.offsets[set]..<nets.offsets[set + 1]].map { items[Int($0)] }
            row.sort()
            var unique: [Int32] = []
            for item in row where unique.last != item { unique.append(item) }
            if let number = known[unique] {
                classOfSet.append(number)
            } else {
                known[unique] = offsets.count - 1
                classOfSet.append(offsets.count - 1)
                members += unique
                offsets.append(members.count)
            }
        }
        let classCount = offsets.count - 1
        var weights: [SIMD2<Int>: Double] = [:]
        for net in 0..<nets.netCount {
            weights[SIMD2(classOfSet[nets.sets[net]], Int(items[nets.sources[net]])), default: 0] += nets.weights[net]
        }
        let pairs = weights.keys.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
        let list = pairs.map { (key: $0, weight: weights[$0] ?? 0) }
        var order: [Int32]
        (senderOffsets, order) = Self.rows(classCount, list.count) { list[$0].key.x }
        senders = order.map { Int32(list[Int($0)].key.y) }
        senderWeights = order.map { list[Int($0)].weight }
        (sendsOffsets, order) = Self.rows(count, list.count) { list[$0].key.y }
        sends = order.map { Int32(list[Int($0)].key.x) }
        sendWeights = order.map { list[Int($0)].weight }
        var owner = [Int32](repeating: 0, count: members.count)
        for set in 0..<classCount { for index in offsets[set]..<offsets[set + 1] { owner[index] = Int32(set) } }
        let all = members
        (memberOfOffsets, order) = Self.rows(count, members.count) { Int(all[$0]) }
        memberOf = order.map { owner[Int($0)] }
    }

    /// Compressed rows of the numbers 0..<count by their row.
    private static func rows(_ rowCount: Int, _ count: Int, _ row: (Int) -> Int) -> ([Int], [Int32]) {
        var offsets = [Int](repeating: 0, count: rowCount + 1)
        for index in 0..<count { offsets[row(index) + 1] += 1 }
        for index in 0..<rowCount { offsets[index + 1] += offsets[index] }
        var next = offsets
        var items = [Int32](repeating: 0, count: count)
        for index in 0..<count {
            let place = row(index)
            items[next[place]] = Int32(index)
            next[place] += 1
        }
        return (offsets, items)
    }

    /// Families of up to `most` twins as one item each; by core.
    static func twins(_ nets: TorusNets, atMost most: Int) -> (items: [Int32], count: Int) {
        var items = [Int32](repeating: -1, count: nets.coreCount)
        var count: Int32 = 0
        var family = [Int](repeating: 0, count: nets.coreCount)
        let families = nets.families
        for (number, members) in families.enumerated() { for core in members { family[core] = number } }
        for core in 0..<nets.coreCount where items[core] < 0 {
            if families[family[core]].count <= most {
                for member in families[family[core]] { items[member] = count }
            } else {
                items[core] = count
            }
            count += 1
        }
        return (items, Int(count))
    }

    /// Families of twins cut into even blocks of at most so many cores, a chip's fill each; by core.
    static func blocks(_ nets: TorusNets, atMost most: Int) -> (items: [Int32], count: Int) {
        var items = [Int32](repeating: 0, count: nets.coreCount)
        var count = 0
        for family in nets.families {
            let blocks = (family.count + most - 1) / most
            for (index, core) in family.enumerated() { items[core] = Int32(count + index * blocks / family.count) }
            count += blocks
        }
        return (items, count)
    }
}
