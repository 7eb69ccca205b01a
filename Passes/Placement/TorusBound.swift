/// What no placement and no trees can go below.
enum TorusBound {
    /// Least traffic · links of the multicast trees.
    ///
    /// Targets of a set fill at least ⌈targets / cores of a chip⌉ chips, and a tree over k chips has k - 1 links. A source outside its set
    /// either takes a free core on those chips or costs one link more. For each set the best k is taken, as if it were alone.
    static func length(_ nets: TorusNets, cores most: Int) -> Double {
        guard most > 0 else { return 0 }
        var sources = [[(weight: Double, core: Int)]](repeating: [], count: nets.setCount)
        for net in 0..<nets.netCount { sources[nets.sets[net]].append((nets.weights[net], nets.sources[net])) }
        var bound = 0.0
        for set in 0..<nets.setCount {
            let members = nets.members[nets.offsets[set]..<nets.offsets[set + 1]]
            guard !members.isEmpty else { continue }
            let inside = Set(members)
            let outside = sources[set].filter { !inside.contains(Int32($0.core)) }.map(\.weight).sorted(by: >)
            let all = sources[set].reduce(0) { $0 + $1.weight }
            let fewest = (members.count + most - 1) / most
            let enough = (members.count + outside.count + most - 1) / most
            var least = Double.infinity
            for chips in fewest...max(fewest, enough) {
                let room = chips * most - members.count
                least = min(least, all * Double(chips - 1) + outside.dropFirst(room).reduce(0, +))
            }
            bound += least
        }
        return bound
    }
}
