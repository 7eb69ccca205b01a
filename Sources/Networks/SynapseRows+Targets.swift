extension SynapseRows {
    /// Only the targets of a row, ascending; weights and delays are left empty, so that none is drawn.
    public func readTargets(_ source: Int, targets: Range<Int>, into row: inout SynapseRow) {
        row.removeAll()
        switch shape {
        case .all:
            row.reserve(targets.count)
            for target in targets where !(skipsSelf && target == source) { row.targets.append(Int32(target)) }
        case .same:
            if targets.contains(source) { row.targets.append(Int32(source)) }
        case .drawn(let rows):
            let skipped = skipsSelf ? source : Int.max
            func candidate(_ target: Int) -> Int { target > skipped ? target - 1 : target }
            let candidates = candidate(targets.lowerBound)..<candidate(targets.upperBound)
            _ = rows.read(source, candidates: candidates, into: &row.targets)
            if skipsSelf { for k in row.targets.indices where row.targets[k] >= skipped { row.targets[k] += 1 } }
        case .inverted(let rows):
            _ = rows.read(source, targets: targets, into: &row.targets)
        case .listed(let offsets, let all):
            row.targets.append(contentsOf: all[sortedSlice(all, offsets[source]..<offsets[source + 1], targets)])
        case .local(let rows):
            rows.read(source, targets: targets, into: &row)
            row.parameters.removeAll(keepingCapacity: true)
        }
    }

    /// A number that sources with the same targets share, below `patternCount`; nil when the structure promises nothing of the kind.
    ///
    /// All input channels of a convolution's group reach the same targets from the same place.
    public func pattern(of source: Int) -> Int? {
        guard case .local(let rows) = shape else { return nil }
        return rows.pattern(of: source)
    }

    public var patternCount: Int {
        guard case .local(let rows) = shape else { return 0 }
        return rows.patternCount
    }

    /// How many sources share a pattern.
    public var sourcesPerPattern: Int { patternCount > 0 ? sourceCount / patternCount : 1 }

    /// The first source of a pattern.
    public func firstSource(ofPattern pattern: Int) -> Int? {
        guard case .local(let rows) = shape else { return nil }
        return rows.firstSource(ofPattern: pattern)
    }
}
