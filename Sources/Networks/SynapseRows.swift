public import Numerics

/// Produces any row of a projection, at any time, identically, from its rule and the network's seed.
///
/// Nothing of the size of the synapses is held, but for lists (which are given so) and `fixed_number_pre` (whose rows are inverted
/// once, when the first is read). Weights and delays are drawn by what they are for: `weight/<projection>`, row `source`, at the
/// position `target + occurrence · targetCount`; those of a kernel at the index of the kernel's entry. So a number does not depend on
/// which part of a row is read.
public struct SynapseRows: RowSource {
    public enum Structure: Hashable, Sendable {
        /// Every source reaches every target.
        case dense
        /// Every source reaches every target but itself.
        case denseWithoutSelf
        case oneToOne
        /// Convolution or pooling: few weights, shared by geometry.
        case local
        case irregular
    }

    public let sourceCount: Int
    public let targetCount: Int
    public let structure: Structure
    /// The number of synapses; the mean of one drawn network does not enter, the drawn number itself does.
    public let synapseCount: Int
    /// The number of free weights: all pairs of a dense projection (index `source · targetCount + target`, also without the diagonal),
    /// the kernel of a convolution, none of a pooling, one for each synapse otherwise (in the order of sources, then targets).
    public let parameterCount: Int

    let shape: Shape
    let values: RowValues
    /// Sources that are not to reach themselves.
    let skipsSelf: Bool

    /// How a row's targets are found.
    enum Shape: Sendable {
        case all
        case same
        case drawn(DrawnRows)
        case inverted(InvertedRows)
        case listed(offsets: [Int], targets: [Int32])
        case local(LocalRows)
    }

    public init(_ id: ID<Projection>, of network: Network) {
        let projection = network.projections[id]
        let (pre, post) = (network.populations[projection.pre], network.populations[projection.post])
        let random = Philox(seed: network.seed, purpose: "connector/\(projection.name)")
        let isRecurrent = projection.pre == projection.post
        sourceCount = pre.size
        targetCount = post.size

        func drawn(_ law: DrawnRows.Law, allowSelf: Bool) -> (Shape, Structure, Bool) {
            let skips = isRecurrent && !allowSelf
            let rows = DrawnRows(law, sources: pre.size, candidates: post.size - (skips ? 1 : 0), random: random)
            return (.drawn(rows), .irregular, skips)
        }
        switch projection.connector {
        case .allToAll(let allowSelf):
            skipsSelf = isRecurrent && !allowSelf
            (shape, structure) = (.all, skipsSelf ? .denseWithoutSelf : .dense)
        case .oneToOne:
            precondition(pre.size == post.size, "bug: one_to_one between \(pre.size) and \(post.size) neurons")
            (shape, structure, skipsSelf) = (.same, .oneToOne, false)
        case .fixedProbability(let probability, let allowSelf):
            (shape, structure, skipsSelf) = drawn(.probability(probability), allowSelf: allowSelf)
        case .fixedNumberPost(let count, let withReplacement, let allowSelf):
            (shape, structure, skipsSelf) = drawn(.perSource(count, withReplacement: withReplacement), allowSelf: allowSelf)
        case .fixedTotalNumber(let count, let allowSelf):
            (shape, structure, skipsSelf) = drawn(.total(count), allowSelf: allowSelf)
        case .fixedNumberPre(let count, let withReplacement, let allowSelf):
            let rows = InvertedRows(
                perTarget: count, withReplacement: withReplacement, sources: pre.size, targets: post.size,
                skipsSelf: isRecurrent && !allowSelf, random: random)
            (shape, structure, skipsSelf) = (.inverted(rows), .irregular, false)
        case .list(let pairs):
            var offsets = [Int](repeating: 0, count: pre.size + 1)
            for pair in pairs { offsets[Int(pair.source) + 1] += 1 }
            for source in 0..<pre.size { offsets[source + 1] += offsets[source] }
            (shape, structure, skipsSelf) = (.listed(offsets: offsets, targets: pairs.map(\.target)), .irregular, false)
        case .convolution(let convolution):
            let rows = LocalRows(convolution, source: pre.shape, target: post.shape)
            (shape, structure, skipsSelf) = (.local(rows), .local, false)
        case .pooling(let pooling):
            (shape, structure, skipsSelf) = (.local(LocalRows(pooling, source: pre.shape, target: post.shape)), .local, false)
        }
        switch shape {
        case .all:
            synapseCount = pre.size * (post.size - (skipsSelf ? 1 : 0))
            parameterCount = pre.size * post.size
        case .same: (synapseCount, parameterCount) = (pre.size, pre.size)
        case .drawn(let rows): (synapseCount, parameterCount) = (rows.synapseCount, rows.synapseCount)
        case .inverted(let rows): (synapseCount, parameterCount) = (rows.synapseCount, rows.synapseCount)
        case .listed(_, let targets): (synapseCount, parameterCount) = (targets.count, targets.count)
        case .local(let rows): (synapseCount, parameterCount) = (rows.synapseCount, rows.parameterCount)
        }
        values = RowValues(of: projection, targetCount: post.size, seed: network.seed)
    }

    public var isDense: Bool { structure == .dense || structure == .denseWithoutSelf }

    /// The longest delay that a synapse can have, in steps; for an unbounded distribution six sigmas, as longer draws are cut to it.
    public var maximumDelay: Int { values.maximumDelay }

    /// Whether all synapses have one delay; nil otherwise.
    public var commonDelay: Int? { values.commonDelay }

    /// The number of synapses of one row, without producing it where the rule allows it.
    public func count(of source: Int) -> Int {
        switch shape {
        case .all: return targetCount - (skipsSelf ? 1 : 0)
        case .same: return 1
        case .drawn(let rows): return rows.count(of: source)
        case .inverted(let rows): return rows.range(of: source).count
        case .listed(let offsets, _): return offsets[source + 1] - offsets[source]
        case .local(let rows): return rows.count(of: source)
        }
    }

    /// The whole row, targets ascending.
    public func read(_ source: Int, into row: inout SynapseRow) { read(source, targets: 0..<targetCount, into: &row) }

    /// Only the synapses to `targets`: the slice of the whole row, to the bit.
    public func read(_ source: Int, targets: Range<Int>, into row: inout SynapseRow) {
        row.removeAll()
        switch shape {
        case .all:
            row.reserve(targets.count)
            for target in targets where !(skipsSelf && target == source) { row.targets.append(Int32(target)) }
            values.fill(&row, source: source, parameters: .pair(source * targetCount))
        case .same:
            if targets.contains(source) { row.targets.append(Int32(source)) }
            values.fill(&row, source: source, parameters: .from(source))
        case .drawn(let rows):
            let skipped = skipsSelf ? source : Int.max
            func candidate(_ target: Int) -> Int { target > skipped ? target - 1 : target }
            let candidates = candidate(targets.lowerBound)..<candidate(targets.upperBound)
            let before = rows.read(source, candidates: candidates, into: &row.targets)
            if skipsSelf { for k in row.targets.indices where row.targets[k] >= skipped { row.targets[k] += 1 } }
            values.fill(&row, source: source, parameters: .from(before))
        case .inverted(let rows):
            let before = rows.read(source, targets: targets, into: &row.targets)
            values.fill(&row, source: source, parameters: .from(before))
        case .listed(let offsets, let all):
            let slice = sortedSlice(all, offsets[source]..<offsets[source + 1], targets)
            row.targets.append(contentsOf: all[slice])
            values.fill(&row, source: source, parameters: .from(slice.lowerBound))
        case .local(let rows):
            rows.read(source, targets: targets, into: &row)
            values.fill(&row, source: source, parameters: .given(rows))
        }
    }

    /// All weights of a dense projection, [source × target], 0 where a neuron does not reach itself; nil for other structures.
    public func denseWeights() -> [Float]? {
        guard isDense else { return nil }
        if structure == .dense, let given = values.givenDenseWeights, given.count == sourceCount * targetCount { return given }
        var weights = [Float](repeating: 0, count: sourceCount * targetCount)
        var row = SynapseRow()
        for source in 0..<sourceCount {
            read(source, into: &row)
            for k in 0..<row.count { weights[source * targetCount + Int(row.targets[k])] = row.weights[k] }
        }
        return weights
    }
}

/// The part of an ascending run `within` of `values` that lies in `range`.
func sortedSlice(_ values: [Int32], _ within: Range<Int>, _ range: Range<Int>) -> Range<Int> {
    func first(notBelow bound: Int) -> Int {
        var (low, high) = (within.lowerBound, within.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if Int(values[middle]) < bound { low = middle + 1 } else { high = middle }
        }
        return low
    }
    let low = first(notBelow: range.lowerBound)
    return low..<max(low, first(notBelow: range.upperBound))
}
